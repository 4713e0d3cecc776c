// Reading a feature, by a click or Enter.

let chosen = null; // what stays marked while the reading is open
let opener = null; // layer and id of the feature whose row has the focus back when it closes; null for the map
let turn = 0; // of what was asked last: what comes late is not shown

const openReading = (title, ...body) => {
  tell("");
  element("reading-title").textContent = title;
  element("reading-body").replaceChildren(...body);
  element("reading").hidden = false;
  element("reading").scrollTop = 0;
};

const closeReading = () => {
  turn++;
  if (element("reading").hidden) return;
  const inside = element("reading").contains(document.activeElement);
  element("reading").hidden = true;
  chosen = null;
  point(null);
  if (!inside) return;
  if (opener) focusRow(...opener);
  else map.getCanvas().focus();
};

const link = (value) => /^https?:\/\//.test(value) ? make("a", { href: value, rel: "nofollow noopener external" }, value) : value;

// named is a value as the legend calls it, where it is one of its categories.
const named = (layer, name, value, field) => (name === layer.value && layer.words?.[value]) || written(value, field, name);

// headline is what the map is about, before all else.
const headline = (layer, properties, known) => {
  const field = known[layer.value];
  if (!field) return [];
  const value = properties[layer.value];
  const absent = value === null || value === undefined;
  return [make("p", { class: "lead" }, make("strong", { class: absent ? "null" : typeof value === "number" && "num" }, named(layer, layer.value, value, field)), make("span", {}, field.title ?? layer.value))];
};

// kind is what a feature is, and its code where people know it by one.
const kind = (layer, properties) => {
  const code = layer.key.map((name) => properties[name]).join(" ");
  return make("p", { class: "kind" }, code.length > longestCode ? layer.title : layer.title + " · " + code);
};

const longestCode = 12;

const line = (name, value, field) => {
  const absent = value === null || value === undefined;
  return make("div", {}, make("dt", {}, field?.title ?? name), make("dd", absent ? { class: "null" } : {}, link(written(value, field, name))));
};

const facts = (names, properties, known) => make("dl", { class: "facts" }, ...names.map((name) => line(name, properties[name], known[name])));

// read shows a feature as the service has it, all its fields, and gives its box, unless another was asked since.
const read = async (layer, id, name) => {
  const mine = ++turn;
  openReading(name, make("p", { class: "muted" }, say("loading")));
  element("reading-title").focus({ preventScroll: true });
  const address = layer.items + "/" + id;
  try {
    const [feature, known] = await Promise.all([ask(address), fields(layer)]);
    if (mine !== turn) return null;
    const properties = feature.properties;
    const first = layer.shown.filter((n) => n !== layer.value && n !== layer.name && !layer.key.includes(n) && n in known);
    const all = Object.keys(known).filter((n) => n in properties).sort((a, b) => known[a]["x-ogc-propertySeq"] - known[b]["x-ogc-propertySeq"]);
    openReading(nameOf(layer, properties), kind(layer, properties), ...headline(layer, properties, known), facts(first, properties, known),
      make("p", {}, make("a", { href: address, class: "button" }, say("feature"))),
      make("details", {}, make("summary", {}, say("all.fields")), facts(all, properties, known)));
    chosen = [layer, properties];
    point(layer, properties);
    return feature.geometry && boxOf(feature.geometry.coordinates);
  } catch {
    if (mine === turn) openReading(name, make("p", { class: "notice" }, say("failed")));
    return null;
  }
};

// readMerged shows a point that stands for several: how many, and the sums that it carries.
const readMerged = async (layer, feature) => {
  const mine = ++turn;
  const { _nombre: count, ...sums } = feature.properties;
  const known = await fields(layer).catch(() => ({}));
  if (mine !== turn) return;
  const at = feature.geometry.coordinates;
  openReading(say("merged", { n: number(count) }), make("p", { class: "muted" }, layer.title), make("p", {}, say("merged.about")),
    facts(Object.keys(sums).filter((name) => !name.startsWith("_")), sums, known),
    make("p", {}, make("button", { type: "button", click: () => map.easeTo({ center: at, zoom: map.getZoom() + 2, animate: !still }) }, say("separate"))));
  chosen = null;
  point(null);
  element("reading-title").focus({ preventScroll: true });
};

// pick reads what is drawn at a place of the screen, or a point near it.
const pick = (at) => {
  const near = [[at.x - 4, at.y - 4], [at.x + 4, at.y + 4]];
  const feature = under(near).find((f) => f.geometry.type === "Point") ?? under(at)[0];
  opener = null;
  if (!feature) {
    closeReading();
    return tell(say("nothing"));
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
