// The table of what is in view.

const shownRows = 12;
let asking = null;

const columnsOf = (layer, known) => [layer.name, layer.value, ...layer.shown]
  .filter((name, i, all) => name && name in known && !layer.key.includes(name) && all.indexOf(name) === i).slice(0, 5);

const row = (layer, feature, columns, known) => {
  const properties = feature.properties;
  const title = nameOf(layer, properties);
  const choose = async () => {
    opener = [layer, feature.id];
    const box = await read(layer, feature.id, title);
    if (box) goTo(box);
  };
  const heading = make("th", { scope: "row" }, make("button", { type: "button", class: "plain", "data-feature": feature.id, click: choose, focus: () => point(layer, properties), blur: () => point(...(chosen ?? [null])) }, title));
  const cells = columns.filter((name) => name !== layer.name).map((name) => {
    const value = properties[name];
    return make("td", { class: value === null ? "null" : typeof value === "number" ? "num" : undefined }, named(layer, name, value, known[name]));
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

const placeOf = (layer) => document.querySelector('[data-twin="' + CSS.escape(layer.id) + '"]');

// focusRow gives the focus to the row of a feature, or to the table where the row is no more.
const focusRow = (layer, id) => {
  const place = placeOf(layer);
  (place.querySelector('[data-feature="' + CSS.escape(id) + '"]') ?? place.querySelector("[tabindex]") ?? place).focus({ preventScroll: true });
};

// put shows something in a layer's place; who reads a row of it stays there.
const put = (layer, ...shown) => {
  const place = placeOf(layer);
  const held = place.contains(document.activeElement) ? document.activeElement.dataset.feature ?? "" : null;
  place.replaceChildren(...shown);
  if (held !== null) focusRow(layer, held);
};

// lead gives the address of all that a layer's table is part of.
const lead = (layer, query, text) => {
  const all = document.querySelector('[data-all="' + CSS.escape(layer.id) + '"]');
  all.href = layer.items + (query ? "?" + query : "");
  all.textContent = text;
};

// fill shows the first features of a layer in a box, and says how many there are.
const fill = async (layer, box, signal) => {
  if (!visible(layer)) {
    put(layer);
    lead(layer, layer.query, say("all", { title: layer.title }));
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
  put(layer, count === 0 ? make("p", { class: "muted" }, caption) : table(layer, answer, columns, known, caption));
  lead(layer, query, say("box", values));
  return say("caption", values);
};

// filled is fill, where what fails is said in the layer's own place, and takes nothing from the others.
const filled = (layer, box, signal) => fill(layer, box, signal).catch(() => {
  if (signal.aborted) return null;
  put(layer, make("p", { class: "notice" }, layer.title + "\u00a0: " + say("failed")));
  lead(layer, layer.query, say("all", { title: layer.title }));
  return null;
});

// describe fills the table with what is in view. What was being asked of another view is given up. The counts are not
// announced: each move of the map would be.
const describe = async () => {
  asking?.abort();
  const { signal } = asking = new AbortController();
  const box = boxInView();
  const said = await Promise.all(data.layers.map((layer) => filled(layer, box, signal)));
  if (!signal.aborted) element("summary").textContent = said.filter(Boolean).join(". ");
};

const later = (wait, act) => {
  let timer;
  return () => { clearTimeout(timer); timer = setTimeout(act, wait); };
};
