// How fast the page is, in one Chromium without a GPU: a benchmark, never a test. It prints a table.
//
//   npm run speed                                        starts bin/wangge demo
//   npm run speed -- --base-url http://127.0.0.1:8080    against a server that runs ($TOKEN_PLANNER)
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { startDemo } from './demo';

const { values } = parseArgs({ options: { 'base-url': { type: 'string' } } });
const demo = values['base-url'] === undefined ? await startDemo() : null;
if (demo !== null)
  for (const [role, token] of Object.entries(demo.tokens)) process.env[`TOKEN_${role.toUpperCase()}`] = token;
process.env['BASE_URL'] = new URL(values['base-url'] ?? demo?.url ?? '').origin;

// They take the address of the server when they are loaded.
const { launch, mapReady, origin, visit } = await import('./browser');
const { signedIn } = await import('./client');
const { Desk } = await import('./desk');

/** A line of the table: times in ms of single runs, and what is aimed at. */
interface Measured {
  what: string;
  times: number[];
  goal: string;
}

const browser = await launch({ webgl: false });
try {
  const { middle, code } = await Desk.begin('speed');
  const link = (zoom: number): string =>
    `#${middle[0].toFixed(5)}/${middle[1].toFixed(5)}/${zoom}/en?plan=${code}&task=divide`;
  const lines: Measured[] = [await firstMap(browser)];
  await visit(
    browser,
    { hash: link(15), before: signedIn('planner'), viewport: { width: 2400, height: 1300 } },
    async (page) => {
      await page.locator('#grids li').first().waitFor();
      lines.push(await opening(page));
    },
  );
  await visit(browser, { hash: link(16), before: signedIn('planner') }, async (page) => {
    const desk = new Desk(page, code, 'en', middle);
    await desk.opened();
    lines.push(await dragging(desk), await proofs(desk));
  });
  print(lines);
} finally {
  await browser.close();
  await demo?.stop();
}

/** From the navigation until everything that the first map asks for has come and is drawn; the first visit warms the server. */
async function firstMap(browser: Browser): Promise<Measured> {
  const times: number[] = [];
  for (let i = 0; i < 8; i++) {
    const context = await browser.newContext({ viewport: { width: 1366, height: 768 } });
    const page = await context.newPage();
    await page.goto(`${origin}/#///zh`, { waitUntil: 'commit' });
    await mapReady(page);
    const ready = await page.evaluate(() => performance.now());
    if (i > 0) times.push(ready);
    await context.close();
  }
  return { what: 'first useful map', times, goal: '< 1500 ms' };
}

/** Opens what is in sight again and again. */
async function opening(page: Page): Promise<Measured> {
  const times: number[] = [];
  const button = page.getByRole('button', { name: 'Open what is in sight' });
  for (let i = 0; i < 9; i++) {
    times.push(
      await button.evaluate(async (element: HTMLButtonElement) => {
        const from = performance.now();
        element.click();
        await new Promise(requestAnimationFrame);
        while (element.disabled) await new Promise(requestAnimationFrame);
        return performance.now() - from;
      }),
    );
  }
  const [parts] = (await page.getByText(/grids and areas are open/).innerText()).match(/\d+/) ?? [];
  return { what: `opening ${parts} grids and areas`, times, goal: '< 1000 ms for 200' };
}

/** The frames while the corner in the middle is dragged to and fro; it is let go beside where it was, and that is undone. */
async function dragging(desk: InstanceType<typeof Desk>): Promise<Measured> {
  const { page } = desk;
  const { x, y } = await desk.pixel(desk.middle);
  // As text: a function of a name would come with a helper that the page does not have.
  await page.evaluate(`{
    let last = performance.now();
    window.frames_ = [];
    requestAnimationFrame(function tick(now) {
      window.frames_.push(now - last);
      last = now;
      requestAnimationFrame(tick);
    });
  }`);
  await page.mouse.move(x, y);
  await page.mouse.down();
  for (let i = 0; i < 120; i++) await page.mouse.move(x + 20 * Math.sin(i / 9), y + 20 * Math.sin(i / 13));
  await page.mouse.move(x + 6, y + 3);
  await page.mouse.up();
  const times = await page.evaluate<number[]>('window.frames_.slice(2)');
  await desk.kept(/Border changed: done/, 1);
  await page.keyboard.press('Control+z');
  await desk.kept(/Undone: done/, 0);
  const [parts] = (await page.getByText(/grids and areas are open/).innerText()).match(/\d+/) ?? [];
  return { what: `a frame of a drag among ${parts}`, times, goal: '< 50 ms, each' };
}

/** Moves a corner away and undoes it; the page says how long the proof of each stroke took to come back. */
async function proofs(desk: InstanceType<typeof Desk>): Promise<Measured> {
  const { page } = desk;
  const times: number[] = [];
  for (let i = 0; i < 60; i++) {
    await desk.drag(desk.middle, [12 + (i % 7), 6]);
    await desk.kept(/Border changed: done/, 1);
    const said = await page.locator('#outcome').innerText();
    times.push(Number(/\((\d+) ms\)/.exec(said)?.[1]));
    await page.keyboard.press('Control+z');
    await desk.kept(/Undone: done/, 0);
  }
  return { what: 'the proof of a stroke is back', times, goal: '< 100 ms at p95' };
}

function print(lines: readonly Measured[]): void {
  console.log(`load average ${loadavg()[0]?.toFixed(1)}; figures count only on a quiet machine\n`);
  console.log('| | median, ms | p95, ms | worst, ms | runs | goal |\n|---|--:|--:|--:|--:|---|');
  for (const { what, times, goal } of lines) {
    const sorted = [...times].sort((a, b) => a - b);
    const at = (share: number): string =>
      (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0).toFixed(0);
    console.log(`| ${what} | ${at(0.5)} | ${at(0.95)} | ${at(1)} | ${times.length} | ${goal} |`);
  }
}
