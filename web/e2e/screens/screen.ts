// A screen of the page: how it is opened, what must be on it, and in which ways it is shown.
import type { Page } from 'playwright-core';
import type { Position } from '../../src/api';
import type { Language } from '../../src/messages';
import type { Role } from '../client';
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
  /** Where the map looks, and what is shown: the parameters of a link. */
  link: (of: Scenery) => [view: string, shown?: string];
  heading: Record<Language, string>;
  role?: Role;
  /** Whether it is somebody's first visit. */
  newcomer?: boolean;
  /** Sets the scene before the page is opened. */
  before?: (page: Page) => Promise<unknown>;
  /** Does what no link does, and waits until everything is there. */
  complete?: (page: Page, of: Scenery, language: Language) => Promise<unknown>;
  /** Puts right what `complete` has left standing. */
  after?: (page: Page, language: Language) => Promise<unknown>;
  /** Whether nothing else may go on meanwhile. */
  alone?: boolean;
  /** Whether it is of the town, whose grids are yet to come, and not of the city. */
  town?: boolean;
  /** Console lines that belong to it. */
  expected?: RegExp;
  /** Besides Chinese in light colours. */
  looks?: Look[];
  /** Whether it is a screen of the workspace, with a map. */
  mapless?: boolean;
  /** Whether it is as long as what is in it, as paper is. */
  long?: boolean;
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

/** The view of a link: a spot at a zoom. */
export const at = ([lon, lat]: Position, zoom: number): string => `${lon}/${lat}/${zoom}`;
/** The view of a link that shows the whole city. */
export const everywhere = '//';

export const english: Look = { language: 'en' };
export const dark: Look = { language: 'zh', dark: true };
export const englishDark: Look = { language: 'en', dark: true };
export const phone: Look = { language: 'zh', phone: true };

/** Brings a part of the panel to its top. */
export async function scrolledTo(page: Page, part: string): Promise<void> {
  await page.locator(part).first().waitFor();
  await page
    .locator(part)
    .first()
    .evaluate((element) => element.scrollIntoView({ block: 'start' }));
}

/** The name of a picture: the screen's, and how it is shown where that is not Chinese in light colours on a desk. */
export function pictureOf({ name }: Screen, { language, dark, phone }: Look): string {
  const how = [language === 'en' && 'en', dark && 'dark', phone && 'phone'].filter(Boolean);
  return [name, ...how].join('-');
}

/** All ways in which a screen is shown, Chinese in light colours first. */
export const looksOf = ({ looks = [] }: Screen): Look[] => [{ language: 'zh' }, ...looks];

/** The page docs/screens.md about screens. */
export function pageOf(screens: readonly Screen[]): string {
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
    return `![${picture}](images/screens/${picture}.webp)`;
  });
  return [`### ${screen.name}`, `${does.zh}\\\n${does.en}`, images.join('\n')].join('\n\n');
}
