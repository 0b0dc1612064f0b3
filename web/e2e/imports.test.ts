// Files into the city: dropped, looked at, mapped, tried, imported, cancelled, and who may.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import type * as imports from '../src/data/imports';
import { metresBetween } from '../src/data/distance';
import { accessible, ask, linkOf, mapReady, origin, session, someGrid, visit } from './browser';
import { send, signedIn } from './client';
import { holdImports } from './hold';
import { administered, browser, file, importing, state, type File } from './importing';

/** Three shelters about the middle of a grid, and one on the other side of the world, as a table in UTF-8. */
async function shelters(prefix: string): Promise<string> {
  const { label } = await someGrid();
  const [lon, lat] = label;
  const rows = [0, 1, 2].map((i) => `${prefix}${i},避难点${i},${lon + i * 1e-5},${lat},city,stadium`);
  return [
    '编码,名称,经度,纬度,shelter_level,host_kind',
    ...rows,
    `${prefix}9,走失,-70.5,-33.4,city,stadium`,
    '',
  ].join('\n');
}

const inGbk = (text: string): Buffer => execFileSync('iconv', ['-f', 'utf-8', '-t', 'gbk'], { input: text });

interface Drawn {
  features: { geometry: { coordinates: [number, number] } }[];
}

/** Drags a file from outside over the middle of the field and lets it go there, as the system tells Chromium of it. */
async function dropFile(page: Page, name: string, content: Buffer): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'wangge-e2e-'));
  try {
    writeFileSync(join(folder, name), content);
    const box = await page.locator('.drop').boundingBox();
    assert.ok(box);
    const devtools = await page.context().newCDPSession(page);
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
      if (type === 'drop') await page.locator('.drop.over').waitFor(); // it says that it would take the file
      await devtools.send('Input.dispatchDragEvent', {
        type,
        x: box.x + box.width / 2,
        y: box.y + box.height / 2,
        data: { items: [], files: [join(folder, name)], dragOperationsMask: 1 },
      });
    }
    await page.locator(`[data-upload="${name}"]`).waitFor();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The same things in the formats that GIS programs write. */
