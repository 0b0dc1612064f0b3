// An empty database becomes a city by what is on the page: no command, no restart. And the cleaning of what does not quite tile is seen.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { Answer } from '../src/api';
import { accessible, clickMiddle, codeInPanel, launch, mapReady, sightOf, visit } from './browser';
import { toGcj02, type LonLat } from '../src/map/gcj02';
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

function wkt([w, s, e, n]: Box, moved: (at: LonLat) => LonLat = (at) => at): string {
  const ring: LonLat[] = [
    [w, s],
    [e, s],
    [e, n],
    [w, n],
    [w, s],
  ];
  return `"POLYGON((${ring
    .map((at) =>
      moved(at)
        .map((degrees) => degrees.toFixed(7))
        .join(' '),
    )
    .join()}))"`;
}

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

const organizations = {
  ...table('organizations.csv', []),
  buffer: Buffer.from(
    'code,name,kind,level,division_code\nO1,试验街道办事处,street_office,street,320211001000\n',
  ),
};
/** In another system than the grids under it. */
const school = {
  ...table('dedicated_grids.csv', []),
  buffer: Buffer.from(
    `编码,名称,dedicated_kind,host_org_code,wkt\n320211001001801,校园,school,O1,${wkt([120.3001, 31.50005, 120.3003, 31.50015], toGcj02)}\n`,
  ),
};

/** Sends files, says what has to be said of them, tries them and imports them. */
async function importFiles(
  page: Page,
  files: ReturnType<typeof table>[],
  say: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  await page.locator('[name=files]:enabled').setInputFiles(files);
  for (const { name } of files) await page.locator(`[data-upload="${name}"]`).waitFor();
  await say();
  await page.getByRole('button', { name: '试导', exact: false }).click();
  await page.getByText('试导完成，没有入库').waitFor();
  await page.getByRole('button', { name: '导入', exact: true }).last().click();
  await page.getByText('导入完成').waitFor();
}

const cgcs2000 = (page: Page): Promise<void> =>
  page.getByRole('radio', { name: 'CGCS2000', exact: false }).check();

/** Of which level divisions are goes before what their codes say: three of four do not fit then. */
async function tryLevel(page: Page): Promise<void> {
  const level = page.locator('[name=level]');
  await level.selectOption('community');
  await page.getByRole('button', { name: '试导', exact: false }).click();
  await page.locator('[data-counts="4,1,3"]').waitFor();
  await level.selectOption('');
}

/** The school's file is in another system than the grids'. */
async function twoSystems(page: Page): Promise<void> {
  await cgcs2000(page);
  const own = page.locator('#crs [data-file="dedicated_grids.csv"]');
  await own.locator('select').selectOption('gcj02');
  await own.getByText('与 WGS 84 相差约').waitFor();
  await page.locator('#crs [data-file="base_grids.csv"][data-metres="0"]').waitFor();
  await page.locator('[name=clean]').check();
  await accessible(page, 'files in two systems');
}

/** Files that wait are of the token: whoever forgets it is asked, and stays. */
async function asksAboutFiles(page: Page): Promise<void> {
  await page.locator('#first-import header').getByRole('button', { name: '访问令牌' }).click();
  const dialog = page.getByRole('dialog', { name: '访问令牌' });
  await dialog.getByRole('button', { name: '清除' }).click();
  await page.getByRole('dialog', { name: '还有未保存的内容' }).getByRole('button', { name: '留下' }).click();
  await dialog.getByRole('button', { name: '取消' }).click();
  await page.locator('[data-upload]').first().waitFor();
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
    await importFiles(page, [divisions], async () => {
      await asksAboutFiles(page);
      await cgcs2000(page);
      await tryLevel(page);
    });
    await accessible(page, 'the first file');
    await page.getByRole('button', { name: '打开地图' }).click();

    await mapReady(page);
    await page.getByText('试验市').first().waitFor();
    await importFiles(page, [organizations]);
    await page.getByRole('button', { name: '移除 organizations.csv' }).click();
    await importFiles(page, [grids, school], () => twoSystems(page));
    await page.locator('#import-state').getByText('已验证无缝无叠', { exact: false }).waitFor();
    const spots = page.locator('#repaired li');
    await spots.getByText('消除的重叠').first().waitFor();
    await page.locator(`#map[data-previewed="${await spots.count()}"]`).waitFor(); // all of them are drawn
    await spots.filter({ hasText: '消除的重叠' }).getByRole('button').first().click();
    await page.waitForURL((link) => {
      const { lon, lat } = sightOf(link.href); // the map has gone to the spot
      return Math.abs(lon - 120.3004) < 1e-5 && Math.abs(lat - 31.5001) < 1e-5;
    });
    await accessible(page, 'what cleaning has changed');

    await page.goto(`${url}/#120.3006/31.5001/18/zh`);
    await page.getByRole('navigation').getByRole('button', { name: '查询' }).click();
    await mapReady(page);
    await clickMiddle(page);
    assert.equal(await codeInPanel(page), '320211001001002');
  });
  const answer = await fetch(`${url}/v1/locate?lon=120.30011&lat=31.50006`); // just within the corner of the school, which is 19 m wide
  assert.equal(((await answer.json()) as Answer).dedicated?.code, '320211001001801');
  const said = execFileSync(program, ['check'], {
    encoding: 'utf8',
    env: { ...process.env, DATABASE_URL: database },
  });
  for (const law of ['nesting', 'L1', 'L2', 'L3'])
    assert.match(said, new RegExp(`^${law} +holds`, 'm'), said);
});
