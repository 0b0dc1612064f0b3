// A long editing run, after which the page holds what it held before: no stroke leaves anything behind, since the history is the server's.
//
//   npm run soak:divide                                        starts bin/wangge demo; STROKES=400 by default
//   npm run soak:divide -- --base-url http://127.0.0.1:8080    against a server that runs ($TOKEN_PLANNER)
import assert from 'node:assert/strict';
import { parseArgs } from 'node:util';
import type { CDPSession } from 'playwright-core';
import { startDemo } from './demo';

const { values } = parseArgs({ options: { 'base-url': { type: 'string' } } });
const strokes = Number(process.env['STROKES'] ?? 400);
/** Strokes until everything has been needed once: code compiled, lists at their length, images cached. */
const warmUp = Math.ceil(strokes / 4);
const samples = 16;

const demo = values['base-url'] === undefined ? await startDemo() : null;
if (demo !== null)
  for (const [role, token] of Object.entries(demo.tokens)) process.env[`TOKEN_${role.toUpperCase()}`] = token;
process.env['BASE_URL'] = new URL(values['base-url'] ?? demo?.url ?? '').origin;

// They take the address of the server when they are loaded.
const { launch, visit } = await import('./browser');
const { signedIn } = await import('./client');
const { Desk } = await import('./desk');
// Without compilers: for hundreds of strokes what they make of hot functions is all that grows, some 20 kB a stroke, and hides the rest.
const browser = await launch({ webgl: false, flags: ['--js-flags=--no-opt --no-maglev --no-sparkplug'] });
try {
  const { middle, code } = await Desk.begin('soak');
  const link = `#${middle[0].toFixed(5)}/${middle[1].toFixed(5)}/17/en?plan=${code}&task=divide`;
  await visit(browser, { hash: link, before: signedIn('planner') }, async (page) => {
    const desk = new Desk(page, code, 'en', middle);
    await desk.opened();
    await edit(desk, await page.context().newCDPSession(page));
  });
} finally {
  await browser.close();
  await demo?.stop();
}

/** What the page holds when all garbage is gone. */
interface Held {
  stroke: number;
  bytes: number;
  nodes: number;
  listeners: number;
}

/** Draws a corner around, so little that no border in the city is crossed, stroke after stroke, then undoes all of them. */
async function edit(desk: InstanceType<typeof Desk>, chrome: CDPSession): Promise<void> {
  const { page } = desk;
  const sizes: number[] = [];
  page.on('response', (response) => {
    if (/\/changes$/.test(response.url()))
      void response.text().then(
        (text) => sizes.push(text.length),
        () => undefined, // the page was left meanwhile
      );
  });
  const { x, y } = await desk.pixel(desk.middle);
  const spot = (i: number): [number, number] =>
    i === 0 ? [x, y] : [x + 14 * Math.cos(i), y + 10 * Math.sin(i)];
  const series: Held[] = [];
  const every = Math.max(1, Math.floor((strokes - warmUp) / samples));
  await page.getByLabel('Catch on lines').uncheck();
  for (let i = 1; i <= strokes; i++) {
    await page.mouse.move(...spot(i - 1));
    await page.mouse.down();
    await page.mouse.move(...spot(i), { steps: 3 });
    await page.mouse.up();
    await desk.kept(/Border changed: done/, i);
    if (i >= warmUp && (i - warmUp) % every === 0) series.push(await held(chrome, i));
  }
  for (let i = strokes - 1; i >= 0; i--) {
    await page.keyboard.press('Control+z');
    await desk.kept(/Undone: done/, i);
  }
  judge(series, await held(chrome, strokes), Math.max(...sizes));
}

async function held(chrome: CDPSession, stroke: number): Promise<Held> {
  for (let i = 0; i < 3; i++) await chrome.send('HeapProfiler.collectGarbage');
  const { usedSize } = await chrome.send('Runtime.getHeapUsage');
  const { nodes, jsEventListeners } = await chrome.send('Memory.getDOMCounters');
  return { stroke, bytes: usedSize, nodes, listeners: jsEventListeners };
}

/**
 * A page that kept of each stroke only the area of one grid would hold a tenth of the answer more each time: growth per stroke, by the
 * median slope between all pairs of samples, must stay below that. What is drawn at the moment differs by some nodes and listeners.
 */
function judge(series: readonly Held[], undone: Held, answerBytes: number): void {
  const few = 40;
  const mb = (bytes: number): string => (bytes / 2 ** 20).toFixed(2);
  const slope = medianSlope(series);
  const bound = answerBytes / 10;
  const [warm, last] = [series[0], series.at(-1)];
  assert.ok(warm && last && answerBytes > 0);
  console.log(`${strokes} strokes, and as many undone; an answer has up to ${answerBytes} bytes`);
  console.log(`heap, MB: ${series.map(({ bytes }) => mb(bytes)).join(' ')}; undone ${mb(undone.bytes)}`);
  console.log(`a stroke leaves ${slope.toFixed(0)} bytes; allowed are ${bound.toFixed(0)}`);
  console.log(`nodes: ${warm.nodes} ${last.nodes} ${undone.nodes}`);
  console.log(`listeners: ${warm.listeners} ${last.listeners} ${undone.listeners}`);
  assert.ok(slope <= bound, 'the heap grows with the strokes');
  assert.ok(
    undone.bytes <= warm.bytes + bound * (strokes - warmUp),
    'the heap stays grown after undoing all',
  );
  for (const what of ['nodes', 'listeners'] as const) {
    assert.ok(last[what] <= warm[what] + few, `${what} grow with the strokes`);
    assert.ok(undone[what] <= warm[what] + few, `${what} stay after undoing all`);
  }
}

/** Bytes per stroke, whatever single samples do. */
function medianSlope(series: readonly Held[]): number {
  const slopes = series.flatMap((a, i) =>
    series.slice(i + 1).map((b) => (b.bytes - a.bytes) / (b.stroke - a.stroke)),
  );
  return slopes.sort((a, b) => a - b)[Math.floor(slopes.length / 2)] ?? 0;
}