async function written(): Promise<File[]> {
  const folder = mkdtempSync(join(tmpdir(), 'wangge-e2e-'));
  try {
    const { label } = await someGrid();
    const features = [0, 1].map((i) => ({
      type: 'Feature',
      geometry: { type: 'Point', coordinates: [label[0] + i * 1e-5, label[1]] },
      properties: { code: `F${i}`, name: `避难点${i}` },
    }));
    const json = Buffer.from(JSON.stringify({ type: 'FeatureCollection', features }));
    const source = join(folder, 'shelters.geojson');
    writeFileSync(source, json);
    const make = (name: string, ...options: string[]): File => {
      const to = join(folder, name);
      execFileSync('ogr2ogr', [...options, '-nln', 'shelters', to, source], { stdio: 'pipe' });
      return file(name, readFileSync(to));
    };
    return [
      file('shelters.geojson', json),
      make('shelters.gpkg', '-f', 'GPKG'),
      make('shelters.xlsx', '-f', 'XLSX'),
      make('shelters.shz', '-f', 'ESRI Shapefile', '-lco', 'ENCODING=GBK'),
    ].map((of) => ({ ...of, name: of.name.replace(/\.shz$/, '.zip') }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

administered(
  'mouse: a table in GBK is dropped, mapped, seen under each system, tried, imported',
  async () => {
    const table = inGbk(await shelters('E2E'));
    await visit(browser, { hash: importing, before: signedIn('administrator') }, async (page) => {
      await mapReady(page);
      await page.getByRole('heading', { name: '导入文件' }).waitFor();
      await page.locator('[name=files]:enabled').waitFor();
      await dropFile(page, '避难场所.csv', table);
      const card = page.locator('section.file');
      await card.getByText('避难点0', { exact: false }).waitFor(); // its encoding was seen
      assert.equal(await card.locator('[name=layer]').inputValue(), 'shelters');
      assert.equal(await card.locator('[data-column="经度"]').inputValue(), 'lon');
      await card.locator('[data-column="名称"]').selectOption('');
      await card.locator('[data-column="名称"]').selectOption('name');

      await page.getByRole('button', { name: '试导', exact: false }).click();
      await page.getByText('请选择坐标系').waitFor();
      const drawn = page.locator('#map[data-previewed="4"]');
      await page.getByRole('radio', { name: 'WGS 84' }).click();
      await drawn.waitFor();
      await page.locator('#crs [data-metres="0"]').waitFor();
      const drawnUnder = async (system: string): Promise<[number, number]> => {
        const answer = await page.waitForResponse((of) => of.url().includes(`crs=${system}`));
        const { features } = (await answer.json()) as Drawn;
        return features[0]?.geometry.coordinates ?? [0, 0];
      };
      const both = Promise.all([drawnUnder('wgs84'), drawnUnder('gcj02')]);
      await page.getByRole('radio', { name: 'GCJ-02', exact: false }).click();
      const off = metresBetween(...(await both));
      assert.ok(off > 300 && off < 700, `${off} m`); // which nobody overlooks
      await page
        .locator(`#crs [data-metres="${Math.round(off)}"]`)
        .getByText('相差约')
        .waitFor();
      await accessible(page, 'a file and its coordinate system');
      await page.getByRole('radio', { name: 'WGS 84' }).click();

      await page.getByRole('button', { name: '试导', exact: false }).click();
      await state(page, 'done');
      await page.getByText('试导完成，没有入库').waitFor();
      assert.equal(await page.locator('[data-counts]').getAttribute('data-counts'), '4,3,1');
      const before = await linkOf(page);
      await page.locator('#faults li').first().getByRole('button').click();
      await page.waitForURL((url) => url.href !== before); // the map has gone to the spot
      const download = page.waitForEvent('download');
      await page.locator('#rejects').click();
      const rejects = readFileSync(await (await download).path(), 'utf8');
      assert.match(rejects, /走失/);
      assert.equal(rejects.trim().split('\n').length, 1);
      const asTable = page.waitForEvent('download');
      await page.locator('#rejects-table').press('Enter');
      const [mark, head, row, ...others] = readFileSync(await (await asTable).path(), 'utf8').split(
        /(?<=^\ufeff)|\r\n/,
      );
      assert.deepEqual(
        [mark, head, others],
        ['\ufeff', '文件,行号,第几条,字段,问题,服务器的说明,经度,纬度,原文', ['']],
      );
      assert.match(row ?? '', /走失/);
      assert.match(row ?? '', /^避难场所\.csv,5,4,.*\p{Script=Han}{4}.*,-70\.5,-33\.4,/u);
      const none = await fetch(`${origin}/v1/places/E2E0`);
      assert.equal(none.status, 404, 'trying stores nothing');

      await page.getByRole('button', { name: '导入', exact: true }).last().click();
      await page.getByText('导入完成').waitFor();
      await accessible(page, 'an import that is done');
      assert.equal((await ask<{ name: string }>('/v1/places/E2E0')).name, '避难点0');
      // Files that are imported are nothing to lose, wherever one has been meanwhile.
      await page.locator('#tasks [data-task=lookup]').click();
      await page.locator('section.file').first().waitFor({ state: 'detached' });
      await page.locator('#tasks [data-task=data]').click();
      await page.locator('section.file').first().waitFor();
      const asked: string[] = [];
      page.on('dialog', (dialog) => void (asked.push(dialog.type()), dialog.accept()));
      await page.reload();
      await mapReady(page);
      assert.deepEqual(asked, []);
    });
  },
);

administered('keyboard: every format is read, and an encoding that was wrong is set right', async () => {
  const files = await written();
  await visit(browser, { hash: '#///en?task=data', before: signedIn('administrator') }, async (page) => {
    await mapReady(page);
    await page.locator('#data-parts').getByRole('button', { name: 'Import' }).focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/part=import/);
    const input = page.locator('[name=files]:enabled');
    await input.setInputFiles(files);
    for (const { name } of files) {
      const card = page.locator(`[data-upload="${name}"]`);
      await card.getByText('避难点0', { exact: false }).waitFor();
      assert.equal(await card.locator('[name=layer]').inputValue(), 'shelters', name);
      await card.getByRole('button', { name: `Remove ${name}` }).focus();
      await page.keyboard.press('Enter');
      await card.waitFor({ state: 'detached' });
    }
    await input.setInputFiles(file('shelters.csv', inGbk(await shelters('G'))));
    const encoding = page.locator('[name=encoding]');
    await encoding.focus();
    await encoding.selectOption('big5');
    await page.getByText('避难点0', { exact: false }).first().waitFor({ state: 'detached' });
    await encoding.selectOption('gbk');
    await page.getByText('避难点0', { exact: false }).first().waitFor();
    await page.getByRole('radio', { name: 'WGS 84' }).focus();
    await page.keyboard.press('Space');
    await page.locator('#map[data-previewed="4"]').waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.waitForFunction(
      () => Number(document.querySelector('#crs [data-metres]')?.getAttribute('data-metres')) > 100,
    );
    await page.getByRole('button', { name: 'Try', exact: false }).focus();
    await page.keyboard.press('Enter');
    await state(page, 'done');
  });
});

administered('what the file does not say is set, and words of its own become codes', async () => {
  const { label } = await someGrid();
  const rows = ['市级', '市里的'].map((level, i) => `SET${i},避难点${i},${label.join()},${level}`);
  const table = ['编码,名称,经度,纬度,shelter_level', ...rows, ''].join('\n');
  const { items } = await ask<{ items: imports.Layer[] }>('/v1/layers');
  const levels = items
    .find(({ name }) => name === 'shelters')
    ?.fields.find(({ name }) => name === 'shelter_level');
  const codes = await ask<Record<string, { code: string; zh: string }[]>>('/v1/codes');
  const city = codes[levels?.enumeration ?? '']?.find(({ code }) => code === 'city');
  assert.ok(city, 'shelters have levels with labels');
  await visit(browser, { hash: importing, before: signedIn('administrator') }, async (page) => {
    const card = page.locator('[data-upload="shelters.csv"]');
    await page
      .locator('[name=files]:enabled')
      .setInputFiles(file('shelters.csv', Buffer.from(table.replace('市级', city.zh))));
    await card.locator('[data-meaning=shelter_level] [data-value="市里的"]').selectOption('city');
    const host = card.locator('[data-set=host_kind]');
    await host.focus();
    await host.selectOption('stadium');
    await page.getByRole('radio', { name: 'WGS 84' }).check();
    await accessible(page, 'values that are set and translated');
    await page.getByRole('button', { name: '导入', exact: true }).last().click();
    await state(page, 'done');
    assert.equal(await page.locator('[data-counts]').getAttribute('data-counts'), '2,2,0');
  });
  for (const code of ['SET0', 'SET1']) {
    const place = await ask<Record<string, unknown>>(`/v1/places/${code}`);
    assert.match(JSON.stringify(place), /"shelter_level":"city"/);
    assert.match(JSON.stringify(place), /"host_kind":"stadium"/);
  }
});

administered('an import under way is cancelled, and nothing of it is stored', async () => {
  if (process.env['DATABASE_URL'] === undefined) return; // nobody can be made to wait
  const release = await holdImports();
  try {
    await visit(browser, { hash: importing, before: signedIn('administrator') }, async (page) => {
      await page
        .locator('[name=files]:enabled')
        .setInputFiles(file('shelters.csv', Buffer.from(await shelters('CANCEL'))));
      await page.getByRole('radio', { name: 'WGS 84' }).check();
      await page.getByRole('button', { name: '导入', exact: true }).last().click();
      await state(page, 'reading');
      await page.getByRole('progressbar', { name: '进度' }).waitFor();
      // Looking at something else loses neither the file nor the import.
      await page.locator('#tasks [data-task=lookup]').click();
      await page.locator('#import-state').waitFor({ state: 'detached' });
      await page.locator('#tasks [data-task=data]').click();
      await state(page, 'reading');
      assert.equal(await page.locator('[data-upload="shelters.csv"] [name=layer]').inputValue(), 'shelters');
      assert.ok(await page.getByRole('radio', { name: 'WGS 84' }).isChecked());
      // Nor does loading the page again lose the import.
      await page.reload();
      await state(page, 'reading');
      await page.getByRole('button', { name: '取消导入' }).focus();
      await page.keyboard.press('Enter');
      await state(page, 'cancelled');
      await page.getByText('已取消，数据没有改变').waitFor();
      await accessible(page, 'an import that was cancelled');
    });
  } finally {
    await release();
  }
  const { items } = await ask<{ items: { code: string }[] }>('/v1/search?q=CANCEL0');
  assert.deepEqual(items, []);
  assert.equal((await fetch(`${origin}/v1/places/CANCEL0`)).status, 404);
});

administered('an administrator of a county imports what lies in it, and is told of the rest', async () => {
  const { code } = await someGrid();
  const { items } = await ask<{ items: { code: string; label: [number, number] }[] }>(
    '/v1/grids?kind=base&limit=1000',
  );
  const other = items.find((of) => of.code.slice(0, 6) !== code.slice(0, 6));
  assert.ok(other, 'the demo has two counties');
  const scope = `${code.slice(0, 6)}000000`;
  const made = await send('administrator', 'POST', '/v1/tokens', {
    user: 'county',
    role: 'administrator',
    scope,
  });
  const { secret } = made.body as { secret: string };
  const table = (await shelters('COUNTY')) + `COUNTY8,邻区,${other.label.join()},city,stadium\n`;
  const before = (page: Page): Promise<unknown> =>
    page.addInitScript((token) => sessionStorage.setItem('wangge.token', token), secret);
  await visit(browser, { hash: importing, before }, async (page) => {
    await page.locator('#import-scope').getByText(scope, { exact: false }).waitFor();
    await page.locator('[name=files]:enabled').setInputFiles(file('shelters.csv', Buffer.from(table)));
    const becomes = page.locator('select[name=layer]');
    assert.equal(await becomes.locator('option[value=divisions]').count(), 0);
    assert.equal(await becomes.inputValue(), 'shelters');
    await page.getByRole('radio', { name: 'WGS 84' }).check();
    await page.getByRole('button', { name: '导入', exact: true }).last().click();
    await state(page, 'done');
    assert.equal(await page.locator('[data-counts]').getAttribute('data-counts'), '5,3,2');
    await page.locator('#faults').getByText('不在您的令牌所管的区划内', { exact: false }).first().waitFor();
  });
  assert.equal((await fetch(`${origin}/v1/places/COUNTY0`)).status, 200);
  assert.equal((await fetch(`${origin}/v1/places/COUNTY8`)).status, 404);
});

administered('a file that is no file of ours is refused in words', () =>
  visit(browser, { hash: importing, expected: /422/, before: signedIn('administrator') }, async (page) => {
    await page
      .locator('[name=files]:enabled')
      .setInputFiles(file('photo.png', Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13])));
    await page.getByRole('alert').getByText('photo.png', { exact: false }).waitFor();
    await page.locator('[name=files]:enabled').waitFor();
  }),
);

test('without a token, importing says whose it is', async (t) => {
  if (!(await session()).demo) return t.skip('the demo shows the rest');
  await visit(browser, { hash: '#///en?task=data&part=import' }, async (page) => {
    await page.getByText('This is for administrators', { exact: false }).waitFor();
    await page.getByRole('button', { name: 'Enter a token' }).click();
    await page.getByRole('dialog').waitFor();
  });
});
