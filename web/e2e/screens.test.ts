// Every screen of the page, opened by its link, complete, and in its picture when pictures are asked for (SCREENSHOT=1).
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { accessible, launch, mapReady, session, visit } from './browser';
import { signedIn, signedInWith, tokenOf } from './client';
import { mayPlan } from './plan';
import { takePicture } from './screens/picture';
import { makeScenery, type Scenery } from './screens/scenery';
import { looksOf, pageOf, pictureOf, type Look, type Screen } from './screens/screen';
import { screens } from './screens/table';

const pictures = process.env['SCREENSHOT'] === '1';
const docs = new URL('../../docs/', import.meta.url).pathname;
const folder = `${docs}images/screens/`;

let browsers: Record<Look['language'], Browser>;
let scenery: Scenery | null = null;

before(async () => {
  browsers = { zh: await launch({ language: 'zh' }), en: await launch({ language: 'en' }) };
  const { demo } = await session();
  if (demo && mayPlan() && tokenOf('dispatcher') !== '') scenery = await makeScenery();
  mkdirSync(folder, { recursive: true });
});
after(async () => {
  await scenery?.town.demo.stop();
  for (const browser of Object.values(browsers)) await browser.close();
});

function contextOf({ language, dark, phone }: Look): BrowserContextOptions {
  return {
    locale: language === 'zh' ? 'zh-CN' : 'en-GB',
    colorScheme: dark ? 'dark' : 'light',
    ...(phone && { viewport: { width: 390, height: 844 }, hasTouch: true }),
    timezoneId: 'Asia/Shanghai',
  };
}

/** Days and times on the page are those of one morning, so that a picture taken anew differs only in what has changed. */
function frozen(page: Page): Promise<unknown> {
  return page.addInitScript(() => {
    const morning = Date.parse('2026-06-15T01:30:00Z');
    const [opened, minute] = [Date.now(), 60_000];
    const format = Object.getOwnPropertyDescriptor(Intl.DateTimeFormat.prototype, 'format')?.get;
    Object.defineProperty(Intl.DateTimeFormat.prototype, 'format', {
      get(this: Intl.DateTimeFormat) {
        const plain = format?.call(this) as (date?: Date | number) => string;
        return (date?: Date | number) => {
          const ms = Number(date ?? opened);
          const near = Math.abs(ms - opened) < 60 * 24 * 60 * minute; // what the demo tells of is older
          return plain(
            near ? new Date(morning + Math.round((ms - opened) / (60 * minute)) * 60 * minute) : ms,
          );
        };
      },
    });
  });
}

// In Chinese and light colours always; the other ways of showing a screen when pictures are taken.
const shown = screens.flatMap((screen) =>
  looksOf(screen)
    .slice(0, pictures ? undefined : 1)
    .map((look) => ({ screen, look, picture: pictureOf(screen, look) })),
);

function showAll(of: typeof shown): void {
  for (const { screen, look, picture } of of) {
    void test(`screen: ${picture}`, async (t) => {
      if (scenery === null) return t.skip('needs the loopback demo and its tokens');
      await show(screen, look, scenery, picture);
    });
  }
}

// Two at a time: a page that waits for its tiles leaves a processor to the other.
void describe('screens', { concurrency: 2 }, () => showAll(shown.filter(({ screen }) => !screen.alone)));
void describe('screens that hold up others', () => showAll(shown.filter(({ screen }) => screen.alone)));

async function show(screen: Screen, look: Look, of: Scenery, picture: string): Promise<void> {
  const [view, shown = ''] = screen.link(of);
  const { newcomer = false, expected } = screen;
  const before = async (page: Page): Promise<void> => {
    if (screen.town) await signedInWith(of.town.token)(page);
    else if (screen.role) await signedIn(screen.role)(page);
    if (pictures) await frozen(page);
    await screen.before?.(page);
  };
  const options = {
    ...{ hash: `#${view}/${look.language}${shown && `?${shown}`}`, before, newcomer },
    ...(expected && { expected }),
    ...(screen.town && { origin: new URL(of.town.demo.url).origin }),
    ...contextOf(look),
  };
  await visit(browsers[look.language], options, async (page) => {
    if (!screen.mapless) await mapReady(page);
    await screen.complete?.(page, of, look.language);
    await page.getByRole('heading', { name: screen.heading[look.language], exact: true }).first().waitFor();
    if (!screen.mapless) await settled(page);
    if (!screen.long) assert.deepEqual(await tooWide(page), [], 'nothing is wider than its place');
    if (pictures) writeFileSync(`${folder}${picture}.webp`, await takePicture(page));
    else await accessibleInBoth(page, picture);
    await screen.after?.(page, look.language);
  });
}

/** Demands that axe finds nothing, in light and in dark colours. */
async function accessibleInBoth(page: Page, picture: string): Promise<void> {
  await accessible(page, `${picture}, light`);
  await page.emulateMedia({ colorScheme: 'dark' });
  await accessible(page, `${picture}, dark`);
  await page.emulateMedia({ colorScheme: 'light' });
}

/** Waits until the map has everything, also of where it has just been sent. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(
    () => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))),
  );
  await mapReady(page);
}

/** What makes the page scroll, or the panel scroll sideways. */
function tooWide(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { scrollWidth, scrollHeight } = document.documentElement;
    const panel = document.querySelector('#panel');
    return [
      ...(scrollWidth > innerWidth ? ['the page, across'] : []),
      ...(scrollHeight > innerHeight ? ['the page, down'] : []),
      ...(panel && panel.scrollWidth > panel.clientWidth ? ['the panel'] : []),
    ];
  });
}

test('docs/screens.md shows every picture, and each is there', () => {
  if (pictures) writeFileSync(`${docs}screens.md`, pageOf(screens));
  assert.equal(readFileSync(`${docs}screens.md`, 'utf8'), pageOf(screens), 'run make screenshot');
  const want = screens.flatMap((screen) => looksOf(screen).map((look) => `${pictureOf(screen, look)}.webp`));
  assert.deepEqual(readdirSync(folder).sort(), want.sort());
});
