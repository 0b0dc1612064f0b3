// The screens of who keeps the data, help, and what is shown when something is missing.
import type { Page } from 'playwright-core';
import { dataMessages } from '../../src/data/messages';
import { importMessages } from '../../src/data/import-messages';
import { messages, type Language } from '../../src/messages';
import { planMessages } from '../../src/plans/messages';
import { tourMessages } from '../../src/tour/messages';
import { origin } from '../browser';
import { at, dark, english, englishDark, everywhere, type Screen } from './screen';
import type { Scenery } from './scenery';

/** Some shelters about a grid as a table in GCJ-02, of which two cannot be taken. */
function shelters({ grid }: Scenery): string {
  const [lon, lat] = grid.label;
  const rows = Array.from({ length: 24 }, (_, i) => {
    const [east, north] = [(i % 6) - 2.5, Math.floor(i / 6) - 1.5];
    const where = [lon + 0.0051 + east * 0.0022, lat - 0.0022 + north * 0.0017].map((v) => v.toFixed(6));
    return `BN${String(i + 1).padStart(3, '0')},避难点${i + 1},${where.join()},city,stadium`;
  });
  const wrong = ['BN098,走失的一处,-70.5,-33.4,city,stadium', 'BN099,没有坐标,,,city,stadium'];
  return ['编码,名称,经度,纬度,shelter_level,host_kind', ...rows, ...wrong, ''].join('\n');
}

async function dropped(page: Page, of: Scenery): Promise<void> {
  const buffer = Buffer.from(shelters(of));
  await page
    .locator('[name=files]:enabled')
    .setInputFiles({ name: '避难场所.csv', mimeType: 'text/csv', buffer });
  await page.locator('section.file').getByText('避难点1', { exact: false }).first().waitFor();
}

async function placed(page: Page, of: Scenery): Promise<void> {
  await dropped(page, of);
  await page.getByRole('radio', { name: 'GCJ-02', exact: false }).click();
  await page.locator('#map[data-previewed]').waitFor();
  await page.locator('#crs [data-metres]').waitFor();
  await page.locator('#crs').evaluate((crs) => crs.scrollIntoView({ block: 'start' }));
}

async function tried(page: Page, of: Scenery, language: Language): Promise<void> {
  await placed(page, of);
  await page.getByRole('button', { name: importMessages.try[language] }).click();
  await page.locator('#import-state[data-state=done]').waitFor();
  await page.locator('#faults li').first().waitFor();
  await page.locator('#import-state').evaluate((state) => state.scrollIntoView({ block: 'start' }));
}

const importing: Pick<Screen, 'part' | 'link' | 'role'> = {
  part: 'data',
  link: ({ grid }) => [at(grid.label, 15), 'task=data&part=import'],
  role: 'administrator',
};

