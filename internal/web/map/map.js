// The map of a page. MapLibre draws the style that the service makes; this adds what people need to read it: the view in the
// address, a click or Enter that reads a feature, a table of what is in view, and a way to go to a place.

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
  openNear();
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
    sayFar();
    map.on("zoomend", sayFar);
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
