// Reads, with npm's pmtiles, every tile of archives that a service has: pmtiles.cjs ADDRESS... prints a line for each, and
// ends with 77 where the package is not installed (NODE_PATH says where it is).
let reader;
try {
  reader = require("pmtiles");
} catch {
  process.exit(77);
}
const { PMTiles, FetchSource, tileIdToZxy } = reader;

async function numbers(archive, header, offset, length) {
  const found = [];
  for (const entry of await archive.cache.getDirectory(archive.source, offset, length, header)) {
    if (entry.runLength === 0) found.push(...(await numbers(archive, header, header.leafDirectoryOffset + entry.offset, entry.length)));
    for (let i = 0; i < entry.runLength; i++) found.push(entry.tileId + i);
  }
  return found;
}

async function read(address) {
  const archive = new PMTiles(new FetchSource(address));
  const header = await archive.getHeader();
  const { vector_layers: layers, version } = await archive.getMetadata();
  const tiles = await numbers(archive, header, header.rootDirectoryOffset, header.rootDirectoryLength);
  let count = 0;
  for (const tile of tiles) if (await archive.getZxy(...tileIdToZxy(tile))) count++;
  console.log([header.etag, count, header.minZoom, header.maxZoom, layers.map((l) => l.id).join(), version].join(" "));
}

(async () => {
  for (const address of process.argv.slice(2)) await read(address);
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
