// A browser whose every request and complaint is kept, and what the tests ask the server themselves.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  chromium,
  type Browser,
  type BrowserContextOptions,
  type Locator,
  type Page,
  type Request,
} from 'playwright-core';
import type { Grid, Page as List, Session } from '../src/api';

export const origin = process.env['BASE_URL'] ?? '';

/** How long a test waits for the page, in ms; wide, since machines that test are busy. */
export const patience = 30_000;

// Pinned: Chromium's automatic fallback to software GL is deprecated.
const softwareGl = ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'];
const noGl = ['--no-sandbox', '--disable-3d-apis'];

/** Starts a browser; `language` is its own, in which it writes what is no page's, such as dates to fill in. */
export function launch({
  webgl = true,
  flags = [],
  language = 'en',
}: {
  webgl?: boolean;
  flags?: string[];
  language?: 'zh' | 'en';
} = {}): Promise<Browser> {
  const LANGUAGE = language === 'zh' ? 'zh_CN' : 'en';
  return chromium.launch({
    executablePath: chromiumPath(),
    args: [...(webgl ? softwareGl : noGl), ...flags],
    env: { ...process.env, LANGUAGE, LANG: 'C.UTF-8' }, // else a download whose name is not ASCII is called "download"
  });
}

function chromiumPath(): string {
  const named = process.env['CHROMIUM'];
  if (named) return named;
  try {
    return execFileSync(
      'sh',
      [
        '-c',
        'command -v chromium || command -v chromium-browser || command -v google-chrome || command -v google-chrome-stable',
      ],
      {
        encoding: 'utf8',
      },
    ).trim();
  } catch {
    throw new Error('no Chromium: install it (apt-get install chromium) or name it in $CHROMIUM');
  }
}

/**
 * Opens the page at a hash, does what the test wants, and then demands that nothing was asked of another origin and that
 * neither the console nor the content security policy had anything to complain of. `expected` matches console lines that
 * the test provokes, such as a 404.
 */
export async function visit(
  browser: Browser,
  options: BrowserContextOptions & {
    hash?: string;
    expected?: RegExp;
    /** Another server than the one under test. */
    origin?: string;
    before?: (page: Page) => Promise<unknown>;
    /** Whether it is somebody's first visit, who is offered the tour. */
    newcomer?: boolean;
  },
  test: (page: Page) => Promise<void>,
): Promise<void> {
  const { hash = '#///zh', expected, before, newcomer = false, origin: at = origin, ...context } = options;
  const opened = await browser.newContext({ viewport: { width: 1366, height: 768 }, ...context });
  try {
    const page = await opened.newPage();
    page.setDefaultTimeout(patience);
    const foreign: string[] = [];
    const complaints: string[] = [];
    await page.route(
      (url) => url.origin !== at,
      (route) => {
        foreign.push(route.request().url());
        return route.abort();
      },
    );
    page.on('pageerror', (error) => complaints.push(`page error: ${error.message}`));
    page.on('console', (message) => {
      const text = `${message.type()}: ${message.text()}`;
      if (['error', 'warning'].includes(message.type()) && !expected?.test(text)) complaints.push(text);
    });
    await page.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        console.error(`CSP violation: ${event.violatedDirective} ${event.blockedURI}`);
      });
    });
    if (!newcomer) await page.addInitScript(() => localStorage.setItem('wangge.tour', 'seen'));
    await before?.(page);
    await page.goto(`${at}/${hash}`);
    const unanswered = new Set<Request>();
    page.on('request', (request) => unanswered.add(request));
    page.on('requestfinished', (request) => unanswered.delete(request));
    page.on('requestfailed', (request) => unanswered.delete(request));
    try {
      await test(page);
    } catch (cause) {
      if (cause instanceof Error) cause.message = `${await stateOfPage(page, unanswered)}; ${cause.message}`;
      throw cause;
    }
    assert.deepEqual(foreign, [], 'requests to other origins');
    assert.deepEqual(complaints, [], 'console and policy complaints');
  } finally {
    await opened.close();
  }
}

