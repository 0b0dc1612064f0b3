// The screens of who keeps the data, help, and what is shown when something is missing.
import { dataMessages } from '../../src/data/messages';
import { importMessages } from '../../src/data/import-messages';
import { messages } from '../../src/messages';
import { planMessages } from '../../src/plans/messages';
import { tourMessages } from '../../src/tour/messages';
import { origin } from '../browser';
import { at, dark, english, englishDark, everywhere, type Screen } from './screen';

export const keepers: Screen[] = [
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
    looks: [englishDark],
  },
  {
    name: 'sign-in',
    part: 'data',
    does: {
      zh: '输入访问令牌：只留在这个标签页里，关闭即忘记。',
      en: 'An access token is entered; it is kept in this tab alone.',
    },
    link: ({ grid }) => [at(grid.label, 15)],
    heading: messages.token,
    complete: (page, _, language) => page.getByRole('button', { name: messages.token[language] }).click(),
    looks: [dark],
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
