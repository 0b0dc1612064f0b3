// Who is responsible: from what somebody has (an address, a name, initials, a code, coordinates of any system) to the worker, and from
// there to a report. What is on the screen is all that is followed.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { Answer, Page as List, Place } from '../src/api';
import type { SearchHit } from '../src/lookup/search';
import { languages, type Language } from '../src/messages';
import { accessible, ask, codeInPanel, launch, linkOf, mapReady, sightOf, someGrid, visit } from './browser';
import { send, signedIn, tokenOf } from './client';

/** A place with an address, and who answers for it. */
interface Addressed {
  place: Place & { address: string; geometry: { type: string; coordinates: [number, number] } };
  answer: Answer;
}

let browser: Browser;
let grid: Awaited<ReturnType<typeof someGrid>>;
let addressed: Addressed;

before(async () => {
  browser = await launch({ webgl: false });
  grid = await someGrid();
  addressed = await someAddress();
});
after(() => browser.close());

/** A place that is the only one of its address, so that typing the address means it. */
async function someAddress(): Promise<Addressed> {
  const { items } = await ask<List<Addressed['place']>>('/v1/places?kind=key_site&limit=50');
  for (const place of items) {
    if (!place.address || place.geometry.type !== 'Point') continue;
    const [lon, lat] = place.geometry.coordinates;
    const answer = await ask<Answer>(`/v1/locate?lon=${lon}&lat=${lat}`);
    // Without tokens the tests that need the address are skipped.
    const alone = tokenOf('dispatcher') === '' || (await hitsOf(place.address)) === 1;
    if (answer.contact?.work_phone && alone) return { place, answer };
  }
  throw new Error('no place with an address and somebody to call');
}

/** What a dispatcher finds, who may see places. */
async function found(words: string): Promise<SearchHit[]> {
  const { body } = await send('dispatcher', 'GET', `/v1/search?q=${encodeURIComponent(words)}`);
  return (body as { items: SearchHit[] }).items;
}

/** How many things are found whose address ends so. */
async function hitsOf(address: string): Promise<number> {
  const items = await found(address);
  return items.filter((hit) => hit.address?.endsWith(address)).length;
}

const words = {
  zh: {
    box: '网格、场所、地址或经纬度',
    lookUp: '查询',
    contact: '现在联系',
    report: '在此登记事件',
    kind: '类别',
    source: '来源',
    title: '标题',
    save: '登记',
    copied: '已复制',
    past: '查询过去的时间',
    asOf: '截至',
    ask: '查询当时',
    then: '截至',
    now: '回到现在',
  },
  en: {
    box: 'Grid, place, address or coordinates',
    lookUp: 'Look up',
    contact: 'Contact now',
    report: 'Report an incident here',
    kind: 'Kind',
    source: 'Source',
    title: 'Title',
    save: 'Take down',
    copied: 'Copied',
    past: 'Ask about a day in the past',
    asOf: 'As of',
    ask: 'Ask',
    then: 'As it was on',
    now: 'Back to now',
  },
} satisfies Record<Language, Record<string, string>>;

const typeInto = async (page: Page, language: Language, text: string): Promise<void> => {
  await mapReady(page);
  await page.getByLabel(words[language].box, { exact: true }).fill(text);
};