export const keepers: Screen[] = [
  {
    ...importing,
    name: 'import',
    does: {
      zh: '把文件拖进来：CSV、GeoJSON、xlsx、GeoPackage、shapefile 压缩包。',
      en: 'Drop a file: CSV, GeoJSON, xlsx, GeoPackage or a zipped shapefile.',
    },
    heading: importMessages.import_title,
    complete: (page) => page.locator('[name=files]:enabled').waitFor(),
  },
  {
    ...importing,
    name: 'import-columns',
    does: {
      zh: '看到文件的各列，对应到字段。',
      en: 'See the columns of the file and say which field each is.',
    },
    heading: importMessages.import_title,
    complete: dropped,
    looks: [englishDark],
  },
  {
    ...importing,
    name: 'import-crs',
    does: {
      zh: '选坐标系，数据马上画在图上：选错会偏几百米，一眼可见。',
      en: 'Choose the coordinate system and see the data on the map at once: a wrong one is off by hundreds of metres.',
    },
    heading: importMessages.import_title,
    complete: placed,
    looks: [english],
  },
  {
    ...importing,
    name: 'import-tried',
    does: {
      zh: '先试导：多少行能入库，哪些行有问题、为什么，在图上的位置；不合格的可下载。',
      en: 'Try it first: how many rows would be taken, which would not and why, where they are; rejects to download.',
    },
    heading: importMessages.import_title,
    complete: tried,
    looks: [dark],
  },
  {
    ...importing,
    name: 'import-done',
    does: {
      zh: '导入完成：合格的行已入库，不合格的逐行说明，可下载改好再导。',
      en: 'Imported: good rows are in, each of the others is told of, and they can be downloaded and mended.',
    },
    heading: importMessages.import_title,
    complete: async (page, of, language) => {
      await tried(page, of, language);
      await page.getByRole('button', { name: importMessages.import[language], exact: true }).last().click();
      await page.getByText(importMessages.import_done[language]).waitFor();
      await page.locator('#rejects').evaluate((rejects) => rejects.scrollIntoView({ block: 'end' }));
    },
  },
  {
    name: 'basemap',
    part: 'data',
    does: {
      zh: '自带底图：把 .pmtiles 文件拖到地图上；坐标系和来源一直写在左下角。',
      en: 'A basemap of one’s own: drop a .pmtiles file on the map; its system and source are always told.',
    },
    link: ({ grid }) => [at(grid.label, 15)],
    heading: messages.lookup_title,
    complete: async (page) => {
      const answer = await fetch(`${origin}/v1/export/tiles/grids.pmtiles?max_zoom=12`);
      const buffer = Buffer.from(await answer.arrayBuffer());
      await page
        .locator('.file input')
        .setInputFiles({ name: '影像.pmtiles', mimeType: 'application/octet-stream', buffer });
      await page.locator('#attribution').waitFor();
    },
    expected: /willReadFrequently/,
    looks: [englishDark],
  },
  {
    name: 'use',
    part: 'data',
    does: {
      zh: '给 QGIS、MapLibre 等软件用的地址，以及按图层下载文件。',
      en: 'Addresses for QGIS, MapLibre and others, and files to download.',
    },
    link: ({ grid }) => [at(grid.label, 15), 'task=data'],
    heading: dataMessages.title,
    complete: (page) => page.locator('#files').waitFor(),
    looks: [english],
  },
  {
    name: 'tokens',
    part: 'data',
    does: {
      zh: '管理员发放、停用访问令牌。',
      en: 'Administrators give out access tokens and revoke them.',
    },
    link: ({ grid }) => [at(grid.label, 15), 'task=data&part=tokens'],
    heading: importMessages.tokens_title,
    role: 'administrator',
    complete: (page) => page.locator('#token-list tbody tr').first().waitFor(),
  },
  {
    name: 'tour',
    part: 'help',
    does: {
      zh: '两分钟导览：一步步走过每项任务。',
      en: 'A tour of two minutes, task by task.',
    },
    link: () => [everywhere],
    heading: tourMessages.search,
    newcomer: true,
    complete: async (page, _, language) => {
      await page.getByRole('button', { name: messages.tour_start[language] }).click();
      await page.getByRole('button', { name: tourMessages.next[language] }).click();
      await page.locator('[data-toured]').waitFor();
    },
    looks: [englishDark],
  },
  {
    name: 'shortcuts',
    part: 'help',
    does: {
      zh: '按 ? 查看键盘操作：一切都能用键盘完成。',
      en: 'Press ? for the keys: everything can be done without a mouse.',
    },
    link: ({ grid }) => [at(grid.label, 15)],
    heading: tourMessages.help,
    complete: (page) => page.locator('[data-help]').click(),
    looks: [english],
  },
  {
    name: 'newcomer',
    part: 'help',
    does: {
      zh: '第一次来的人会看到邀请。',
      en: 'Who comes for the first time is invited.',
    },
    link: () => [everywhere],
    heading: messages.lookup_title,
    newcomer: true,
    complete: (page, _, language) =>
      page.getByRole('button', { name: messages.tour_start[language] }).waitFor(),
  },
  {
    name: 'nothing',
    part: 'help',
    does: {
      zh: '没有内容的地方说明下一步做什么。',
      en: 'Where there is nothing, it says what to do next.',
    },
    link: ({ grid }) => [at(grid.label, 15), 'task=plans&plans=rejected'],
    heading: planMessages.plans_title,
    role: 'planner',
  },
  {
    name: 'no-answer',
    part: 'help',
    does: {
      zh: '查不到时说明原因和办法。',
      en: 'A spot that nobody answers for gets its reason and what to do.',
    },
    link: ({ grid }) => [at(grid.label, 14), 'at=119.2,33.2'],
    heading: messages.outside_title,
    expected: /404/,
    looks: [english],
  },
  {
    name: 'no-server',
    part: 'help',
    does: {
      zh: '连不上服务器时不是死路：检查网络，再试一次。',
      en: 'A server that cannot be reached is no dead end.',
    },
    link: () => [everywhere],
    heading: messages.problem_title,
    before: (page) => page.route('**/v1/session', (route) => route.abort()),
    expected: /ERR_FAILED/,
    mapless: true,
    looks: [english],
  },
];
