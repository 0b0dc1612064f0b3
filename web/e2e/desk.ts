// What the tests of dividing have in common: a plan of their own, its working set as the server has it, and places on the map.
import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import type { Position } from '../src/api';
import { Partition, type Edge, type Part, type PartFeature } from '../src/divide/partition';
import { degrees, distanceM, inside, keyOf, nearestOn, shifted, type Vertex } from '../src/divide/lattice';
import { ask, mapReady, origin, pressed, visit } from './browser';
import { send, signedIn } from './client';
import { demandLaws } from './proof';

const zoom = 16;

export class Desk {
  constructor(
    readonly page: Page,
    readonly code: string,
    readonly language: 'zh' | 'en',
    readonly middle: Position,
    /** Where a map that is drawn in another system has a place of WGS 84. */
    readonly drawn: (at: Position) => Position = (at) => at,
  ) {}

  /** Begins a plan to draw on where most is to be drawn: in the community with most grids. The middle is a corner that may move. */
  static async begin(title: string): Promise<{ code: string; middle: Position }> {
    const { middle, county } = await largestCommunity();
    const plan = { counties: [county], title: title.slice(0, 60), reason: 'workload' };
    const { body } = await send('planner', 'POST', '/v1/plans', plan);
    const { code } = body as { code: string };
    const [lon, lat] = degrees(whereGridsMeet(await workingSet(code, middle), middle));
    const round = (value: number): number => Number(value.toFixed(5)); // as a link has it
    return { code, middle: [round(lon), round(lat)] };
  }

  /** Begins a plan, opens it where grids meet, does what the test wants, has the draft take effect and the laws proven. */
  static async with(
    browser: Browser,
    language: 'zh' | 'en',
    title: string,
    body: (desk: Desk) => Promise<void>,
    elsewhere?: { url: string; drawn: (at: Position) => Position; expected: RegExp },
  ): Promise<void> {
    const plan = await Desk.begin(title);
    await Desk.at(browser, language, plan, body, elsewhere);
    await demandLaws(plan.code);
  }

  /** Opens a plan at a place, as any of several planners does, and does what the test wants. */
  static async at(
    browser: Browser,
    language: 'zh' | 'en',
    { code, middle }: { code: string; middle: Position },
    body: (desk: Desk) => Promise<void>,
    elsewhere?: { url: string; drawn: (at: Position) => Position; expected: RegExp },
  ): Promise<void> {
    const hash = `#${middle[0].toFixed(5)}/${middle[1].toFixed(5)}/${zoom}/${language}?plan=${code}&task=divide`;
    const expected = elsewhere?.expected ?? /status of 4\d\d/;
    const options = { hash, before: signedIn('planner'), expected, origin: elsewhere?.url ?? origin };
    await visit(browser, options, async (page) => {
      const desk = new Desk(page, code, language, middle, elsewhere?.drawn);
      await desk.opened();
      await body(desk);
    });
  }

  /** Waits until the working set is there; the legend would cover a part of it. */
  async opened(): Promise<void> {
    await this.page.locator('#grids li').first().waitFor();
    await this.page.getByText(this.language === 'en' ? 'Layers and legend' : '图层与图例').click();
    await mapReady(this.page);
  }

  /** Opens what is in sight again, with what has been imported meanwhile. */
  async reopened(): Promise<void> {
    const come = this.page.waitForResponse((response) => response.url().includes('/workingset?'));
    await pressed(this.page.getByRole('button', { name: 'Open what is in sight' }));
    await come;
    await this.page.locator('#outcome', { hasText: 'Every stroke is proven' }).waitFor();
  }

  /** Chooses a grid in the list. */
  async pick(part: Part | undefined): Promise<void> {
    assert.ok(part);
    await this.page.getByRole('searchbox').last().fill(part.code);
    await pressed(this.page.locator('#grids li', { hasText: part.code }).getByRole('button').first());
  }

  /** Draws a line or ring by coordinates that are typed, and ends it. */
  async typed(points: readonly Vertex[]): Promise<void> {
    const { page } = this;
    for (const at of points) {
      await page.getByLabel('Coordinates (longitude, latitude)').fill(degrees(at).join(', '));
      await page.getByRole('button', { name: 'Add these coordinates', disabled: false }).waitFor();
      await page.keyboard.press('Enter');
    }
    await page.getByText(`${points.length} points so far`).waitFor();
    await pressed(page.getByRole('button', { name: 'Finish' }));
  }

  /** Waits until a stroke was kept: it is said so, and the plan has that many that count. */
  async kept(what: RegExp, position: number): Promise<void> {
    await this.page.locator(`#outcome[data-position="${position}"]`).getByText(what).waitFor();
  }

  /** Waits until a stroke was refused for that. */
  async refused(why: RegExp): Promise<void> {
    await this.page.locator('#outcome.bad').getByText(why).waitFor();
  }

