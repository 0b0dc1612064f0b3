// The map under ours: tiles of foreign servers through the service, in each way of numbering and in GCJ-02, and a dropped file.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { AddressInfo } from 'node:net';
import { deflateSync, crc32 } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { accessible, clickMiddle, codeInPanel, launch, mapReady, pressed, someGrid, visit } from './browser';
import { serving } from './demo';

const program = new URL('../../bin/wangge', import.meta.url).pathname;
const database = process.env['DATABASE_URL'];

let browser: Browser;
let source: Server;
let asked: string[] = [];
let folder: string;

/** A PNG of one colour, 256 pixels wide. */
function tile([r, g, b]: [number, number, number]): Buffer {
  const chunk = (name: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(name), data]);
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(body));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    return Buffer.concat([length, body, sum]);
  };
  const size = Buffer.alloc(13);
  size.writeUInt32BE(256, 0);
  size.writeUInt32BE(256, 4);
  size.set([8, 2, 0, 0, 0], 8);
  const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(3 * 256, Buffer.from([r, g, b]))]);
  return Buffer.concat([
    Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]),
    ...[chunk('IHDR', size), chunk('IDAT', deflateSync(Buffer.concat(Array<Buffer>(256).fill(row))))],
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const red = tile([255, 0, 0]);

before(async () => {
  browser = await launch();
  folder = mkdtempSync(join(tmpdir(), 'basemap-'));
  source = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.setHeader('Content-Type', 'image/png').end(red);
  });
  await new Promise<void>((ready) => source.listen(0, '127.0.0.1', ready));
});
after(async () => {
  await browser.close();
  source.close();
  rmSync(folder, { recursive: true });
});

/** A .pmtiles file (version 3) with one PNG for all tiles down to a zoom. */
function rasterFile(png: Buffer, maxZoom: number, attribution: string): Buffer {
  const varint = (n: number): number[] => (n < 128 ? [n] : [(n % 128) | 128, ...varint(Math.floor(n / 128))]);
  const tiles = (4 ** (maxZoom + 1) - 1) / 3;
  // One entry: from tile 0 on, for all tiles, so many bytes, at the beginning of the data.
  const directory = Buffer.from([1, 0, ...varint(tiles), ...varint(png.length), 1]);
  const metadata = Buffer.from(JSON.stringify({ attribution }));
  const header = Buffer.alloc(127);
  header.write('PMTiles');
  header[7] = 3;
  const at = [127, 127 + directory.length, 127 + directory.length + metadata.length] as const;
  const numbers = [at[0], directory.length, at[1], metadata.length, at[2], 0, at[2], png.length, tiles, 1, 1];
  numbers.forEach((n, i) => header.writeBigUInt64LE(BigInt(n), 8 + 8 * i));
  header.set([1, 1, 1, 2, 0, maxZoom], 96); // clustered, nothing compressed, PNG, its zooms
  [-180, -85, 180, 85].forEach((degrees, i) => header.writeInt32LE(degrees * 1e7, 102 + 4 * i));
  return Buffer.concat([header, directory, metadata, png]);
}

/** The share of the map that is of the tiles' colour, as it is under our areas or beside them. */
function reddish(page: Page): Promise<number> {
  return page.evaluate(() => {
    let [red, all] = [0, 0];
    for (const canvas of document.querySelectorAll<HTMLCanvasElement>(
      '#map .basemap canvas, #map canvas.basemap',
    )) {
      const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? {};
      for (let i = 0; data && i < data.length; i += 400) {
        all++;
        if ((data[i] ?? 0) > 200 && (data[i + 1] ?? 255) < 60) red++;
      }
    }
    return all === 0 ? 0 : red / all;
  });
}

const expected = /willReadFrequently/;

/** Drops a file on the map, as a browser tells of what is dragged from a folder. */
async function drop(page: Page, path: string): Promise<void> {
  const bytes = readFileSync(path).toString('base64');
  const carried = await page.evaluateHandle(
    ({ bytes, name }) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([Uint8Array.from(atob(bytes), (char) => char.charCodeAt(0))], name));
      return transfer;
    },
    { bytes, name: 'dropped.pmtiles' },
  );
  await page.dispatchEvent('#map', 'dragover', { dataTransfer: carried });
  await page.dispatchEvent('#map', 'drop', { dataTransfer: carried });
}

test('basemap: none is said to be none, and a dropped file is shown', async (t) => {
  if (database === undefined) return t.skip('only with a demo of our own');
  const file = join(folder, 'region.pmtiles');
  execFileSync(program, ['export', 'grids', '-o', file, '--max-zoom', '14', '--database-url', database]);
  await visit(browser, { hash: '#///en', expected }, async (page) => {
    await mapReady(page);
    await page.getByText('No basemap').waitFor();
    await page.locator('#map-crs', { hasText: 'WGS 84' }).waitFor();
    await page.locator('.file input').setInputFiles(file);
    await page.locator('#attribution').waitFor();
    await mapReady(page);
    await accessible(page, 'with a file under the map');
    await pressed(page.getByRole('button', { name: 'Hide the basemap' }));
    await page.getByText('No basemap').waitFor();
    await drop(page, file);
    await page.locator('#attribution').waitFor();
    await mapReady(page);
    await page.getByRole('button', { name: 'Hide the basemap' }).click();
    for (const by of ['mouse', 'keyboard'] as const) {
      await page.locator('.file input').setInputFiles(program.replace(/bin.wangge$/, 'README.md'));
      await page.getByText('This file cannot be shown').waitFor();
      const seen = page.getByRole('button', { name: 'Got it' });
      await (by === 'mouse' ? seen.click() : seen.press('Enter'));
      await page.getByText('This file cannot be shown').waitFor({ state: 'detached' });
      await page.locator('.file input:focus').waitFor({ state: 'attached' });
    }
  });
});

