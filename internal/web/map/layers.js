// What the map shows: layers, and what is chosen or pointed at.

const layerOf = (feature) => data.layers.find((layer) => layer.id === feature.sourceLayer);

const styled = new Map(); // ids of the style's layers that show a collection, without its labels; by the collection's

const findStyled = () => {
  for (const layer of data.layers) {
    styled.set(layer.id, map.getStyle().layers.filter((l) => l["source-layer"] === layer.id && l.type !== "symbol").map((l) => l.id));
  }
};

// under is what is drawn at a place of the screen, what lies on top first.
const under = (place) => map.queryRenderedFeatures(place, { layers: data.layers.filter(visible).flatMap((layer) => styled.get(layer.id) ?? []) });

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
  if (!map) return;
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
};

// sayFar says of the layers that are drawn from a nearer zoom that they are there.
const sayFar = () => {
  for (const layer of data.layers) {
    const hint = document.querySelector('[data-far="' + CSS.escape(layer.id) + '"]');
    if (hint) hint.hidden = map.getZoom() >= layer.from;
  }
};
