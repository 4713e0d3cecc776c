// The table of what is in view.

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
