// Fails when what the browser must fetch before the page can start weighs more than the budget, gzipped, or when any of the
// chunks that are asked for later (a screen, usually) weighs more than one should.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const firstLoad = 200 * 1024;
const laterChunk = 60 * 1024;
const dist = new URL('../dist/', import.meta.url).pathname;

let index;
try {
  index = readFileSync(join(dist, 'index.html'), 'utf8');
} catch {
  console.error('web/dist holds no page: run `npm run build` first');
  process.exit(1);
}

function weigh(name) {
  const bytes = gzipSync(readFileSync(join(dist, name)), { level: 9 }).length;
  console.log(`${String(bytes).padStart(8)}  ${name}`);
  return bytes;
}

// The first load is index.html, all that it names, and what these modules import before they can run.
const first = new Set([
  'index.html',
  ...[...index.matchAll(/(?:src|href)="\/([^"]+)"/g)].map((match) => match[1]),
]);
for (const name of first) {
  if (!name.endsWith('.js')) continue;
  const imports = readFileSync(join(dist, name), 'utf8').matchAll(/\b(?:import|from)\s*"\.\/([^"]+\.js)"/g);
  for (const [, imported] of imports) first.add(`assets/${imported}`);
}
let total = 0;
for (const name of first) total += weigh(name);
console.log(`${String(total).padStart(8)}  first load, gzip; budget ${firstLoad}\n`);

const later = readdirSync(join(dist, 'assets'))
  .map((name) => `assets/${name}`)
  .filter((name) => /\.(js|css)$/.test(name) && !first.has(name));
const heavy = later.filter((name) => weigh(name) > laterChunk);
console.log(`${String(later.length).padStart(8)}  chunks for later; budget of each ${laterChunk}`);

if (total > firstLoad) console.error(`the first load is ${total - firstLoad} bytes over the budget`);
for (const name of heavy) console.error(`${name} is over the budget of a chunk`);
if (total > firstLoad || heavy.length > 0) process.exit(1);
