// What is seen of plans besides their course: conflicts when the county has moved on, two sides by swipe, the report on paper.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { Grid, Page as List, Session } from '../src/api';
import { accessible, ask, launch, mapReady, session, visit } from './browser';
import { tokenOf } from './client';
import { proveDatabase } from './proof';
import { makePlan, mayPlan, publish, type MadePlan } from './plan';

let browser: Browser;
let who: Session;
/** Two plans that split the same grid; the second one takes effect. */
let first: MadePlan;
let second: MadePlan;

before(async () => {
  browser = await launch();
  who = await session();
  if (!who.demo || !mayPlan()) return;
  const { items } = await ask<List<Grid>>('/v1/grids?kind=base&limit=200');
  const grid = items[Math.floor(items.length / 4)];
  assert.ok(grid?.label);
  const there = { ...grid, label: grid.label };
  first = await makePlan(there, '先画的方案');
  second = await makePlan(there, '先生效的方案');
});
after(() => browser.close());

const asPlanner = (page: Page) =>
  page.addInitScript((token) => sessionStorage.setItem('wangge.token', token), tokenOf('planner'));

/** A test that needs the plans. */
function planned(name: string, body: () => Promise<void>): void {
  void test(name, async (t) =>
    first === undefined ? t.skip('needs the loopback demo and its tokens') : body(),
  );
}

/** What the map's canvas has in its middle, where the draft has a border that is not in force. */
function middle(page: Page): Promise<string> {
  return page.evaluate(() => {
    let text = '';
    for (const canvas of document.querySelectorAll<HTMLCanvasElement>('#map canvas')) {
      const [width, height] = [Math.round(canvas.width / 16), Math.round(canvas.height / 8)];
      const at = [Math.round((canvas.width - width) / 2), Math.round((canvas.height - height) / 2)] as const;
      text += canvas
        .getContext('2d')
        ?.getImageData(...at, width, height)
        .data.join();
    }
    return text;
  });
}

