// Where the map is. The view is in the address: #zoom/latitude/longitude.

let map; // undefined where the browser cannot draw it

const viewOf = (hash) => {
  const [, zoom, latitude, longitude] = (/^#(\d+(?:\.\d+)?)\/(-?\d+(?:\.\d+)?)\/(-?\d+(?:\.\d+)?)$/.exec(hash) ?? []).map(Number);
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 ? { zoom, center: [longitude, latitude] } : null;
};

const keepView = () => {
  const { lng, lat } = map.getCenter();
  history.replaceState(null, "", "#" + [map.getZoom().toFixed(2), lat.toFixed(5), lng.toFixed(5)].join("/"));
};

const boundsOf = (b) => [[b[0], b[1]], [b[2], b[3]]];

// whole is what is in view at first.
const whole = () => data.territories ? data.territories[0].bounds : data.bounds;

const start = () => {
  const view = viewOf(location.hash);
  if (view) return view;
  const bounds = whole();
  return bounds ? { bounds: boundsOf(bounds), fitBoundsOptions: { padding: 24 } } : { center: [2.5, 46.6], zoom: 5 };
};

// openNear brings what the map is about in sight on a small screen, which would show all of a country from too far.
const openNear = () => {
  const ground = data.layers.at(-1);
  if (viewOf(location.hash) || !(ground.value || data.layers.length === 1)) return;
  if (map.getZoom() < ground.from) map.setZoom(ground.from);
};

let around = whole(); // what the table is of, without a map

const goTo = (bounds) => {
  if (map) return void map.fitBounds(boundsOf(bounds), { padding: 40, maxZoom: 14, animate: !still });
  around = bounds;
  describe();
};

const boxInView = () => {
  if (!map) return around ?? [-180, -90, 180, 90];
  const bounds = map.getBounds();
  return [Math.max(bounds.getWest(), -180), Math.max(bounds.getSouth(), -90), Math.min(bounds.getEast(), 180), Math.min(bounds.getNorth(), 90)];
};

const boxOf = (coordinates, box = [180, 90, -180, -90]) => {
  if (typeof coordinates[0] === "number") {
    const [x, y] = coordinates;
    return [Math.min(box[0], x), Math.min(box[1], y), Math.max(box[2], x), Math.max(box[3], y)];
  }
  return coordinates.reduce((all, part) => boxOf(part, all), box);
};
