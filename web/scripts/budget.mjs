// Fails when what the browser must fetch before the page can start weighs more than the budget, gzipped.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const budget = 200 * 1024;
const dist = new URL('../dist/', import.meta.url).pathname;

let index;
try {
  index = readFileSync(join(dist, 'index.html'), 'utf8');
} catch {
  console.error('web/dist holds no page: run `npm run build` first');
  process.exit(1);
}

// The first load is index.html and all that it names; chunks that are asked for later are not in it.
const named = [...index.matchAll(/(?:src|href)="\/([^"]+)"/g)].map((match) => match[1]);
let total = 0;
for (const name of ['index.html', ...new Set(named)]) {
  const bytes = gzipSync(readFileSync(join(dist, name)), { level: 9 }).length;
  total += bytes;
  console.log(`${String(bytes).padStart(8)}  ${name}`);
}
console.log(`${String(total).padStart(8)}  first load, gzip; budget ${budget}`);
if (total > budget) {
  console.error(`the first load is ${total - budget} bytes over the budget`);
  process.exit(1);
}
