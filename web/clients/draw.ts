// Bundles a script of docs/gis.md as its reader would, opens it as a page of another origin, and takes a picture once its `map` has drawn all.
//
//   node --import tsx clients/draw.ts SCRIPT.js PICTURE.png
import assert from 'node:assert/strict';
import { copyFileSync, createReadStream, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, resolve } from 'node:path';
import { build } from 'vite';
import { launch, patience } from '../e2e/browser';

const [script, picture] = process.argv.slice(2);
assert.ok(script && picture, 'usage: tsx clients/draw.ts SCRIPT.js PICTURE.png');

const page = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>map</title><link rel="icon" href="data:,">
<style>html, body, #map { height: 100%; margin: 0 }</style></head>
<body><div id="map"></div><script type="module" src="./main.js"></script></body></html>`;

// MapLibre says idle, OpenLayers rendercomplete; each only once nothing is wanting.
const ready = `
import { map } from './map.js';
for (const done of ['idle', 'rendercomplete']) map.once(done, () => (document.documentElement.dataset.ready = done));
`;

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
};

/** Serves a folder on an origin of its own. */
async function serve(folder: string): Promise<Server> {
  const server = createServer((request, response) => {
    const name = new URL(request.url ?? '/', 'http://localhost').pathname;
    const file = join(folder, name === '/' ? 'index.html' : name);
    if (!existsSync(file)) return void response.writeHead(404).end();
    response.writeHead(200, { 'Content-Type': types[extname(file)] ?? 'application/octet-stream' });
    createReadStream(file).pipe(response);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return server;
}

async function take(url: string): Promise<void> {
  const browser = await launch();
  try {
    const tab = await browser.newPage({ viewport: { width: 480, height: 360 } });
    const complaints: string[] = [];
    tab.on('pageerror', (error) => complaints.push(error.message));
    tab.on('console', (message) => {
      // Reading the canvas back is the picture's own doing.
      if (['error', 'warning'].includes(message.type()) && !/ReadPixels|GPU stall/.test(message.text())) {
        complaints.push(message.text());
      }
    });
    await tab.goto(url);
    try {
      await tab.locator('html[data-ready]').waitFor({ state: 'attached', timeout: 2 * patience });
    } finally {
      assert.deepEqual(complaints, []);
    }
    await tab.screenshot({ path: resolve(picture ?? '') });
  } finally {
    await browser.close();
  }
}

const folder = mkdtempSync(join(import.meta.dirname, '.page-')); // here, so that the packages are found
try {
  copyFileSync(resolve(script), join(folder, 'map.js'));
  writeFileSync(join(folder, 'main.js'), ready);
  writeFileSync(join(folder, 'index.html'), page);
  await build({
    root: folder,
    configFile: false,
    logLevel: 'error',
    build: { chunkSizeWarningLimit: 4096, modulePreload: { polyfill: false } },
  });
  const server = await serve(join(folder, 'dist'));
  await take(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  server.close();
  server.closeAllConnections();
} finally {
  rmSync(folder, { recursive: true });
}
