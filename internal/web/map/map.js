// The map of a page. MapLibre draws the style that the service makes; this adds what people need to read it: the view in
// the address, a click or Enter that reads a feature, a table of what is in view, and a way to go to a place. Every word
// and address comes with the page, in #map-data.
"use strict";

(() => {
  const data = JSON.parse(document.getElementById("map-data").textContent);
  const element = (id) => document.getElementById(id);
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  let map;

  // ---- Words and values, as French readers write them ----

  const say = (id, values = {}) => (data.words[id] ?? id).replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
  const number = (n) => n.toLocaleString("fr-FR", { maximumFractionDigits: 10 });

  // unit is that of UCUM as people write it: its annotations are words between braces.
  const unit = (code = "") => data.words["unit." + code] ?? code.replace(/[{}]/g, "");

  const written = (value, field = {}, name = "") => {
    if (value === null || value === undefined) return say("null");
    if (typeof value === "boolean") return say(String(value));
    if (Array.isArray(value)) return value.map((item) => written(item)).join(", ");
    if (typeof value !== "number") {
      return field.format === "date" ? new Date(value).toLocaleDateString("fr-FR", { timeZone: "UTC" }) : String(value);
    }
    const text = name.startsWith("annee") ? String(value) : number(value);
    const of = unit(field["x-ogc-unit"]);
    return of ? text + "\u00a0" + of : text;
  };

  // make makes an element; its texts are texts, whatever a stranger wrote in them.
  const make = (tag, attributes = {}, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (typeof value === "function") made.addEventListener(name, value);
      else if (value !== undefined && value !== false) made.setAttribute(name, value);
    }
    made.append(...children);
    return made;
  };

  // ---- What the service knows ----

  const answers = new Map(); // of schemas, which are asked once

  const ask = async (address, signal) => {
    const answer = await fetch(address, { signal, headers: { Accept: "application/geo+json, application/json, application/schema+json" } });
    if (!answer.ok) throw new Error(answer.status + " " + address);
    return answer.json();
  };

  const fields = (layer) => {
    if (!answers.has(layer.schema)) {
      const asked = ask(layer.schema).then((document) => document.properties);
      asked.catch(() => answers.delete(layer.schema));
      answers.set(layer.schema, asked);
    }
    return answers.get(layer.schema);
  };

  // escaped is what is not unreserved in RFC 3986 as the service escapes it in ids.
  const escaped = (text) => encodeURIComponent(text).replace(/[!'()*]/g, (c) => "%" + c.charCodeAt(0).toString(16).toUpperCase());

  const idOf = (layer, properties) =>
    layer.key.every((name) => properties[name] !== undefined) ? layer.key.map((name) => escaped(String(properties[name]))).join(":") : "";

  const nameOf = (layer, properties) => String(properties[layer.name] ?? layer.key.map((name) => properties[name]).join(" "));

  // inBox is the query of a layer's features in a box. It is a condition of CQL2 beside the page's, because bbox also keeps
  // the features that are nowhere.
  const inBox = (layer, box) => {
    const query = new URLSearchParams(layer.query ?? "");
    const corners = box.map((n) => Number(n.toFixed(4)));
    const filter = query.get("filter");
    if (filter !== null && (query.get("filter-lang") === "cql2-json" || query.has("filter-crs"))) query.set("bbox", corners.join(","));
    else query.set("filter", (filter === null ? "" : "(" + filter + ") AND ") + "S_INTERSECTS(geometry,BBOX(" + corners.join(",") + "))");
    return query;
  };

  // ---- The view, in the address: #zoom/latitude/longitude ----

  const viewOf = (hash) => {
    const parts = hash.replace("#", "").split("/").map(Number);
    return parts.length === 3 && parts.every(Number.isFinite) && Math.abs(parts[1]) <= 90 ? { zoom: parts[0], center: [parts[2], parts[1]] } : null;
  };

  const keepView = () => {
    const { lng, lat } = map.getCenter();
    history.replaceState(null, "", "#" + [map.getZoom().toFixed(2), lat.toFixed(5), lng.toFixed(5)].join("/"));
  };

  const boundsOf = (b) => [[b[0], b[1]], [b[2], b[3]]];

  const start = () => {
    const view = viewOf(location.hash);
    if (view) return view;
    const bounds = data.territories ? data.territories[0].bounds : data.bounds;
    return bounds ? { bounds: boundsOf(bounds), fitBoundsOptions: { padding: 24 } } : { center: [2.5, 46.6], zoom: 5 };
  };

  const goTo = (bounds) => map.fitBounds(boundsOf(bounds), { padding: 40, maxZoom: 14, animate: !still });

  // ---- Layers ----

  const layerOf = (feature) => data.layers.find((layer) => layer.id === feature.sourceLayer);

  // drawn are the ids of the style's layers that show a collection, without its labels.
  const drawn = (layer) => map.getStyle().layers.filter((l) => l["source-layer"] === layer.id && l.type !== "symbol" && !l.id.startsWith(mark)).map((l) => l.id);

  const mark = "maille-choice-"; // begins the ids of the layers that show what is chosen or pointed at

  const nothing = ["==", ["literal", 0], 1];

  const addMarks = () => {
    for (const layer of data.layers) {
      const first = map.getStyle().layers.find((l) => l["source-layer"] === layer.id);
      if (!first) continue;
      const source = { source: first.source, "source-layer": layer.id, filter: nothing };
      if (!layer.points) {
        map.addLayer({ ...source, id: mark + "halo-" + layer.id, type: "line", paint: { "line-color": "#ffffff", "line-width": 6 }, layout: { "line-join": "round" } });
        map.addLayer({ ...source, id: mark + "line-" + layer.id, type: "line", paint: { "line-color": "#1a2126", "line-width": 3 }, layout: { "line-join": "round" } });
      }
      map.addLayer({ ...source, id: mark + "ring-" + layer.id, type: "circle", paint: { "circle-radius": 11, "circle-opacity": 0, "circle-stroke-width": 3, "circle-stroke-color": "#1a2126" } });
    }
  };

  // addBasemap puts an instance's basemap under the data, which then let it through.
  const addBasemap = () => {
    if (!data.basemap) return;
    const layers = map.getStyle().layers;
    map.addSource("fond-de-carte", { type: "raster", tiles: [data.basemap.tiles], tileSize: 256 });
    map.addLayer({ id: "fond-de-carte", type: "raster", source: "fond-de-carte" }, layers.find((l) => l.type !== "background")?.id);
    for (const l of layers) if (l.type === "fill" && l.paint?.["fill-opacity"] === undefined) map.setPaintProperty(l.id, "fill-opacity", 0.7);
  };

  // point marks one feature, or none.
  const point = (layer, properties) => {
    for (const each of data.layers) {
      const chosen = layer === each && idOf(layer, properties) !== "";
      const same = chosen ? ["all", ...each.key.map((name) => ["==", ["to-string", ["get", name]], String(properties[name])])] : nothing;
      for (const kind of ["halo-", "line-", "ring-"]) {
        const id = mark + kind + each.id;
        if (map.getLayer(id)) map.setFilter(id, kind === "ring-" && chosen ? ["all", same, ["==", ["geometry-type"], "Point"]] : same);
      }
    }
  };

  const visible = (layer) => {
    const box = document.querySelector('[data-layer="' + CSS.escape(layer.id) + '"]');
    return !box || box.checked;
  };

  const showLayer = (layer) => {
    const labels = layer.id + "-etiquettes";
    for (const l of map.getStyle().layers) {
      if (l["source-layer"] === layer.id || l["source-layer"] === labels) map.setLayoutProperty(l.id, "visibility", visible(layer) ? "visible" : "none");
    }
    describe();
  };

  // ---- Reading a feature ----

  let chosen = null; // what stays marked while the reading is open
  let opener = null; // what has the focus back when it closes

  const openReading = (title, ...body) => {
    element("reading-title").textContent = title;
    element("reading-body").replaceChildren(...body);
    element("reading").hidden = false;
    element("reading").scrollTop = 0;
  };

  const closeReading = () => {
    if (element("reading").hidden) return;
    const inside = element("reading").contains(document.activeElement);
    element("reading").hidden = true;
    chosen = null;
    point(null);
    if (inside) (opener?.isConnected ? opener : map.getCanvas()).focus();
  };

  const link = (value) => /^https?:\/\//.test(value) ? make("a", { href: value, rel: "nofollow noopener external" }, value) : value;

  const line = (name, value, field) => {
    const absent = value === null || value === undefined;
    return make("div", {}, make("dt", {}, field?.title ?? name), make("dd", absent ? { class: "null" } : {}, link(written(value, field, name))));
  };

  const facts = (names, properties, known) => make("dl", { class: "facts" }, ...names.map((name) => line(name, properties[name], known[name])));

  // read shows a feature as the service has it, all its fields, and gives its box.
  const read = async (layer, id, name) => {
    openReading(name, make("p", { class: "muted" }, say("loading")));
    element("reading-title").focus({ preventScroll: true });
    const address = layer.items + "/" + id;
    try {
      const [feature, known] = await Promise.all([ask(address), fields(layer)]);
      const properties = feature.properties;
      const first = [layer.value, ...layer.shown].filter((n, i, all) => n && n !== layer.name && n in known && all.indexOf(n) === i);
      const all = Object.keys(known).filter((n) => n in properties).sort((a, b) => known[a]["x-ogc-propertySeq"] - known[b]["x-ogc-propertySeq"]);
      openReading(nameOf(layer, properties), make("p", { class: "muted" }, layer.title), facts(first, properties, known),
        make("p", {}, make("a", { href: address, class: "button" }, say("feature"))),
        make("details", {}, make("summary", {}, say("all.fields")), facts(all, properties, known)));
      chosen = [layer, properties];
      point(layer, properties);
      return feature.geometry && boxOf(feature.geometry.coordinates);
    } catch (error) {
      openReading(name, make("p", { class: "notice" }, say("failed")));
      return null;
    }
  };

  const boxOf = (coordinates, box = [180, 90, -180, -90]) => {
    if (typeof coordinates[0] === "number") {
      const [x, y] = coordinates;
      return [Math.min(box[0], x), Math.min(box[1], y), Math.max(box[2], x), Math.max(box[3], y)];
    }
    return coordinates.reduce((all, part) => boxOf(part, all), box);
  };

  // readMerged shows a point that stands for several: how many, and the sums that it carries.
  const readMerged = async (layer, feature) => {
    const { _nombre: count, ...sums } = feature.properties;
    const known = await fields(layer).catch(() => ({}));
    const at = feature.geometry.coordinates;
    openReading(say("merged", { n: number(count) }), make("p", { class: "muted" }, layer.title), make("p", {}, say("merged.about")),
      facts(Object.keys(sums).filter((name) => !name.startsWith("_")), sums, known),
      make("p", {}, make("button", { type: "button", click: () => map.easeTo({ center: at, zoom: map.getZoom() + 2, animate: !still }) }, say("separate"))));
    chosen = null;
    point(null);
    element("reading-title").focus({ preventScroll: true });
  };

  // pick reads what is drawn at a place of the screen, what lies on top first.
  const pick = (at) => {
    const around = [[at.x - 4, at.y - 4], [at.x + 4, at.y + 4]];
    const layers = data.layers.filter(visible).flatMap(drawn);
    const [exact] = map.queryRenderedFeatures(at, { layers });
    const feature = map.queryRenderedFeatures(around, { layers }).find((f) => f.geometry.type === "Point") ?? exact;
    opener = map.getCanvas();
    if (!feature) {
      closeReading();
      element("summary").textContent = say("nothing");
      return;
    }
    const layer = layerOf(feature);
    if (feature.properties._nombre > 1) return void readMerged(layer, feature);
    const id = idOf(layer, feature.properties);
    if (id) void read(layer, id, nameOf(layer, feature.properties));
  };

  const centre = () => {
    const { clientWidth, clientHeight } = map.getCanvas();
    return new maplibregl.Point(clientWidth / 2, clientHeight / 2);
  };

  // ---- The table of what is in view ----

  const shownRows = 12;
  let asking = null;

  const columnsOf = (layer, known) => [layer.name, layer.value, ...layer.shown]
    .filter((name, i, all) => name && name in known && !layer.key.includes(name) && all.indexOf(name) === i).slice(0, 5);

  const row = (layer, feature, columns, known) => {
    const properties = feature.properties;
    const title = nameOf(layer, properties);
    const choose = async (event) => {
      opener = event.currentTarget;
      const box = await read(layer, feature.id, title);
      if (box) goTo(box);
    };
    const heading = make("th", { scope: "row" }, make("button", { type: "button", class: "plain", click: choose, focus: () => point(layer, properties), blur: () => point(...(chosen ?? [null])) }, title));
    const cells = columns.filter((name) => name !== layer.name).map((name) => {
      const value = properties[name];
      return make("td", { class: value === null ? "null" : typeof value === "number" ? "num" : undefined }, written(value, known[name], name));
    });
    return make("tr", { mouseenter: () => point(layer, properties), mouseleave: () => point(...(chosen ?? [null])) }, heading, ...cells);
  };

  const table = (layer, page, columns, known, caption) => {
    const headings = columns.map((name) => {
      const of = unit(known[name]["x-ogc-unit"]);
      const numeric = known[name].type === "number" || known[name].type === "integer";
      return make("th", { scope: "col", class: numeric ? "num" : undefined }, known[name].title ?? name, of ? make("span", { class: "unit" }, " " + of) : "");
    });
    if (!columns.includes(layer.name)) headings.unshift(make("th", { scope: "col" }, say("name")));
    return make("div", { class: "scroll", role: "region", tabindex: "0", "aria-label": say("table", { title: layer.title }) },
      make("table", {}, make("caption", {}, caption), make("thead", {}, make("tr", {}, ...headings)),
        make("tbody", {}, ...page.features.map((feature) => row(layer, feature, columns, known)))));
  };

  // fill shows the first features of a layer in a box, and says how many there are.
  const fill = async (layer, box, signal) => {
    const place = document.querySelector('[data-twin="' + CSS.escape(layer.id) + '"]');
    const all = document.querySelector('[data-all="' + CSS.escape(layer.id) + '"]');
    if (!visible(layer)) {
      place.replaceChildren();
      return null;
    }
    const known = await fields(layer);
    const columns = columnsOf(layer, known);
    const query = inBox(layer, box);
    const page = new URLSearchParams(query);
    page.set("limit", shownRows);
    page.set("skipGeometry", "true");
    if (layer.sort) page.set("sortby", layer.sort);
    page.set("properties", [...new Set([...layer.key, ...columns])].join(","));
    const answer = await ask(layer.items + "?" + page, signal);
    const count = answer.numberMatched ?? answer.numberReturned;
    const values = { title: layer.title, n: number(count), k: answer.numberReturned };
    const caption = say(count === 0 ? "none" : count > answer.numberReturned ? "caption.first" : "caption", values);
    place.replaceChildren(count === 0 ? make("p", { class: "muted" }, caption) : table(layer, answer, columns, known, caption));
    all.href = layer.items + "?" + query;
    all.textContent = say("box", values);
    return say("caption", values);
  };

  // describe fills the table with what is in view, and says so. What was being asked of another view is given up.
  const describe = () => {
    asking?.abort();
    const mine = asking = new AbortController();
    const bounds = map.getBounds();
    const box = [Math.max(bounds.getWest(), -180), Math.max(bounds.getSouth(), -90), Math.min(bounds.getEast(), 180), Math.min(bounds.getNorth(), 90)];
    Promise.all(data.layers.map((layer) => fill(layer, box, mine.signal)))
      .then((said) => { element("summary").textContent = said.filter(Boolean).join(". "); })
      .catch(() => { if (!mine.signal.aborted) element("summary").textContent = say("failed"); });
  };

  const later = (wait, act) => {
    let timer;
    return () => { clearTimeout(timer); timer = setTimeout(act, wait); };
  };

  // ---- Going to a place ----

  const literal = (text) => "'" + text.replaceAll("'", "''") + "'";

  const search = async (text) => {
    const page = { limit: 8, skipGeometry: "true", properties: "code_insee,nom,code_departement" };
    const begins = "CASEI(ACCENTI(nom)) LIKE CASEI(ACCENTI(" + literal(text.replace(/[\\%_]/g, "\\$&") + "%") + "))";
    for (const choice of [{ filter: begins, sortby: "-population" }, { q: text }]) {
      const answer = await ask(data.places + "?" + new URLSearchParams({ ...choice, ...page }));
      if (answer.features.length > 0) return answer.features;
    }
    return [];
  };

  const found = (list) => {
    element("found").replaceChildren(...list);
    element("found").hidden = list.length === 0;
  };

  const goToPlace = async (feature) => {
    const name = feature.properties.nom;
    found([]);
    element("place").value = name;
    const whole = await ask(data.places + "/" + feature.id);
    if (whole.geometry) goTo(boxOf(whole.geometry.coordinates));
    element("summary").textContent = say("went", { name });
    map.getCanvas().focus({ preventScroll: true });
  };

  const onSearch = async (event) => {
    event.preventDefault();
    const text = element("place").value.trim();
    if (text === "") return found([]);
    try {
      const places = await search(text);
      if (places.length === 1) return await goToPlace(places[0]);
      found(places.map((p) => make("li", {}, make("button", { type: "button", class: "plain", click: () => goToPlace(p).catch(() => {}) },
        p.properties.nom, make("span", { class: "muted" }, " " + (p.properties.code_insee ?? ""))))));
      element("summary").textContent = places.length ? say("found", { n: places.length }) : say("found.none");
      if (!places.length) found([make("li", { class: "muted" }, say("found.none"))]);
    } catch {
      element("summary").textContent = say("failed");
    }
  };

  // ---- The map ----

  const locale = {
    "Map.Title": say("map", { title: element("map").dataset.title }),
    "NavigationControl.ZoomIn": say("zoom.in"), "NavigationControl.ZoomOut": say("zoom.out"),
  };

  const listen = () => {
    map.on("click", (event) => pick(event.point));
    map.getCanvas().addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      pick(centre());
    });
    document.addEventListener("keydown", (event) => { if (event.key === "Escape") closeReading(); });
    element("close").addEventListener("click", closeReading);
    element("goto")?.addEventListener("submit", onSearch);
    addEventListener("hashchange", () => { const view = viewOf(location.hash); if (view) map.jumpTo(view); });
    for (const button of document.querySelectorAll("[data-territory]")) {
      button.addEventListener("click", () => goTo(data.territories[button.dataset.territory].bounds));
    }
    for (const layer of data.layers) {
      document.querySelector('[data-layer="' + CSS.escape(layer.id) + '"]')?.addEventListener("change", () => showLayer(layer));
    }
    map.on("mousemove", (event) => {
      const [under] = map.queryRenderedFeatures(event.point, { layers: data.layers.filter(visible).flatMap(drawn) });
      map.getCanvas().style.cursor = under ? "pointer" : "";
    });
  };

  const begin = () => {
    maplibregl.setWorkerUrl(data.worker);
    map = new maplibregl.Map({
      container: "map", style: data.style, ...start(), locale, minZoom: 2, maxZoom: 18, attributionControl: false,
      dragRotate: false, pitchWithRotate: false, touchPitch: false, renderWorldCopies: false, fadeDuration: still ? 0 : 200,
    });
    map.touchZoomRotate.disableRotation();
    map.keyboard.disableRotation();
    map.addControl(new maplibregl.NavigationControl({ showCompass: false }), "top-left");
    map.addControl(new maplibregl.ScaleControl({ unit: "metric" }), "bottom-left");
    map.getCanvas().setAttribute("aria-describedby", "keys");
    map.on("load", () => {
      addBasemap();
      addMarks();
      listen();
      describe();
      map.on("moveend", keepView);
      map.on("moveend", later(250, describe));
      map.once("idle", () => { element("map").dataset.ready = "true"; });
    });
  };

  try {
    begin();
  } catch (error) {
    element("map").replaceChildren(make("p", { class: "notice" }, say("no.webgl")));
    throw error;
  }
})();
