// Where the map is. The view is in the address: #zoom/latitude/longitude.

let map;

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

// openNear brings what the map is about in sight on a small screen, which would show all of a country from too far.
const openNear = () => {
  const ground = data.layers.at(-1);
  if (viewOf(location.hash) || !(ground.value || data.layers.length === 1)) return;
  if (map.getZoom() < ground.from) map.setZoom(ground.from);
};

const goTo = (bounds) => map.fitBounds(boundsOf(bounds), { padding: 40, maxZoom: 14, animate: !still });

const boxOf = (coordinates, box = [180, 90, -180, -90]) => {
  if (typeof coordinates[0] === "number") {
    const [x, y] = coordinates;
    return [Math.min(box[0], x), Math.min(box[1], y), Math.max(box[2], x), Math.max(box[3], y)];
  }
  return coordinates.reduce((all, part) => boxOf(part, all), box);
};
