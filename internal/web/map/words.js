// Words and values, as French readers write them. Every word and address comes with the page, in #map-data.

const data = JSON.parse(document.getElementById("map-data").textContent);
const element = (id) => document.getElementById(id);
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

const say = (id, values = {}) => (data.words[id] ?? id).replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
const number = (n) => n.toLocaleString("fr-FR", { maximumFractionDigits: 10 });

// unit is that of UCUM as people write it: its annotations are words between braces.
const unit = (code = "") => data.words["unit." + code] ?? code.replace(/[{}]/g, "");

const written = (value, field = {}, name = "") => {
  if (value === null || value === undefined) return say("null");
  if (typeof value === "boolean") return say(String(value));
  if (Array.isArray(value)) return value.map((item) => written(item)).join(", ");
  if (typeof value !== "number") {
    return field.format === "date" ? new Date(value).toLocaleDateString("fr-FR", { timeZone: "UTC" }) : String(value);
  }
  const text = name.startsWith("annee") ? String(value) : number(value);
  const of = unit(field["x-ogc-unit"]);
  return of ? text + "\u00a0" + of : text;
};

// tell answers what someone did, where nothing else does.
const tell = (text) => { element("said").textContent = text; };

// make makes an element; its texts are texts, whatever a stranger wrote in them.
const make = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value !== undefined && value !== false) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
};
