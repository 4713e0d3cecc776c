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

let wanted = 0; // number of the last search or choice: what comes late is not followed

// lastOnly does something that is waited for, unless something else was wanted since; what fails is said.
const lastOnly = async (waited, act) => {
  const mine = ++wanted;
  try {
    const answer = await waited;
    if (mine === wanted) act(answer);
  } catch {
    if (mine === wanted) tell(say("failed"));
  }
};

const goToPlace = (feature) => {
  const name = feature.properties.nom;
  element("place").value = name;
  return lastOnly(ask(data.places + "/" + feature.id), (whole) => {
    found([]);
    if (whole.geometry) goTo(boxOf(whole.geometry.coordinates));
    tell(say("went", { name }));
    map?.getCanvas().focus({ preventScroll: true });
  });
};

const offer = (places) => {
  if (places.length === 1) return void goToPlace(places[0]);
  found(places.length === 0 ? [make("li", { class: "muted" }, say("found.none"))] :
    places.map((p) => make("li", {}, make("button", { type: "button", class: "plain", click: () => goToPlace(p) },
      p.properties.nom, make("span", { class: "muted" }, " " + (p.properties.code_insee ?? ""))))));
  tell(places.length ? say("found", { n: places.length }) : say("found.none"));
};

const onSearch = (event) => {
  event.preventDefault();
  const text = element("place").value.trim();
  if (text === "") {
    wanted++;
    return found([]);
  }
  void lastOnly(search(text), offer);
};
