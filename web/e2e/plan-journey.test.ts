// Somebody who has never seen it follows what is on the screen, from the start page: who is responsible at an address, an incident
// there, an overloaded grid that is split along a road, what changes, and the plan submitted.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { Answer, Page as List, Place, Position } from '../src/api';
import { degrees, inside, keyOf, linesOf, type Vertex } from '../src/divide/lattice';
import { Partition, type Part } from '../src/divide/partition';
import type { WorkingSet } from '../src/divide/server';
import type { Impact } from '../src/plans/plan';
import { languages, type Language } from '../src/messages';
import { accessible, ask, launch, linkOf, mapReady, sightOf, visit } from './browser';
import { tokenOf } from './client';
import { proveDatabase } from './proof';

const texts = {
  zh: {
    ...{ language: '中文', decline: '不用了', token: '访问令牌', use: '使用', role: '规划员' },
    ...{ box: '网格、场所、地址或经纬度', contact: '现在联系', report: '在此登记事件' },
    ...{ kind: '类别', source: '来源', title: '标题', take: '登记', lamp: '路灯不亮' },
    ...{ coverage: '覆盖', overloaded: /^户数超过标准/, divide: /^去划分/, begin: '新建并开始绘制' },
    ...{ wanted: '要划分的网格', planTitle: '标题', planNamed: /^切分.+/ },
    ...{ legend: '图层与图例', split: '切分', done: /切分完成，已证明/, live: '改动前后' },
    ...{ all: '方案的全部内容', check: '质检', consult: '征求意见', submit: '报审', submitted: '已报审' },
  },
  en: {
    ...{ language: 'English', decline: 'No, thank you', token: 'Access token', use: 'Use', role: 'Planner' },
    ...{ box: 'Grid, place, address or coordinates', contact: 'Contact now' },
    ...{ report: 'Report an incident here', kind: 'Kind', source: 'Source', title: 'Title' },
    ...{ take: 'Take down', lamp: 'A street lamp is out', coverage: 'Coverage' },
    ...{ overloaded: /^Grids with more households than the norm/, divide: /^Divide it/ },
    ...{ wanted: 'The grid to divide', planTitle: 'Title', planNamed: /^Split .+/ },
    ...{ begin: 'Begin, and draw', legend: 'Layers and legend', split: 'Split' },
    ...{ done: /Split: done, and proven/, live: 'Before and after', all: 'All about this plan' },
    ...{ check: 'Check', consult: 'Consult', submit: 'Submit', submitted: 'submitted' },
  },
} as const;

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

/** An address that somebody may have at hand, and who answers for it. */
async function someAddress(): Promise<{ address: string; answer: Answer }> {
  type Addressed = Place & { address: string; geometry: { coordinates: Position } };
  const { items } = await ask<List<Addressed>>('/v1/places?kind=key_site&limit=50');
  for (const { address, geometry } of items) {
    const [lon, lat] = geometry.coordinates;
    const answer = await ask<Answer>(`/v1/locate?lon=${lon}&lat=${lat}`);
    if (address && answer.contact?.work_phone) return { address, answer };
  }
  throw new Error('no place with an address and somebody to call');
}

/** Where on the screen the map draws a place. */
async function pixelOf(page: Page, at: Vertex): Promise<{ x: number; y: number }> {
  const box = await page.locator('#map').boundingBox();
  assert.ok(box);
  const { lon, lat, zoom } = sightOf(await linkOf(page));
  const world = 256 * 2 ** zoom;
  const north = (v: number): number => Math.log(Math.tan(Math.PI / 4 + (v * Math.PI) / 360)) / (2 * Math.PI);
  const [x, y] = degrees(at);
  return {
    x: box.x + box.width / 2 + ((x - lon) / 360) * world,
    y: box.y + box.height / 2 + (north(lat) - north(y)) * world,
  };
}

interface Road {
  name: string;
  path: Vertex[];
}

