// What the service knows: features, and what their fields mean.

const answers = new Map(); // of schemas, which are asked once

const ask = async (address, signal) => {
  const answer = await fetch(address, { signal, headers: { Accept: "application/geo+json, application/json, application/schema+json" } });
  if (!answer.ok) throw new Error(answer.status + " " + address);
  return answer.json();
};

const fields = (layer) => {
  if (!answers.has(layer.schema)) {
    const asked = ask(layer.schema).then((document) => document.properties);
    asked.catch(() => answers.delete(layer.schema));
    answers.set(layer.schema, asked);
  }
  return answers.get(layer.schema);
};

// escaped is what is not unreserved in RFC 3986 as the service escapes it in ids.
const escaped = (text) => encodeURIComponent(text).replace(/[!'()*]/g, (c) => "%" + c.charCodeAt(0).toString(16).toUpperCase());

const idOf = (layer, properties) =>
  layer.key.every((name) => properties[name] !== undefined) ? layer.key.map((name) => escaped(String(properties[name]))).join(":") : "";

const nameOf = (layer, properties) => String(properties[layer.name] ?? layer.key.map((name) => properties[name]).join(" "));

// inBox is the query of a layer's features in a box, to a decimetre. It is a condition of CQL2 beside the page's, because bbox
// also keeps the features that are nowhere. Where the page's is of another reference system, bbox is of the box, and the
// condition of these features.
const inBox = (layer, box) => {
  const query = new URLSearchParams(layer.query ?? "");
  const corners = box.map((n) => Number(n.toFixed(6))).join(",");
  const filter = query.get("filter");
  const foreign = query.has("filter-crs");
  if (foreign) query.set("bbox", corners);
  query.set("filter", (filter === null ? "" : "(" + filter + ") AND ") + (foreign ? "geometry IS NOT NULL" : "S_INTERSECTS(geometry,BBOX(" + corners + "))"));
  return query;
};