/** Drags the handle, which stands at a share of the map's width, to another one. */
async function drag(page: Page, from: number, to: number): Promise<void> {
  const box = await page.locator('#map').boundingBox();
  assert.ok(box);
  const x = (share: number): number => box.x + 20 + (box.width - 40) * share;
  await page.mouse.move(x(from), box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(x(to), box.y + box.height / 2, { steps: 5 });
  await page.mouse.up();
  await mapReady(page);
}

planned('a plan against what is in force, by swipe and by table, by mouse and by keyboard', async () => {
  const [lon, lat] = first.grid.label;
  const hash = `#${lon}/${lat}/17/en?plan=${first.code}`;
  // The test reads the canvas, which the page never does.
  const expected = /willReadFrequently/;
  await visit(browser, { hash, expected }, async (page) => {
    await page.getByRole('button', { name: 'Compare by swipe' }).click();
    const line = page.getByRole('slider', { name: 'Where left ends and right begins' });
    await line.waitFor();
    await page.waitForURL((link) => link.href.endsWith(`compare=now_${first.code}`));
    await page
      .locator('#differs li', { hasText: first.grid.code })
      .getByText('retired', { exact: false })
      .waitFor();
    for (const code of first.parts) await page.locator('#differs li', { hasText: code }).waitFor();
    const differ = page.locator('#compared').getByRole('row', { name: /^Grids and areas that differ/ });
    assert.equal(await differ.getByRole('cell').count(), 2);
    await page.getByText('New border', { exact: true }).waitFor();
    assert.equal(await page.getByText('Old border, given up').count(), 0, 'a split gives none up');
    await mapReady(page);
    await accessible(page, 'a comparison');

    await line.focus();
    await page.keyboard.press('Home');
    await mapReady(page);
    const right = await middle(page);
    await page.keyboard.press('End');
    await mapReady(page);
    const left = await middle(page);
    assert.ok(left !== right, 'the sides are not the same');
    await drag(page, 1, 0.25);
    assert.ok(Math.abs(Number(await line.inputValue()) - 25) <= 1, 'it goes where it is dragged');
    assert.ok((await middle(page)) === right, 'right of the line is the right side');
    await drag(page, Number(await line.inputValue()) / 100, 0.75);
    assert.ok((await middle(page)) === left, 'left of the line is the left side');
    const at = await line.inputValue();
    await page.waitForURL((url) => url.hash.includes(`&line=${at}`));
    await page.reload();
    await line.waitFor();
    assert.equal(await line.inputValue(), at, 'a link has where the line stands');
    await page.evaluate(() => (location.hash = location.hash.replace(/line=\d+/, 'line=30')));
    await page.waitForFunction(
      () => document.querySelector<HTMLInputElement>('.swipe input')?.value === '30',
    );

    await page.locator('select[name=right]').selectOption(second.code);
    await page.waitForURL((url) => url.hash.includes(`compare=now_${second.code}`));
    await page.getByRole('button', { name: '中文' }).click();
    await page.getByRole('slider', { name: '左右分界' }).waitFor();
    await page.getByRole('button', { name: '结束对比' }).click();
    await page.getByRole('heading', { name: first.title }).waitFor();
    assert.equal(await page.getByRole('slider').count(), 0);
  });
});

/** The headings of a PDF, which its outline has in UTF-16 or plain. */
function outlineOf(pdf: Buffer): string[] {
  const text = pdf.toString('latin1');
  return [...text.matchAll(/\/Title <([0-9A-Fa-f]+)>|\/Title \(((?:[^()\\]|\\[\s\S])*)\)/g)].map(
    ([, hex, plain = '']) => {
      const bytes = hex === undefined ? Buffer.from(plain, 'latin1') : Buffer.from(hex, 'hex');
      return bytes[0] === 0xfe ? bytes.subarray(2).swap16().toString('utf16le') : bytes.toString('latin1');
    },
  );
}

const pagesOf = (pdf: Buffer): number => [...pdf.toString('latin1').matchAll(/\/Type \/Page\b/g)].length;

for (const language of ['zh', 'en'] as const) {
  planned(`the report on paper has a sheet for everybody concerned: ${language}`, async () => {
    const hash = `#///${language}?plan=${second.code}&report=true`;
    await visit(browser, { hash, colorScheme: 'dark' }, async (page) => {
      await page.locator('#report[data-ready]').waitFor();
      const maps = page.locator('#report figure');
      await page.waitForFunction(() => {
        const all = [...document.querySelectorAll('#report figure')];
        return all.length > 2 && all.every((figure) => figure.getAttribute('data-map') === 'drawn');
      });
      assert.ok((await maps.count()) >= 4, 'before, after, and one for each sheet');
      await page
        .getByRole('img', { name: language === 'zh' ? '调整前的网格' : 'The grids before' })
        .waitFor();
      const rows = page.locator('#changes tbody tr');
      assert.equal(
        await rows.count(),
        (await ask<{ parts: unknown[] }>(`/v1/plans/${second.code}/impact`)).parts.length,
      );
      await accessible(page, 'the report');
      await page.emulateMedia({ media: 'print' });
      assert.equal(
        await page.getByRole('button').filter({ visible: true }).count(),
        0,
        'paper has nothing to press',
      );
      const sheets = page.locator('[data-sheet] h2');
      for (const heading of await sheets.all()) assert.ok(await heading.isVisible());
      const { concerned } = await ask<{ concerned: { body_code: string }[] }>(
        `/v1/plans/${second.code}/consultations`,
      );
      const codes = await page
        .locator('[data-sheet]')
        .evaluateAll((all) => all.map((one) => one.getAttribute('data-sheet')));
      assert.deepEqual(
        codes,
        concerned.map(({ body_code: code }) => code).sort(),
        'those who are to be asked',
      );
      const paper = await page.pdf({ format: 'A4', printBackground: true, outline: true, tagged: true });
      const titles = outlineOf(paper);
      assert.equal(titles.filter((title) => title.includes('/')).length, concerned.length, titles.join());
      assert.ok(pagesOf(paper) > concerned.length, 'each sheet is a page of its own');
    });
  });
}

// These change the city.
planned('the county has moved on: what stands against the plan, and what to do', async () => {
  await publish(second);
  await visit(
    browser,
    { hash: `#///zh?plan=${first.code}`, before: asPlanner, expected: /409/ },
    async (page) => {
      const conflicts = page.locator('#conflicts');
      await conflicts.getByText('现行为第', { exact: false }).waitFor();
      await conflicts.getByRole('button', { name: '更新到现行版本' }).click();
      await conflicts.locator('li', { hasText: first.grid.code }).first().waitFor();
      await conflicts.getByText('现行版本中已撤销').first().waitFor();
      await conflicts.getByRole('button', { name: second.code }).first().waitFor();
      await mapReady(page);
      await accessible(page, 'conflicts');
      const met = conflicts.locator('li button.link').filter({ hasNotText: second.code });
      assert.ok((await met.count()) > 0);
      for (const one of await met.all()) {
        await page.getByRole('button', { name: '全市' }).click();
        await page.waitForFunction(() => Number(location.hash.split('/')[2]) < 14);
        await one.click();
        await page.waitForFunction(() => Number(location.hash.split('/')[2]) > 15);
        await mapReady(page);
      }
      await page.getByRole('button', { name: 'English' }).click();
      await conflicts.getByText('Leave these changes out', { exact: false }).waitFor();
      await conflicts.getByRole('button', { name: 'Bring it up to date without these' }).focus();
      await page.keyboard.press('Enter');
      await page.locator('#course [data-step=draw][aria-current=step]').waitFor();
      await conflicts.waitFor({ state: 'detached' });
      await page.getByText('Nothing is drawn yet', { exact: false }).waitFor();
    },
  );
});

planned('the sheets of a plan in effect are for exactly those who had to be asked', async () => {
  const { items } = await ask<List<{ required: boolean; body_code: string }>>(
    `/v1/plans/${second.code}/consultations`,
  );
  const required = items.filter((body) => body.required).map((body) => body.body_code);
  await visit(browser, { hash: `#///en?plan=${second.code}&report=true` }, async (page) => {
    await page.locator('#report[data-ready]').waitFor();
    const sheets = await page
      .locator('[data-sheet]')
      .evaluateAll((all) => all.map((one) => one.getAttribute('data-sheet')));
    assert.deepEqual(sheets, required.sort());
    await page.getByText('☑', { exact: false }).first().waitFor();
  });
});

planned('a plan in effect is compared with what was before it', async () => {
  await visit(
    browser,
    { hash: `#///en?plan=${second.code}`, expected: /willReadFrequently/ },
    async (page) => {
      await page.getByRole('button', { name: 'Compare by swipe' }).click();
      await page.locator('#differs li', { hasText: second.grid.code }).first().waitFor();
      assert.equal(
        await page.locator('select[name=left] option:checked').innerText(),
        `Before “${second.title}”`,
      );
      await page.waitForURL(new RegExp(`compare=before\\.${second.code}_${second.code}`));
      await page.reload();
      await page.locator('#differs li', { hasText: second.grid.code }).first().waitFor();
      // Who has chosen something else finds it again.
      const left = page.locator('select[name=left]');
      const past = await left.inputValue();
      await left.selectOption(second.code);
      await page.getByText('There is no difference.').waitFor();
      await left.selectOption(past);
      await page.locator('#differs li', { hasText: second.grid.code }).first().waitFor();
    },
  );
});

planned('two editions, and what is the same', async () => {
  const [lon, lat] = first.grid.label;
  const hash = `#${lon}/${lat}/16/en?task=plans&compare=${first.county}.1_now`;
  await visit(browser, { hash, expected: /willReadFrequently/ }, async (page) => {
    await page.locator('#differs li', { hasText: second.grid.code }).first().waitFor();
    await page.locator('select[name=left]').selectOption('now');
    await page.getByText('There is no difference.').waitFor();
    // Each side has all of its names: those of the other do not stand in their way.
    const seen: string[] = [];
    for (const key of ['Home', 'End']) {
      await page.getByRole('slider').press(key);
      await mapReady(page);
      seen.push(await middle(page));
    }
    assert.ok(seen[0] === seen[1], 'the same on both sides looks the same');
  });
});

planned('the database is proven after all this', async () => proveDatabase());