/** The roads that cross a grid from border to border, as the map draws them; the shortest first. */
function roadsAcross(part: Part, set: WorkingSet): Road[] {
  const border = new Set(part.area.flat(2).map(keyOf));
  const found: Road[] = [];
  for (const { kind, name, geometry } of set.references ?? []) {
    if (kind !== 'road') continue;
    for (const line of linesOf(geometry)) {
      for (let from = 0; from < line.length; from++) {
        let to = from + 1;
        const inner = (v: Vertex | undefined): boolean =>
          v !== undefined && !border.has(keyOf(v)) && inside(part.area, v);
        while (inner(line[to])) to++;
        const [a, b] = [line[from], line[to]];
        if (a && b && to > from + 2 && border.has(keyOf(a)) && border.has(keyOf(b)))
          found.push({ name, path: line.slice(from, to + 1) });
      }
    }
  }
  return found.sort((a, b) => a.path.length - b.path.length);
}

for (const [nth, language] of languages.entries()) {
  test(`from an address to a plan that is submitted, by what is on the screen: ${language}`, async (t) => {
    if (tokenOf('planner') === '') return t.skip('needs the token of a planner');
    const { address, answer } = await someAddress();
    const journey = new Journey(language, nth);
    await visit(browser, { hash: '', newcomer: true, expected: /status of 4\d\d/ }, async (page) => {
      await journey.arrive(page);
      await journey.lookUp(page, address, answer);
      await journey.report(page);
      await journey.findOverloaded(page);
      await journey.split(page);
      await journey.submit(page);
    });
  });
}

class Journey {
  readonly #say: (typeof texts)[Language];
  /** The grid that is split. */
  #grid = '';

  constructor(
    readonly language: Language,
    readonly nth: number,
  ) {
    this.#say = texts[language];
  }

  /** The language, no tour, and the token that was handed out. */
  async arrive(page: Page): Promise<void> {
    const say = this.#say;
    await mapReady(page);
    const other = page.getByRole('button', { name: say.language, exact: true });
    if (await other.isVisible()) await other.click();
    await page.getByRole('button', { name: say.decline }).click();
    await page.getByRole('button', { name: say.token, exact: true }).click();
    await page.getByRole('dialog').getByLabel(say.token).fill(tokenOf('planner'));
    await page.getByRole('button', { name: say.use, exact: true }).click();
    await page.getByRole('button', { name: say.role, exact: true }).waitFor();
  }

