// An empty database becomes a city by what is on the page: no command, no restart. And the cleaning of what does not quite tile is seen.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { accessible, clickMiddle, codeInPanel, launch, mapReady, visit } from './browser';
import { startDemo, type Demo } from './demo';

const program = new URL('../../bin/wangge', import.meta.url).pathname;

let browser: Browser;
let demo: Demo | undefined;

before(async () => {
  if (!existsSync(program)) return;
  [browser, demo] = await Promise.all([launch(), startDemo('empty')]);
});
after(async () => {
  await demo?.stop();
  await browser?.close();
});

type Box = [west: number, south: number, east: number, north: number];

const wkt = ([w, s, e, n]: Box): string =>
  `"POLYGON((${[
    [w, s],
    [e, s],
    [e, n],
    [w, n],
    [w, s],
  ]
    .map((at) => at.join(' '))
    .join()}))"`;

const table = (name: string, rows: [code: string, name: string, box: Box][]) => ({
  name,
  mimeType: 'text/csv',
  buffer: Buffer.from(
    ['编码,名称,wkt', ...rows.map(([code, of, box]) => `${code},${of},${wkt(box)}`)].join('\n'),
  ),
});

const whole: Box = [120.3, 31.5, 120.3008, 31.5002];
const divisions = table('divisions.csv', [
  ['320200000000', '试验市', whole],
  ['320211000000', '试验区', whole],
  ['320211001000', '试验街道', whole],
  ['320211001001', '试验社区', whole],
]);
const grids = table('base_grids.csv', [
  ['320211001001001', '第一网格', [120.3, 31.5, 120.3004002, 31.5002]], // 2 cm too far
  ['320211001001002', '第二网格', [120.3004, 31.5, 120.3008, 31.5002]],
]);

/** Sends a file, says in which system it is, tries it and imports it. */
async function importFile(page: Page, file: ReturnType<typeof table>, clean: boolean): Promise<void> {
  await page.locator('[name=files]:enabled').setInputFiles(file);
  const card = page.locator(`[data-upload="${file.name}"]`);
  await card.waitFor();
  await page.getByRole('radio', { name: 'CGCS2000', exact: false }).check();
  if (clean) await page.locator('[name=clean]').check();
  await page.getByRole('button', { name: '试导', exact: false }).click();
  await page.getByText('试导完成，没有入库').waitFor();
  await page.getByRole('button', { name: '导入', exact: true }).last().click();
  await page.getByText('导入完成').waitFor();
}

const noDemo = 'needs bin/wangge';

test('an administrator makes a city of files, and sees it without a restart', async (t) => {
  if (demo === undefined) return t.skip(noDemo);
  const { url, tokens, database } = demo;
  await visit(browser, { origin: new URL(url).origin, hash: '#///zh' }, async (page) => {
    await page.getByRole('heading', { name: '还没有区划数据' }).waitFor();
    await accessible(page, 'an empty database');
    await page.getByRole('button', { name: '输入令牌' }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.type(tokens['administrator'] ?? '');
    await page.keyboard.press('Enter');
    await importFile(page, divisions, false);
    await accessible(page, 'the first file');
    await page.getByRole('button', { name: '打开地图' }).click();

    await mapReady(page);
    await page.getByText('试验市').first().waitFor();
    await importFile(page, grids, true);
    await page.locator('#import-state').getByText('已验证无缝无叠', { exact: false }).waitFor();
    const spots = page.locator('#repaired li');
    await spots.getByText('消除的重叠').first().waitFor();
    await page.locator(`#map[data-previewed="${await spots.count()}"]`).waitFor(); // all of them are drawn
    const before = page.url();
    await spots.filter({ hasText: '消除的重叠' }).getByRole('button').first().click();
    await page.waitForURL((link) => link.href !== before); // the map has gone to the spot
    const [lon = 0, lat = 0] = new URL(page.url()).hash.slice(1).split('/').map(Number);
    assert.ok(Math.abs(lon - 120.3004) < 1e-5 && Math.abs(lat - 31.5001) < 1e-5, page.url());
    await accessible(page, 'what cleaning has changed');

    await page.goto(`${url}/#120.3006/31.5001/18/zh`);
    await page.getByRole('navigation').getByRole('button', { name: '查询' }).click();
    await mapReady(page);
    await clickMiddle(page);
    assert.equal(await codeInPanel(page), '320211001001002');
  });
  const said = execFileSync(program, ['check'], {
    encoding: 'utf8',
    env: { ...process.env, DATABASE_URL: database },
  });
  for (const law of ['nesting', 'L1', 'L2', 'L3'])
    assert.match(said, new RegExp(`^${law} +holds`, 'm'), said);
});
