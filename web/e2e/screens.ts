// The screens of the page: how each is opened, and what must be on it. docs/screens.md shows them all.
import type { Page } from 'playwright-core';
import type { Language } from '../src/messages';
import type { Role } from './client';
import type { Scenery } from './scenery';

/** One way of showing a screen. */
export interface Look {
  language: Language;
  dark?: boolean;
  phone?: boolean;
}

export interface Screen {
  /** The name of its picture. */
  name: string;
  part: keyof typeof parts;
  /** What one does there, as docs/screens.md says it. */
  does: Record<Language, string>;
  /** Where the map looks, "lon/lat/zoom", or "//" for the whole city; and after a question mark what is shown. */
  link: (of: Scenery) => [view: string, shown: string];
  heading: Record<Language, string | RegExp>;
  role?: Role;
  /** Does what no link does, and waits until everything is there. */
  complete?: (page: Page, of: Scenery, language: Language) => Promise<unknown>;
  /** Besides Chinese in light colours. */
  looks?: Look[];
  /** Whether no other test has axe look at it. */
  axe?: boolean;
}

export const parts = {
  lookup: { zh: '查询', en: 'Look up' },
  incidents: { zh: '事件', en: 'Incidents' },
  divide: { zh: '划分', en: 'Divide' },
  plans: { zh: '方案', en: 'Plans' },
  coverage: { zh: '覆盖', en: 'Coverage' },
  data: { zh: '数据', en: 'Data' },
  help: { zh: '帮助与意外', en: 'Help, and when things go wrong' },
} satisfies Record<string, Record<Language, string>>;

const at = ([lon, lat]: readonly [number, number], zoom: number): string => `${lon}/${lat}/${zoom}`;
const everywhere = '//';

const englishDark: Look = { language: 'en', dark: true };
const phone: Look = { language: 'zh', phone: true };

export const screens: Screen[] = [
  {
    name: 'start',
    part: 'lookup',
    does: {
      zh: '打开就是全市网格；点击地图，或输入地址、名称、编码、坐标。',
      en: 'The whole city at once; click the map, or type an address, a name, a code or coordinates.',
    },
    link: () => [everywhere, ''],
    heading: { zh: '这里由谁负责？', en: 'Who is responsible here?' },
    looks: [{ language: 'en' }],
  },
  {
    name: 'answer',
    part: 'lookup',
    does: {
      zh: '谁负责、现在打给谁；正在边界上时给出提醒，相邻网格在图上标出。',
      en: 'Who is responsible and whom to call; a spot on a border is said to be, and the neighbours are drawn.',
    },
    link: ({ corner }) => [at(corner, 16), `at=${corner.join()}`],
    heading: { zh: '现在联系', en: 'Contact now' },
    complete: (page) => page.locator('#result [data-warning=on_boundary]').waitFor(),
    looks: [englishDark, phone],
  },
  {
    name: 'incidents',
    part: 'incidents',
    does: {
      zh: '待办事件随时更新，可筛选；列表与地图互相指认。',
      en: 'Open incidents as they come in, filtered; the list and the map point at each other.',
    },
    link: ({ grid }) => [at(grid.label, 14), 'task=incidents'],
    heading: { zh: '待办事件', en: 'Open incidents' },
    role: 'dispatcher',
    complete: (page) => page.locator('#incidents li').first().waitFor(),
    looks: [englishDark, phone],
  },
  {
    name: 'plan',
    part: 'plans',
    does: {
      zh: '方案走到哪一步、下一步由谁做；草案画在现行网格之上。',
      en: 'How far a plan has come and who does what next; its draft lies over what is in force.',
    },
    link: ({ plan }) => [at(plan.grid.label, 16), `plan=${plan.code}`],
    heading: { zh: '分设负荷过重的网格', en: '分设负荷过重的网格' },
    role: 'planner',
    complete: async (page) => {
      await page.locator('#draft li').first().waitFor();
      await page.locator('.legend .draft').waitFor();
    },
    looks: [englishDark],
  },
  {
    name: 'coverage',
    part: 'coverage',
    does: {
      zh: '任一指标分级上图，附图例与分布图。',
      en: 'Any figure in classes on the map, with its legend and histogram.',
    },
    link: () => [everywhere, 'task=coverage'],
    heading: { zh: '覆盖情况', en: 'Coverage' },
    complete: (page) => page.locator('#classes tbody tr').first().waitFor(),
    looks: [englishDark],
  },
];

/** The name of a picture: the screen's, and how it is shown where that is not Chinese in light colours on a desk. */
export function pictureOf({ name }: Screen, { language, dark, phone }: Look): string {
  const how = [language === 'en' && 'en', dark && 'dark', phone && 'phone'].filter(Boolean);
  return [name, ...how].join('-');
}

/** All ways in which a screen is shown, Chinese in light colours first. */
export const looksOf = ({ looks = [] }: Screen): Look[] => [{ language: 'zh' }, ...looks];

/** The page docs/screens.md. */
export function screensPage(): string {
  const sections = Object.entries(parts).map(([part, title]) => {
    const shown = screens.filter((screen) => screen.part === part).map(entry);
    return [`## ${title.zh} ${title.en}`, ...shown].join('\n\n');
  });
  return `${[preface, ...sections].join('\n\n')}\n`;
}

const preface = `# 画面 Screens

每个画面一张图，均由测试在演示城市上打开、核对后拍下：\`make screenshot\` 重拍并改写本页，改画面的人要逐张看过。
Every screen of the page. A test opens each of them on the demo city, demands that it is complete and takes its picture:
\`make screenshot\` takes them anew and writes this page; whoever changes a screen looks at its pictures.`;

function entry(screen: Screen): string {
  const { does } = screen;
  const images = looksOf(screen).map((look) => {
    const picture = pictureOf(screen, look);
    return `![${picture}](images/screens/${picture}.png)`;
  });
  return [`### ${screen.name}`, `${does.zh}\\\n${does.en}`, images.join('\n')].join('\n\n');
}