test('basemap: a dropped file of pictures lies under the map, whatever words it brings', async () => {
  const path = join(folder, 'pictures.pmtiles');
  writeFileSync(path, rasterFile(red, 12, '<b>审图号</b>：GS(2026)2号'));
  const grid = await someGrid();
  await visit(browser, { hash: `#${grid.label[0]}/${grid.label[1]}/15/zh`, expected }, async (page) => {
    await mapReady(page);
    await drop(page, path);
    await page.locator('#attribution', { hasText: '审图号：GS(2026)2号' }).waitFor();
    await mapReady(page);
    assert.ok((await reddish(page)) > 0.9, 'the pictures cover the map');
    await clickMiddle(page);
    assert.equal(await codeInPanel(page), grid.code);
    await pressed(page.getByRole('button', { name: '隐藏底图' }));
    await page.locator('#attribution').waitFor({ state: 'detached' });
  });
});

/** A file dropped on a map in GCJ-02 would lie elsewhere; any other must not take the page's place. */
async function refusesFiles(page: Page): Promise<void> {
  const taken = await page.locator('#map-crs').evaluate((line) => {
    return ['photo.png', 'city.pmtiles'].map((name) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(['x'], name));
      return line.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer }));
    });
  });
  assert.deepEqual(taken, [false, false], 'the browser opens neither in place of the page');
  await page.getByText('.pmtiles 文件是 WGS 84', { exact: false }).waitFor();
  await page.locator('#attribution', { hasText: '审图号：GS(2026)1号' }).waitFor();
}

/** Tells the request of the tile of the usual scheme (EPSG:3857) that a place lies in. */
function holding([lon, lat]: readonly [number, number]): (request: string) => boolean {
  return (request) => {
    const query = new URL(request, 'http://basemap').searchParams;
    const [zoom, row, column] = ['TileMatrix', 'TileRow', 'TileCol'].map((key) => Number(query.get(key)));
    const across = 2 ** (zoom ?? 0);
    const y = Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) / Math.PI;
    return column === Math.floor(((lon + 180) / 360) * across) && row === Math.floor(((1 - y) / 2) * across);
  };
}

for (const [name, path, crs, request] of [
  ['XYZ', '/{z}/{x}/{y}.png?key=secret', '3857', /^\/\d+\/\d+\/\d+\.png\?key=secret$/],
  [
    'WMTS',
    '/wmts?TileMatrix={TileMatrix}&TileRow={TileRow}&TileCol={TileCol}',
    '3857',
    /TileMatrix=\d+&TileRow=\d+&TileCol=\d+$/,
  ],
  [
    'WMTS in degrees',
    '/wmts?TileMatrix={TileMatrix}&TileRow={TileRow}&TileCol={TileCol}',
    '4490',
    /TileMatrix=\d+/,
  ],
  ['WMS', '/wms?LAYERS=roads&SERVICE=WMS', '3857', /BBOX=[\d.]+,[\d.]+,[\d.]+,[\d.]+$/],
  ['XYZ in GCJ-02', '/{z}/{x}/{y}.png', 'gcj02', /^\/\d+\/\d+\/\d+\.png$/],
] as const) {
  test(`basemap: ${name} through the service`, async (t) => {
    if (database === undefined) return t.skip('only with a demo of our own');
    asked = [];
    const { port } = source.address() as AddressInfo;
    const flags = ['--basemap', `http://127.0.0.1:${port}${path}`, '--basemap-crs', crs];
    await serving([...flags, '--basemap-attribution', '审图号：GS(2026)1号'], async (url) => {
      const grid = await someGrid();
      const hash = `#${grid.label[0]}/${grid.label[1]}/16/zh`;
      await visit(browser, { hash, expected, origin: url }, async (page) => {
        await page.locator('#attribution', { hasText: '审图号：GS(2026)1号' }).waitFor();
        await mapReady(page);
        assert.ok((await reddish(page)) > 0.9, 'the basemap covers the map');
        assert.ok(asked.length > 0 && asked.every((one) => request.test(one)), asked[0]);
        if (name === 'WMTS')
          assert.ok(asked.some(holding(grid.label)), 'the tile under the spot is asked for');
        await page.locator('#map-crs', { hasText: crs === 'gcj02' ? 'GCJ-02' : 'WGS 84' }).waitFor();
        await clickMiddle(page);
        assert.equal(await codeInPanel(page), grid.code, 'a click means the spot under it');
        if (crs === 'gcj02') await refusesFiles(page);
        await accessible(page, `over ${name}`);
      });
    });
  });
}

test('basemap: a server that is down takes nothing else down', async (t) => {
  if (database === undefined) return t.skip('only with a demo of our own');
  await serving(['--basemap', 'http://127.0.0.1:9/{z}/{x}/{y}.png'], async (url) => {
    const grid = await someGrid();
    const hash = `#${grid.label[0]}/${grid.label[1]}/16/en`;
    await visit(browser, { hash, expected: /502|willReadFrequently/, origin: url }, async (page) => {
      await page.getByText('Part of the basemap did not load').waitFor();
      await clickMiddle(page);
      assert.equal(await codeInPanel(page), grid.code);
    });
  });
});