  async lookUp(page: Page, address: string, { responsible, contact }: Answer): Promise<void> {
    await page.getByLabel(this.#say.box, { exact: true }).fill(address);
    await page.getByRole('option').filter({ hasText: address }).first().click();
    await page.getByRole('heading', { name: responsible?.name ?? '' }).waitFor();
    const card = page.getByRole('region', { name: this.#say.contact });
    await card.getByText(contact?.name ?? '', { exact: true }).waitFor();
    await card.getByText(contact?.work_phone ?? '', { exact: true }).waitFor();
  }

  async report(page: Page): Promise<void> {
    const say = this.#say;
    await page.getByRole('button', { name: say.report }).click();
    const choose = (label: string) => page.locator('label', { hasText: label }).locator('select');
    await choose(say.kind).selectOption({ index: 1 });
    await choose(say.source).selectOption({ index: 1 });
    await page.getByLabel(say.title, { exact: true }).fill(say.lamp);
    await page.getByRole('button', { name: say.take, exact: true }).click();
    await page.getByRole('heading', { name: say.lamp }).waitFor();
  }

  async findOverloaded(page: Page): Promise<void> {
    const say = this.#say;
    await page.getByRole('navigation').getByRole('button', { name: say.coverage, exact: true }).click();
    const list = page.getByRole('group').filter({ hasText: say.overloaded });
    await list.getByText(say.overloaded).click();
    await accessible(page, `the overloaded grids, ${this.language}`);
    await list.getByRole('button', { name: say.divide }).nth(this.nth).click();
    await page.waitForURL(/task=divide&grid=\w+/);
    this.#grid = new URLSearchParams((await linkOf(page)).split('?')[1]).get('grid') ?? '';
    await page.getByText(say.wanted).waitFor();
    const title = page.getByLabel(say.planTitle, { exact: true });
    assert.match(await title.inputValue(), say.planNamed);
    await page.getByRole('button', { name: say.begin, exact: true }).click();
  }

  /** Clicks where a road meets the border of the grid, and where it leaves: the line follows the road. */
  async split(page: Page): Promise<void> {
    const say = this.#say;
    await page.getByRole('radio', { name: say.split, exact: true, checked: true }).waitFor();
    await page.getByText(say.legend).click(); // it may lie over the road
    await mapReady(page);
    const { plan, road } = await this.#roadOn(page);
    const [from, to] = [road.path[0], road.path.at(-1)];
    assert.ok(from && to);
    const [start, end] = [await pixelOf(page, from), await pixelOf(page, to)];
    await page.mouse.click(start.x, start.y);
    await page.mouse.dblclick(end.x, end.y);
    await page.getByText(say.done).waitFor();
    const change = page.getByRole('region', { name: say.live }).getByRole('row', { name: /→/ });
    const rows = (await change.allInnerTexts()).map((row) => /(\d+) → (\d+)/.exec(row.replace(/,/g, '')));
    const sums = [1, 2].map((at) => rows.reduce((sum, row) => sum + Number(row?.[at]), 0));
    assert.equal(sums[0], sums[1], 'no household is lost');
    assert.equal(rows.filter((row) => row?.[2] !== '0').length, 2, 'two grids are there');
    assert.ok(
      rows.some((row) => row?.[1] === '0'),
      'one of them is new',
    );

    const { features } = await workingSet(page, plan);
    const corners = new Map<string, number>();
    for (const v of new Partition(features).all().flatMap(({ area }) => area.flat(2)))
      corners.set(keyOf(v), (corners.get(keyOf(v)) ?? 0) + 1);
    for (const v of road.path) assert.ok((corners.get(keyOf(v)) ?? 0) >= 2, 'the new border is the road');
    const { households_moved: moved } = await ask<Impact>(`/v1/plans/${plan}/impact`);
    assert.ok(moved > 0, 'households change hands');
  }

  async #roadOn(page: Page): Promise<{ plan: string; road: Road }> {
    const plan = new URLSearchParams((await linkOf(page)).split('?')[1]).get('plan') ?? '';
    const set = await workingSet(page, plan);
    const part = new Partition(set.features).all().find(({ code }) => code === this.#grid);
    assert.ok(part, 'the grid is open');
    const [road] = roadsAcross(part, set);
    assert.ok(road, 'a road crosses the grid');
    return { plan, road };
  }

  async submit(page: Page): Promise<void> {
    const say = this.#say;
    await page.getByRole('button', { name: say.all }).click();
    const course = page.locator('#course');
    await course.getByRole('button', { name: say.check, exact: true }).click();
    await course.getByRole('button', { name: say.consult, exact: true }).click();
    await course.locator('summary').getByText(say.submit, { exact: true }).click();
    await course.getByRole('button', { name: say.submit, exact: true }).click();
    await page.getByRole('cell', { name: say.submitted, exact: true }).waitFor();
  }
}

/** What is drawn of a plan about where the map looks. */
async function workingSet(page: Page, plan: string): Promise<WorkingSet> {
  const { lon, lat } = sightOf(await linkOf(page));
  const box = [lon - 0.005, lat - 0.005, lon + 0.005, lat + 0.005].map((v) => v.toFixed(7)).join();
  return ask(`/v1/plans/${plan}/workingset?bbox=${box}&references=true`);
}

test('the database is proven after it', () => proveDatabase());
