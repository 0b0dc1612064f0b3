// What the tests of dividing have in common: a plan of their own, its working set as the server has it, and places on the map.
import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import type { Position } from '../src/api';
import { Partition, type PartFeature } from '../src/divide/partition';
import { degrees, keyOf, type Vertex } from '../src/divide/lattice';
import { ask, mapReady, origin, visit } from './browser';
import { send, signedIn } from './client';

const zoom = 17;

export class Desk {
  constructor(
    readonly page: Page,
    readonly code: string,
    readonly language: 'zh' | 'en',
    readonly middle: Position,
  ) {}

  /** Begins a plan, opens it where grids meet, does what the test wants and lets the server prove the draft once more. */
  static async with(
    browser: Browser,
    language: 'zh' | 'en',
    title: string,
    body: (desk: Desk) => Promise<void>,
  ): Promise<void> {
    const { junction, county } = await whereGridsMeet();
    const made = await send('planner', 'POST', '/v1/plans', {
      counties: [county],
      title: title.slice(0, 60),
      reason: 'workload',
    });
    const { code } = made.body as { code: string };
    const [lon, lat] = junction;
    const hash = `#${lon.toFixed(5)}/${lat.toFixed(5)}/${zoom}/${language}?plan=${code}&task=divide`;
    await visit(browser, { hash, before: signedIn('planner'), expected: /status of 4\d\d/ }, async (page) => {
      const desk = new Desk(page, code, language, [Number(lon.toFixed(5)), Number(lat.toFixed(5))]);
      await desk.opened();
      await body(desk);
    });
  }

  async opened(): Promise<void> {
    await this.page.locator('#grids li').first().waitFor();
    await mapReady(this.page);
  }

  /** The working set, as the server has it now. */
  partition(): Promise<Partition> {
    return workingSet(this.code, this.middle);
  }

  /** The corner in the middle of the map. */
  async corner(): Promise<Vertex> {
    const at = this.middle.map((v) => v * 1e7);
    const near = (v: Vertex): number => Math.hypot(v.x - (at[0] ?? 0), v.y - (at[1] ?? 0));
    const [nearest] = corners(await this.partition()).sort((a, b) => near(a) - near(b));
    assert.ok(nearest);
    return nearest;
  }

  /** Where a place is on the screen. */
  async pixel([lon, lat]: Position): Promise<{ x: number; y: number }> {
    const box = await this.page.locator('#map').boundingBox();
    assert.ok(box);
    const world = 512 * 2 ** (zoom - 1);
    const mercator = (v: number): number => Math.log(Math.tan(Math.PI / 4 + (v * Math.PI) / 360));
    const x = ((lon - this.middle[0]) / 360) * world;
    const y = ((mercator(this.middle[1]) - mercator(lat)) / (2 * Math.PI)) * world;
    return { x: box.x + box.width / 2 + x, y: box.y + box.height / 2 + y };
  }

  async clickAt(at: Position): Promise<void> {
    const { x, y } = await this.pixel(at);
    await this.page.mouse.click(x, y);
  }

  /** Drags from a place by pixels, in steps as a hand does. */
  async drag(from: Position, [right, down]: [number, number]): Promise<void> {
    const { x, y } = await this.pixel(from);
    await this.page.mouse.move(x, y);
    await this.page.mouse.down();
    for (let i = 1; i <= 5; i++) await this.page.mouse.move(x + (right * i) / 5, y + (down * i) / 5);
    await this.page.mouse.up();
  }

  /** Waits until a stroke was kept, then has the whole draft proven: no error, and every border the same on both sides. */
  async proven(what: RegExp): Promise<Partition> {
    await this.page.locator('#outcome').getByText(what).waitFor();
    const tag = (await fetch(`${origin}/v1/plans/${this.code}`)).headers.get('ETag') ?? '';
    const { body } = await send('planner', 'POST', `/v1/plans/${this.code}/check`, undefined, tag);
    const { findings } = body as { findings: { open: boolean; rule: string; detail: string }[] };
    assert.deepEqual(
      findings.filter(({ open }) => open).map(({ rule, detail }) => `${rule} ${detail}`),
      [],
    );
    const partition = await this.partition();
    demandMatched(partition);
    return partition;
  }
}

