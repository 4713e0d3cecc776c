-- Requests for the comparison of doc/performance.md, for wrk 4. Every request of a "cold" case is one that nobody asked
-- before (the page, the box or the feature moves), so that no cache answers it; a "hot" case asks the same again.
--
--   wrk -t2 -c16 -d8s --latency -s doc/load.lua http://127.0.0.1:8080/collections/communes-contours-2018 -- maille limit10 cold
--   wrk -t2 -c16 -d8s --latency -s doc/load.lua http://127.0.0.1:8081/collections/opendata.communes_contours_2018 -- offset limit10 cold
--
-- The first word says how the server pages (maille by after=, offset by offset=), the last one whether the requests move.

local base, paging, case, moves
local seed = 0

-- each thread has its own series
function setup(thread)
  seed = seed + 1
  thread:set("seed", seed)
end

function init(args)
  math.randomseed(os.time() * 100 + seed)
  base, paging, case, moves = wrk.path, args[1], args[2], args[3] == "cold"
end

local function any(n)
  return moves and math.random(0, n - 1) or 0
end

-- page is the parameter that begins a page after row n.
local function page(n)
  return (paging == "maille" and "&after=" or "&offset=") .. n
end

-- box is one of about w by h degrees with its corner near (x, y), moved by less than ten metres.
local function box(x, y, w, h)
  local d = any(1000000) * 1e-10
  return string.format("&bbox=%.10f,%.10f,%.10f,%.10f", x + d, y + d, x + w + d, y + h + d)
end

local cases = {
  limit10 = function() return "/items?limit=10" .. page(any(34000)) end,
  limit1000 = function() return "/items?limit=1000" .. page(any(34000)) end,
  bbox91_limit10 = function() return "/items?limit=10" .. box(1.914, 48.284, 0.671, 0.492) end,
  bbox91_all = function() return "/items?limit=1000" .. box(1.914, 48.284, 0.671, 0.492) end,
  bbox_small = function() return "/items?limit=1000" .. box(2.2, 48.6, 0.1, 0.1) end,
  departement91 = function() return string.format("/items?filter=code_insee%%20LIKE%%20%%2791%%25%%27&limit=%d", 1000 - any(400)) end,
  by_id = function() return string.format("/items/%05d", 1001 + any(400)) end,
  deep = function() return "/items?limit=10" .. page(1000000 + any(100000)) end,
  points_box = function() return "/items?limit=1000&properties=code_insee,etat" .. box(2.2, 48.6, 0.1, 0.1) end,
  address = function() return "" end, -- the address itself: /, /collections
}

function request()
  return wrk.format("GET", base .. cases[case]())
end
