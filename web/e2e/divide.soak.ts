// A long editing run and its figures: frames while a border is dragged, how long strokes and opening take, and whether memory stays flat.
//
//   npm run soak:divide                                        starts bin/wangge demo; STROKES=400 by default
//   npm run soak:divide -- --base-url http://127.0.0.1:8080    against a server that runs ($TOKEN_PLANNER)
import assert from 'node:assert/strict';
import { parseArgs } from 'node:util';
import type { CDPSession, Page } from 'playwright-core';
import { startDemo } from './demo';

const { values } = parseArgs({ options: { 'base-url': { type: 'string' } } });
const strokes = Number(process.env['STROKES'] ?? 400);
/** What the heap may grow by over the run once it has warmed up: figures of garbage collection jitter by some MB. */
const allowedMB = 8;

const demo = values['base-url'] === undefined ? await startDemo() : null;
if (demo !== null) {
  process.env['DATABASE_URL'] = demo.database;
  for (const [role, token] of Object.entries(demo.tokens)) process.env[`TOKEN_${role.toUpperCase()}`] = token;
}
process.env['BASE_URL'] = new URL(values['base-url'] ?? demo?.url ?? '').origin;

// They take the address of the server when they are loaded.
const { launch, visit } = await import('./browser');
const { signedIn } = await import('./client');
const { Desk } = await import('./desk');
const browser = await launch({ webgl: false });
try {
  const { middle, code } = await Desk.begin('soak');
  const link = (zoom: number): string =>
    `#${middle[0].toFixed(5)}/${middle[1].toFixed(5)}/${zoom}/en?plan=${code}&task=divide`;
  await visit(browser, { hash: link(15), before: signedIn('planner') }, async (page) => {
    await page.locator('#grids li').first().waitFor();
    console.log(`opening: ${await timesToOpen(page)}`);
  });
  await visit(browser, { hash: link(16), before: signedIn('planner') }, async (page) => {
    const desk = new Desk(page, code, 'en', middle);
    await desk.opened();
    console.log(`dragging: ${await framesOfDrag(desk)}`);
    await edit(desk, await page.context().newCDPSession(page));
  });
} finally {
  await browser.close();
  await demo?.stop();
}

/** Opens what is in sight several times. */
async function timesToOpen(page: Page): Promise<string> {
  const times: number[] = [];
  const button = page.getByRole('button', { name: 'Open what is in sight' });
  for (let i = 0; i < 7; i++) {
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
  return `${await page.getByText(/grids and areas are open/).innerText()}; ${summary(times)}`;
}

/** Drags the corner in the middle to and fro, and lets it go where it was. */
async function framesOfDrag(desk: InstanceType<typeof Desk>): Promise<string> {
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
  await page.mouse.move(x, y);
  await page.mouse.up();
  const frames = await page.evaluate<number[]>('window.frames_.slice(2)');
  return `${await page.locator('#grids li').count()} grids listed; a frame ${summary(frames)}`;
}

/** Moves a corner away and undoes it, over and over. */
async function edit(desk: InstanceType<typeof Desk>, chrome: CDPSession): Promise<void> {
  const { page } = desk;
  const times: number[] = [];
  const heap: number[] = [];
  const outcome = page.locator('#outcome');
  for (let i = 0; i < strokes; i++) {
    await desk.drag(desk.middle, [12 + (i % 7), 6]);
    const said = await outcome.getByText(/Border changed: done/).innerText();
    times.push(Number(/\((\d+) ms\)/.exec(said)?.[1]));
    await page.keyboard.press('Control+z');
    await outcome.getByText(/Undone: done/).waitFor();
    if (i % Math.max(1, Math.floor(strokes / 10)) === 0) heap.push(await usedMB(chrome));
  }
  console.log(`strokes: ${strokes} and as many undone; the proof is back after ${summary(times)}`);
  console.log(`heap, MB: ${heap.map((mb) => mb.toFixed(1)).join(' ')}`);
  const [, warm = 0] = heap;
  assert.ok((heap.at(-1) ?? 0) - warm <= allowedMB, 'memory grows while a draft is drawn');
}

async function usedMB(chrome: CDPSession): Promise<number> {
  await chrome.send('HeapProfiler.collectGarbage');
  const { usedSize } = await chrome.send('Runtime.getHeapUsage');
  return usedSize / 2 ** 20;
}

function summary(ms: number[]): string {
  const sorted = [...ms].sort((a, b) => a - b);
  const at = (share: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0).toFixed(0);
  return `${at(0.5)} ms in the median, ${at(0.95)} ms at p95, ${at(1)} ms at most (${ms.length})`;
}