/** A place to draw at: a corner where borders of one community meet and may move, in the community with most grids. */
async function scout(): Promise<{ junction: Position; county: string }> {
  const { items } = await ask<{ items: { code: string; label: Position; community_code: string }[] }>(
    '/v1/grids?kind=base&limit=1000',
  );
  const communities = [...new Set(items.map((grid) => grid.community_code))];
  const grids = communities.map((code) => items.filter((grid) => grid.community_code === code));
  const [largest = []] = grids.sort((a, b) => b.length - a.length);
  const county = `${largest[0]?.code.slice(0, 6)}000000`;
  const middle = [0, 1].map(
    (i) => largest.reduce((sum, { label }) => sum + (label[i] ?? 0), 0) / largest.length,
  );
  const made = await send('planner', 'POST', '/v1/plans', {
    counties: [county],
    title: 'scout',
    reason: 'other',
  });
  const partition = await workingSet((made.body as { code: string }).code, middle as Position);
  const from = { x: (middle[0] ?? 0) * 1e7, y: (middle[1] ?? 0) * 1e7 };
  const free = corners(partition).filter(
    (v) => partition.lock('tiling', v) === null && partition.degree('tiling', v) >= 3,
  );
  const far = (v: Vertex): number => Math.hypot(v.x - from.x, v.y - from.y);
  const best = free.sort((a, b) => far(a) - far(b))[0];
  assert.ok(best, 'the demo has a corner that may move');
  return { junction: degrees(best), county };
}

let scouted: ReturnType<typeof scout> | undefined;

function whereGridsMeet(): ReturnType<typeof scout> {
  return (scouted ??= scout());
}

async function workingSet(code: string, [lon, lat]: Position): Promise<Partition> {
  const box = [lon - 0.006, lat - 0.004, lon + 0.006, lat + 0.004].map((v) => v.toFixed(7)).join();
  const set = await ask<{ features: PartFeature[] }>(`/v1/plans/${code}/workingset?bbox=${box}`);
  return new Partition(set.features);
}

/** The corners of all base grids and void areas, each once. */
export function corners(partition: Partition): Vertex[] {
  const all = partition.all().filter(({ kind }) => kind !== 'dedicated');
  return [...new Map(all.flatMap((part) => partition.corners(part)).map((v) => [keyOf(v), v])).values()];
}

/** Demands that every border between parts that can be drawn on has the same edges on both sides. */
function demandMatched(partition: Partition): void {
  const sides = new Map<string, number>();
  const tiling = partition.all().filter(({ kind }) => kind !== 'dedicated');
  for (const ring of tiling.flatMap(({ area }) => area.flat())) {
    for (const [i, a] of ring.entries()) {
      const b = ring[(i + 1) % ring.length] ?? a;
      const [key, back] = [`${keyOf(a)} ${keyOf(b)}`, `${keyOf(b)} ${keyOf(a)}`];
      assert.ok(!sides.has(key), `the border ${key} is there twice`);
      sides.set(key, 1);
      if (sides.has(back)) sides.set(back, 2).set(key, 2);
    }
  }
  const inner = tiling.filter(({ fixed }) => !fixed).flatMap(({ area }) => area.flat());
  const loose = inner.flatMap((ring) =>
    ring.filter((a, i) => sides.get(`${keyOf(a)} ${keyOf(ring[(i + 1) % ring.length] ?? a)}`) !== 2),
  );
  const outline = loose.filter((v) => partition.lock('tiling', v) !== 'outline');
  assert.deepEqual(outline, [], 'borders that do not match');
}
