// The map of a page. MapLibre draws the style that the service makes; this adds what people need to read it: the view in the
// address, a click or Enter that reads a feature, a table of what is in view, and a way to go to a place. The last three do
// not wait for the map, and do without it.

const locale = () => ({
  "Map.Title": say("map", { title: element("map").dataset.title }),
  "NavigationControl.ZoomIn": say("zoom.in"), "NavigationControl.ZoomOut": say("zoom.out"),
});

// listenToPage is for what is beside the map; what needs this script to do something shows only now.
const listenToPage = () => {
  for (const control of document.querySelectorAll("[data-scripted]")) control.hidden = false;
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") closeReading(); });
  element("close").addEventListener("click", closeReading);
  element("goto")?.addEventListener("submit", onSearch);
  for (const button of document.querySelectorAll("[data-territory]")) {
    button.addEventListener("click", () => goTo(data.territories[button.dataset.territory].bounds));
  }
  for (const layer of data.layers) {
    document.querySelector('[data-layer="' + CSS.escape(layer.id) + '"]')?.addEventListener("change", () => {
      if (styled.size > 0) showLayer(layer);
      void describe();
    });
  }
};

const listenToMap = () => {
  const canvas = map.getCanvas();
  map.on("click", (event) => pick(event.point));
  canvas.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    pick(centre());
  });
  let pointed = null;
  map.on("mousemove", (event) => {
    if (!pointed) requestAnimationFrame(() => { canvas.style.cursor = under(pointed).length > 0 ? "pointer" : ""; pointed = null; });
    pointed = event.point;
  });
};

const begin = () => {
  maplibregl.setWorkerUrl(data.worker);
  map = new maplibregl.Map({
    container: "map", style: data.style, ...start(), locale: locale(), minZoom: 2, maxZoom: 18, attributionControl: false,
    dragRotate: false, pitchWithRotate: false, touchPitch: false, renderWorldCopies: false, fadeDuration: still ? 0 : 200,
  });
  openNear();
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new maplibregl.NavigationControl({ showCompass: false }), "top-left");
  map.addControl(new maplibregl.ScaleControl({ unit: "metric" }), "bottom-left");
  map.getCanvas().setAttribute("aria-describedby", "keys");
  addEventListener("hashchange", () => { const view = viewOf(location.hash); if (view) map.jumpTo(view); });
  map.on("movestart", (event) => { if (event.originalEvent) tell(""); });
  map.on("moveend", keepView);
  map.on("moveend", later(250, describe));
  map.on("error", () => { element("trouble").textContent = say("map.failed"); });
  map.on("load", () => {
    findStyled();
    addBasemap();
    addMarks();
    for (const layer of data.layers) if (!visible(layer)) showLayer(layer); // a box that a browser remembers
    listenToMap();
    sayFar();
    map.on("zoomend", sayFar);
    map.once("idle", () => { element("map").dataset.ready = "true"; });
  });
};

listenToPage();
try {
  begin();
} catch (error) {
  map = undefined;
  element("map").replaceChildren();
  element("trouble").textContent = say(globalThis.maplibregl ? "no.webgl" : "map.failed");
  throw error;
} finally {
  void describe();
}