for (const language of languages) {
  const say = words[language];

  test(`an address, its worker, and an incident there: ${language}`, async (t) => {
    if (tokenOf('dispatcher') === '') return t.skip('no token of a dispatcher is given');
    const { place, answer } = addressed;
    await visit(browser, { hash: `#///${language}`, before: signedIn('dispatcher') }, async (page) => {
      await typeInto(page, language, place.address);
      await page.getByRole('option').filter({ hasText: place.address }).first().click();
      assert.equal(await codeInPanel(page), answer.responsible?.code);
      const contact = page.getByRole('region', { name: say.contact });
      await contact.getByText(answer.contact?.name ?? '', { exact: true }).waitFor();
      await contact.getByText(answer.contact?.work_phone ?? '', { exact: true }).waitFor();
      await page.getByRole('button', { name: say.report }).click();
      const title = `路灯不亮 ${language}`;
      await page.locator('label', { hasText: say.kind }).locator('select').selectOption({ index: 1 });
      await page.locator('label', { hasText: say.source }).locator('select').selectOption({ index: 1 });
      await page.getByLabel(say.title, { exact: true }).fill(title);
      await accessible(page, `a report, ${language}`);
      await page.getByRole('button', { name: say.save, exact: true }).click();
      await page.getByRole('heading', { name: title }).waitFor();
      const code = new URLSearchParams((await linkOf(page)).split('?')[1]).get('incident');
      const made = await ask<{
        title: string;
        assignment: { base_grid: string; dedicated_grid: string | null };
      }>(`/v1/incidents/${code}`);
      assert.equal(made.title, title);
      const { base_grid: base, dedicated_grid: dedicated } = made.assignment;
      assert.ok([base, dedicated].includes(answer.responsible?.code ?? ''));
    });
  });

  test(`an answer of a moment ago, copied and printed: ${language}`, () =>
    visit(
      browser,
      { hash: `#///${language}`, permissions: ['clipboard-read', 'clipboard-write'] },
      async (page) => {
        await typeInto(page, language, `${grid.label[0]}, ${grid.label[1]}`);
        await page.getByRole('button', { name: say.lookUp, exact: true }).last().click();
        const code = await codeInPanel(page);
        await page.locator('#copy').click();
        await page.getByText(say.copied, { exact: false }).waitFor();
        const copied = await page.evaluate(() => navigator.clipboard.readText());
        assert.ok(copied.includes(code) && copied.includes(say.contact), copied);

        await page.getByText(say.past).click();
        await page.getByLabel(say.asOf, { exact: true }).fill(await fieldOfNow(page));
        await page.getByRole('button', { name: say.ask, exact: true }).click();
        await page.locator('[data-field=as-of]', { hasText: say.then }).waitFor();
        assert.equal(await codeInPanel(page), code);
        await page.waitForURL(/&as_of=20[\d-]+T[\d:]+Z/);
        await accessible(page, `an answer of the past, ${language}`);

        await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
        await page.emulateMedia({ media: 'print' });
        assert.ok(await page.locator('article canvas').isVisible(), 'the map is printed');
        assert.ok((await coloursIn(page, 'article canvas')) > 5, 'there is something on it');
        for (const hidden of ['#search', '#map', '#tasks', '#copy'])
          assert.ok(await page.locator(hidden).isHidden(), hidden);
        await page.emulateMedia({ media: 'screen' });
        await page.getByRole('button', { name: say.now }).click();
        await page.locator('[data-field=as-of]').waitFor({ state: 'detached' });
      },
    ));
}

/** What a field for date and time shows at this second. */
function fieldOfNow(page: Page): Promise<string> {
  return page.evaluate(() => {
    const now = new Date();
    return new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
  });
}

function coloursIn(page: Page, selector: string): Promise<number> {
  return page.locator(selector).evaluate((canvas: HTMLCanvasElement) => {
    const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data;
    return new Set(new Uint32Array(pixels?.buffer ?? new ArrayBuffer(0))).size;
  });
}

test('pinyin initials find a street', async () => {
  await visit(browser, { hash: '#///zh' }, async (page) => {
    await typeInto(page, 'zh', 'jqjd');
    const hit = page.getByRole('option').filter({ hasText: '金桥街道' }).first();
    assert.equal(await hit.locator('b').first().innerText(), '金桥街道');
    await hit.click();
    await page.locator('strong[aria-current=location]', { hasText: '金桥街道' }).waitFor();
  });
});

