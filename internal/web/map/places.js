// Going to a place by its name.

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