/** How long a page that fails a test may take to tell of it, in ms: it may hang. */
const answersIn = 5_000;

/** What a page that fails a test says, has the focus on, and waits for. */
async function stateOfPage(page: Page, unanswered: ReadonlySet<Request>): Promise<string> {
  const saying = page
    .evaluate(() => {
      const said = [...document.querySelectorAll('[role=status], [role=alert]')];
      const texts = said
        .map((one) => one.textContent.replace(/\s+/g, ' ').trim())
        .filter((text) => text !== '');
      const { tagName, id, textContent } = document.activeElement ?? document.body;
      return `says “${texts.join(' | ')}”, has the focus on ${tagName}#${id} “${textContent.trim().slice(0, 30)}”`;
    })
    .catch((cause: unknown) => `is gone (${String(cause)})`);
  const seen = await Promise.race([saying, sleep(answersIn, 'does not answer')]);
  const asked = [...unanswered].map((request) => `${request.method()} ${new URL(request.url()).pathname}`);
  return `The page ${seen}, waits for [${asked.join(', ')}]`;
}

/** The link of the page, as the page has it now: `page.url()` is told of it a moment later. */
export const linkOf = (page: Page): Promise<string> => page.evaluate(() => location.href);

/** Presses Enter on a button as soon as it may be pressed: the locator's own `press` does not wait for that, and the key would be lost. */
export const pressed = (button: Locator): Promise<void> =>
  button.and(button.page().locator(':enabled')).press('Enter');

/** Where the link says that the map looks. */
export function sightOf(link: string): { lon: number; lat: number; zoom: number } {
  const [lon = NaN, lat = NaN, zoom = NaN] = new URL(link).hash.slice(1).split('/').map(Number);
  return { lon, lat, zoom };
}

/** Waits until all tiles have come and are drawn. */
export async function mapReady(page: Page): Promise<void> {
  await page.locator('#map[data-ready]').waitFor({ state: 'visible', timeout: patience });
}

/** Clicks the middle of the map, which is what the hash of the link names. */
export async function clickMiddle(page: Page): Promise<void> {
  const box = await page.locator('#map').boundingBox();
  assert.ok(box);
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
}

export async function codeInPanel(page: Page): Promise<string> {
  return (await page.locator('#result [data-field=code]').innerText()).trim();
}

export async function ask<T>(path: string): Promise<T> {
  const response = await fetch(origin + path);
  assert.equal(response.status, 200, `${path}: ${response.status}`);
  return (await response.json()) as T;
}

export const session = (): Promise<Session> => ask('/v1/session');

/** A base grid somewhere in the middle of the list, with its label point: a spot surely inside it. */
export async function someGrid(): Promise<Grid & { label: [number, number] }> {
  const { items } = await ask<List<Grid>>('/v1/grids?kind=base&limit=200');
  const grid = items[Math.floor(items.length / 2)];
  assert.ok(grid?.label, 'the server has a base grid with a label point');
  return { ...grid, label: grid.label };
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Demands that axe finds nothing on the page as it stands. */
export async function accessible(page: Page, where: string): Promise<void> {
  await page.evaluate(axeSource);
  const violations = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(): Promise<{ violations: AxeViolation[] }> } };
    return (await axe.run()).violations.map(
      (v) => `${v.id}: ${v.nodes.map((node) => node.html).join(' | ')}`,
    );
  });
  assert.deepEqual(violations, [], where);
}

interface AxeViolation {
  id: string;
  nodes: { html: string }[];
}

/** How many different colours the map shows: one for a map that draws nothing. */
export function coloursOnMap(page: Page): Promise<number> {
  return page.evaluate(() => {
    const colours = new Set<number>();
    for (const canvas of document.querySelectorAll<HTMLCanvasElement>('#map canvas')) {
      const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data;
      if (pixels === undefined) continue;
      const words = new Uint32Array(pixels.buffer);
      for (let i = 0; i < words.length; i += 97) colours.add(words[i] ?? 0);
    }
    return colours.size;
  });
}
