// The screens of who imports files.
import type { Page } from 'playwright-core';
import { importMessages } from '../../src/data/import-messages';
import type { Language } from '../../src/messages';
import { holdImports } from '../hold';
import { at, dark, english, englishDark, scrolledTo, type Screen } from './screen';
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

/** Lets the imports that are held go on. */
let release: () => Promise<void> = () => Promise.resolve();

export const importers: Screen[] = [
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
    ...importing,
    name: 'import-running',
    alone: true,
    does: {
      zh: '导入进行中：看得到进度，可以离开再回来，也可以取消；取消后数据没有改变。',
      en: 'An import under way tells how far it is; it goes on while one looks elsewhere, and cancelled it has changed nothing.',
    },
    heading: importMessages.import_title,
    complete: async (page, of, language) => {
      await placed(page, of);
      release = await holdImports();
      await page.getByRole('button', { name: importMessages.import[language], exact: true }).last().click();
      await page.locator('#import-state[data-state=reading]').waitFor();
      await page.locator('#import-state').evaluate((state) => state.scrollIntoView({ block: 'end' }));
    },
    after: async (page, language) => {
      await page.getByRole('button', { name: importMessages.cancel_import[language] }).click();
      await page.locator('#import-state[data-state=cancelled]').waitFor();
      await release();
    },
  },
  {
    name: 'import-cleaned',
    part: 'data',
    does: {
      zh: '网格之间的细小缝隙和重叠可以自动清理：改了什么、在哪里，逐处列出并标在图上，看过再导入。',
      en: 'Small gaps and overlaps between grids can be repaired: what and where is listed and drawn on the map before anything is stored.',
    },
    link: ({ town }) => [at(town.label, 16), 'task=data&part=import'],
    heading: importMessages.import_title,
    town: true,
    complete: async (page, { town }, language) => {
      await page.locator('[name=files]:enabled').setInputFiles(town.grids);
      await page.getByRole('radio', { name: 'WGS 84', exact: false }).check();
      await page.locator('[name=clean]').check();
      await page.getByRole('button', { name: importMessages.try[language] }).click();
      const spots = page.locator('#repaired li');
      await spots.first().waitFor();
      await page.locator(`#map[data-previewed="${await spots.count()}"]`).waitFor();
      await scrolledTo(page, '#cleaned');
    },
    looks: [english],
  },
];