test('one spot in four coordinate systems is one answer', async () => {
  const [lon, lat] = grid.label;
  await visit(browser, { hash: '#///en' }, async (page) => {
    await typeInto(page, 'en', `${lon}, ${lat}`);
    for (const crs of ['wgs84', 'cgcs2000', 'gcj02', 'bd09']) {
      await page.locator('select[name=crs]').selectOption(crs);
      const asked = page.waitForRequest((request) => request.url().includes('/v1/locate?'));
      await page.keyboard.press('Enter'); // the choice keeps the focus; the form takes the key from the box
      await page.locator('#search').press('Enter');
      const url = new URL((await asked).url());
      assert.equal(url.searchParams.get('crs'), crs);
      const want = await ask<Answer>(`/v1/locate?lon=${lon}&lat=${lat}&crs=${crs}`);
      const shown = `${want.location.lon.toFixed(7)}, ${want.location.lat.toFixed(7)}`;
      await page.locator('#result', { hasText: shown }).waitFor();
    }
  });
});

test('coordinates that are none are refused in words, in the language that is in use', () =>
  visit(browser, { hash: '#///en' }, async (page) => {
    for (const [typed, english, chinese] of [
      ['200, 95', 'These coordinates are not on the globe.', '坐标超出范围。'],
      ['33.5, 119.5', 'Latitude seems to come first', '经纬度像是写反了'],
    ] as const) {
      await typeInto(page, 'en', typed);
      await page.locator('#search').press('Enter');
      await page.getByRole('alert').getByText(english).waitFor();
      await page.getByRole('button', { name: '中文' }).click();
      await page.getByRole('alert').getByText(chinese).waitFor();
      await page.getByRole('button', { name: 'English' }).click();
    }
  }));

test('a time before there were grids is said in words', () =>
  visit(
    browser,
    { hash: `#///zh?at=${grid.label.join()}&as_of=2001-01-01T00:00:00Z`, expected: /404/ },
    async (page) => {
      await page.getByText('那时还没有网格').waitFor();
      await page.getByRole('button', { name: '回到现在' }).click();
      assert.ok(await codeInPanel(page));
    },
  ));

test('a hand that moves a little while it clicks has clicked, and has not moved the map', () =>
  visit(browser, { hash: `#${grid.label.join('/')}/17/en` }, async (page) => {
    await mapReady(page);
    const where = sightOf(await linkOf(page));
    const box = await page.locator('#map').boundingBox();
    assert.ok(box);
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 2, y + 2);
    await page.mouse.up();
    assert.equal(await codeInPanel(page), grid.code);
    assert.deepEqual(sightOf(await linkOf(page)), where);
  }));

test('an address of several is asked about: nobody is called to the wrong one of them', async (t) => {
  if (tokenOf('dispatcher') === '') return t.skip('no token of a dispatcher is given');
  const roads = (await found('路2号')).flatMap(
    ({ address }) => /\p{Script=Han}{2}路2号$/u.exec(address ?? '') ?? [],
  );
  const counted = await Promise.all(roads.map(async (road) => [road, await hitsOf(road)] as const));
  const [address, count] = counted.find(([, count]) => count > 1) ?? assert.fail('no address of several');
  await visit(browser, { hash: '#///zh', before: signedIn('dispatcher') }, async (page) => {
    await mapReady(page);
    const box = page.getByRole('combobox', { name: words.zh.box });
    await box.fill(address);
    await box.press('Enter');
    await page.getByText(`有 ${count} 处都符合`, { exact: false }).waitFor();
    assert.equal(await box.inputValue(), address, 'what was typed stays');
    assert.equal(await page.locator('#result [data-field=code]').count(), 0, 'nobody is named');
    await accessible(page, 'a choice of several');
    await box.press('ArrowDown');
    await box.press('ArrowDown');
    const second = await page.locator('[role=option][aria-selected=true] .name').innerText();
    await box.press('Enter');
    await codeInPanel(page);
    assert.equal(await box.inputValue(), second);
  });
});