  /** Waits until the server's draft is the same as that one, to the last digit, and the page has said that a stroke was kept. */
  async shown(want: Partition): Promise<void> {
    await this.page
      .locator('#outcome')
      .getByText(/ms\)|毫秒/)
      .waitFor();
    for (let tries = 0; tries < 50; tries++) {
      if (isDeepStrictEqual(shapes(await this.partition()), shapes(want))) return;
      await this.page.waitForTimeout(100);
    }
    await this.same(want);
  }

  async same(want: Partition): Promise<void> {
    assert.deepEqual(shapes(await this.partition()), shapes(want));
  }

  inSight(v: Vertex): boolean {
    const [lon, lat] = degrees(v);
    return Math.abs(lon - this.middle[0]) < 0.0085 && Math.abs(lat - this.middle[1]) < 0.0055;
  }

  /** The longest edge in sight that may be bent, so that it can be hit between its ends. */
  async freeEdge(): Promise<Edge> {
    const partition = await this.partition();
    let best: { edge: Edge; long: number } | null = null;
    for (const ring of partition.all().flatMap((part) => (this.#clickable(part) ? part.area.flat() : []))) {
      for (const [i, a] of ring.entries()) {
        const edge = { a, b: ring[(i + 1) % ring.length] ?? a };
        const long = distanceM(a, edge.b);
        const both = partition.beside('tiling', edge).every((part) => this.#clickable(part));
        const quiet = partition.edgeNear('dedicated', a, long) === null;
        const middle = { x: Math.round((a.x + edge.b.x) / 2), y: Math.round((a.y + edge.b.y) / 2) };
        const south = shifted(middle, 0, -35); // as far as tests bend it
        const bends = partition.foldOfBend('tiling', edge, south) === null;
        const room = bends && partition.vertexNear('tiling', south, 20) === null;
        if (
          both &&
          this.inSight(a) &&
          this.inSight(edge.b) &&
          quiet &&
          room &&
          long > (best?.long ?? 40) &&
          partition.lockOfEdge('tiling', edge) === null
        )
          best = { edge, long };
      }
    }
    assert.ok(best, 'a border in sight may be bent');
    return best.edge;
  }

  /** A base grid in sight, and the number of one of its corners: it may move, and the border to the next one may be bent. */
  async freeSide(): Promise<{ part: Part; index: number }> {
    const partition = await this.partition();
    for (const part of partition
      .all()
      .filter((one) => this.#clickable(one) && one.area.flat().length === 1)) {
      const ring = partition.corners(part);
      const index = ring.findIndex((a, i) => {
        const b = ring[(i + 1) % ring.length] ?? a;
        const free = partition.lockOfEdge('tiling', { a, b }) === null && distanceM(a, b) > 10;
        return free && partition.lock('tiling', a) === null;
      });
      if (index >= 0) return { part, index };
    }
    throw new Error('no border in sight may be bent');
  }

  /** A base grid about the middle, wholly in sight. */
  async grid(): Promise<Part> {
    const partition = await this.partition();
    const whole = partition
      .all()
      .filter(
        (part) =>
          part.kind === 'base' && !part.fixed && partition.corners(part).every((v) => this.inSight(v)),
      );
    const [largest] = whole.sort((p, q) => q.areaM2 - p.areaM2);
    assert.ok(largest, 'a grid is wholly in sight');
    return largest;
  }

  /** Two base grids of one community with a border in common, both in sight. */
  async neighbours(): Promise<[Part, Part]> {
    const partition = await this.partition();
    for (const one of partition.all().filter((part) => this.#clickable(part))) {
      for (const other of partition.corners(one).flatMap((v) => partition.having('tiling', v))) {
        const edge = partition
          .corners(one)
          .some((a) =>
            partition.corners(one).some((b) => partition.beside('tiling', { a, b }).includes(other)),
          );
        if (other.id !== one.id && edge && one.community === other.community && this.#clickable(other))
          return [one, other];
      }
    }
    throw new Error('no neighbours are in sight');
  }

  #clickable(part: Part): boolean {
    return part.kind === 'base' && !part.fixed && this.inSight(inTheMiddle(part));
  }

  /** A line from north to south through a grid, a little beyond it. */
  across(part: Part): [Vertex, Vertex] {
    const middle = inTheMiddle(part);
    const ys = part.area.flat(2).map((v) => v.y);
    return [
      { x: middle.x, y: Math.max(...ys) + 500 },
      { x: middle.x, y: Math.min(...ys) - 500 },
    ];
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
  async pixel(at: Position): Promise<{ x: number; y: number }> {
    const [[lon, lat], middle] = [this.drawn(at), this.drawn(this.middle)];
    const box = await this.page.locator('#map').boundingBox();
    assert.ok(box);
    const world = 512 * 2 ** (zoom - 1);
    const mercator = (v: number): number => Math.log(Math.tan(Math.PI / 4 + (v * Math.PI) / 360));
    const x = ((lon - middle[0]) / 360) * world;
    const y = ((mercator(middle[1]) - mercator(lat)) / (2 * Math.PI)) * world;
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

  /** Waits until a stroke was kept, then has the whole draft proven: no error but those, and every border the same on both sides. */
  async proven(what: RegExp, but = /^$/): Promise<Partition> {
    await this.page.locator('#outcome').getByText(what).waitFor();
    const tag = (await fetch(`${origin}/v1/plans/${this.code}`)).headers.get('ETag') ?? '';
    const { body } = await send('planner', 'POST', `/v1/plans/${this.code}/check`, undefined, tag);
    const { findings } = body as { findings: { open: boolean; rule: string; detail: string }[] };
    const errors = findings.filter(({ open }) => open).map(({ rule, detail }) => `${rule} ${detail}`);
    assert.deepEqual(
      errors.filter((error) => !but.test(error)),
      [],
    );
    const partition = await this.partition();
    demandMatched(partition);
    return partition;
  }
}

/** The middle of the community with most base grids. */
async function largestCommunity(): Promise<{ middle: Position; county: string }> {
  const { items } = await ask<{ items: { code: string; label: Position; community_code: string }[] }>(
    '/v1/grids?kind=base&limit=1000',
  );
  const communities = [...new Set(items.map((grid) => grid.community_code))];
  const grids = communities.map((code) => items.filter((grid) => grid.community_code === code));
  const [largest = []] = grids.sort((a, b) => b.length - a.length);
  const mean = (i: 0 | 1): number => largest.reduce((sum, { label }) => sum + label[i], 0) / largest.length;
  return { middle: [mean(0), mean(1)], county: `${largest[0]?.code.slice(0, 6)}000000` };
}

/** The corner nearest to a place where borders of one community meet and may move, with room about it to be dragged if there is one. */
function whereGridsMeet(partition: Partition, [lon, lat]: Position): Vertex {
  const all = corners(partition);
  const free = all.filter((v) => partition.lock('tiling', v) === null && partition.degree('tiling', v) >= 3);
  const roomy = (v: Vertex, roomM: number): boolean => {
    const to = shifted(v, 65, -26); // as far as tests drag it
    const room = all.every((w) => w === v || (distanceM(v, w) > roomM && distanceM(to, w) > roomM / 2));
    const quiet = partition.edgeNear('dedicated', v, roomM) === null;
    return room && quiet && partition.foldOfMove('tiling', v, to) === null;
  };
  const far = (v: Vertex): number => Math.hypot(v.x - lon * 1e7, v.y - lat * 1e7);
  const nearest = free.sort((a, b) => far(a) - far(b));
  const best = [40, 20].flatMap((roomM) => nearest.find((v) => roomy(v, roomM)) ?? [])[0] ?? nearest[0];
  assert.ok(best, 'the demo has a corner that may move');
  return best;
}

async function workingSet(code: string, [lon, lat]: Position): Promise<Partition> {
  const box = [lon - 0.01, lat - 0.0065, lon + 0.01, lat + 0.0065].map((v) => v.toFixed(7)).join();
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

/** The rings of all parts, whichever corner they begin with. */
function shapes(partition: Partition): Record<string, string[]> {
  return Object.fromEntries(partition.all().map((part) => [part.id, part.area.flat(2).map(keyOf).sort()]));
}

/** A place well inside of a grid. */
export function inTheMiddle(part: Part): Vertex {
  const [best] = places(part);
  assert.ok(best);
  return best;
}

/** Places inside of a grid, that with most room about it first. */
export function places({ area }: Part): Vertex[] {
  const all = area.flat(2);
  const [west, east] = [Math.min(...all.map((v) => v.x)), Math.max(...all.map((v) => v.x))];
  const [south, north] = [Math.min(...all.map((v) => v.y)), Math.max(...all.map((v) => v.y))];
  const within: { at: Vertex; room: number }[] = [];
  for (let i = 1; i < 16; i++) {
    for (let j = 1; j < 16; j++) {
      const at = {
        x: Math.round(west + ((east - west) * i) / 16),
        y: Math.round(south + ((north - south) * j) / 16),
      };
      if (!inside(area, at)) continue;
      const rooms = area
        .flat()
        .flatMap((ring) => ring.map((a, k) => nearestOn(at, a, ring[(k + 1) % ring.length] ?? a).distanceM));
      within.push({ at, room: Math.min(...rooms) });
    }
  }
  return within.sort((a, b) => b.room - a.room).map(({ at }) => at);
}

/** A place some metres to the east and to the north of another. */
export const metres = shifted;
