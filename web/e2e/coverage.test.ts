// Coverage: figures on the map, their charts and tables, and what to look into, by mouse and by keyboard.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import type { Download, Page } from 'playwright-core';
import type { TileJson } from '../src/api';
import { accessible, ask, linkOf, mapReady, patience, pressed, visit } from './browser';
import { browser, report, who } from './covering';

/** How many pixels of the map have each colour of the classes' ramp. */
function painted(page: Page): Promise<number[]> {
  return page.evaluate(() => {
    const style = getComputedStyle(document.documentElement);
    const ramp = [1, 2, 3, 4, 5, 6, 7].map((n) => style.getPropertyValue(`--map-class-${n}`).trim());
    // The build shortens #aabbcc to #abc.
    const long = ramp.map((hex) => (hex.length === 4 ? hex.replace(/\w/g, '$&$&') : hex));
    const counts = new Map(long.map((hex) => [parseInt(hex.slice(1), 16), 0]));
    for (const canvas of document.querySelectorAll<HTMLCanvasElement>('#map canvas')) {
      const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? {};
      for (let i = 0; data && i < data.length; i += 4) {
        const colour = ((data[i] ?? 0) << 16) | ((data[i + 1] ?? 0) << 8) | (data[i + 2] ?? 0);
        const n = counts.get(colour);
        if (n !== undefined) counts.set(colour, n + 1);
      }
    }
    return [...counts.values()];
  });
}

/** Waits until so many classes are seen on the map, each by more than so many pixels. */
async function inClasses(page: Page, want: number, pixels: number, what: string): Promise<void> {
  await mapReady(page);
  let seen = -1;
  for (const end = Date.now() + patience; seen !== want && Date.now() < end; await page.waitForTimeout(100))
    seen = (await painted(page)).filter((n) => n > pixels).length;
  assert.equal(seen, want, what);
}

async function saved(download: Promise<Download>): Promise<{ name: string; bytes: Buffer }> {
  const file = await download;
  return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) };
}

test('coverage: a figure is painted in classes, and each unit of the table can be zoomed to', async (t) => {
  if (!who.demo) return t.skip('figures need a token here');
  await visit(browser, { hash: '#///zh?task=coverage', expected: /willReadFrequently/ }, async (page) => {
    await page.locator('#classes tbody tr').first().waitFor();
    await mapReady(page);
    assert.equal(await page.locator('#classes tbody tr').count(), 5);
    await inClasses(page, 5, 200, 'five classes on the map');
    const legend = page.locator('#map-figure');
    await legend.getByText('户数 · 基础网格').waitFor();
    assert.equal(await legend.locator('li').count(), 5, 'the legend on the map has them, too');
    const counted = await page.locator('#classes td').allInnerTexts();
    const base = report.grids.filter(({ kind }) => kind === 'base').length;
    assert.equal(
      counted.reduce((sum, n) => sum + Number(n.replaceAll(',', '')), 0),
      base,
    );

    await page.locator('select[name=figure]').selectOption('place_hazard');
    await page.locator('select[name=classing]').selectOption('equal');
    await page.locator('select[name=classes]').selectOption('3');
    await page.locator('select[name=level]').selectOption('street');
    await inClasses(page, 3, 200, 'three classes on the map');
    await page.waitForURL(/task=coverage&figure=place_hazard&by=street&classing=equal&classes=3/);
    const streets = report.divisions.filter(({ level }) => level === 'street');
    await page.locator('#units summary').click();
    assert.equal(await page.locator('#units tbody tr').count(), streets.length);
    await accessible(page, 'coverage, by street');

    const [before_] = (await linkOf(page)).split('?');
    await page.locator('#units tbody button').first().click();
    await page.waitForFunction((from) => !location.href.startsWith(String(from)), before_);

    // The tints are back where coverage is not the task.
    await page.locator('#tasks [data-task=lookup]').click();
    await inClasses(page, 0, 200, 'the tints are back');
  });
});

test('coverage: further out than grids are drawn, communities carry the figure in classes of their own', async (t) => {
  if (!who.demo) return t.skip('figures need a token here');
  const least = 12; // of grids in tiles, as in a city with many more
  const before = (page: Page) =>
    page.route('**/tiles/grids.json*', async (route) => {
      const response = await route.fetch();
      const json = (await response.json()) as TileJson;
      for (const layer of json.vector_layers ?? []) if (layer.id === 'base') layer.minzoom = least;
      await route.fulfill({ response, json });
    });
  const [west = 0, south = 0, east = 0, north = 0] = who.city?.bbox ?? [];
  const [lon, lat] = [(west + east) / 2, (south + north) / 2];
  const hash = `#${lon}/${lat}/${least}/zh?task=coverage&classes=3`;
  await visit(browser, { hash, before, expected: /willReadFrequently/ }, async (page) => {
    const legend = page.locator('#map-figure');
    await legend.getByText('户数 · 社区（村）').waitFor();
    assert.equal(await page.getByText('底色区分社区').count(), 0, 'there are no tints under a figure');
    await page
      .locator('#seen-from')
      .getByText(`放大到第 ${least + 1} 级`, { exact: false })
      .waitFor();
    await inClasses(page, 3, 0, 'communities are in three classes');
    const further = await legend.locator('li').allInnerTexts();
    await pressed(page.getByRole('button', { name: '放大', exact: true }));
    await legend.getByText('户数 · 基础网格').waitFor();
    await inClasses(page, 3, 0, 'and so are grids');
    assert.notDeepEqual(await legend.locator('li').allInnerTexts(), further);
  });
});

test('coverage: a link shows a part at another time, and charts are saved as PNG and CSV', async (t) => {
  if (!who.demo) return t.skip('figures need a token here');
  const county = report.divisions.find(({ level }) => level === 'county');
  assert.ok(county);
  const asOf = new Date(Date.now() - 1000).toISOString();
  const hash = `#///en?task=coverage&division=${county.code}&figure=density&as_of=${asOf}`;
  const tiles: (string | null)[] = [];
  const before = (page: Page) => {
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (url.pathname.startsWith('/tiles/grids/') && url.search) tiles.push(url.searchParams.get('as_of'));
    });
    return Promise.resolve();
  };
  const expected = /willReadFrequently/;
  await visit(
    browser,
    { hash, colorScheme: 'dark', acceptDownloads: true, before, expected },
    async (page) => {
      await page.locator('#classes tbody tr').first().waitFor();
      assert.equal(await page.locator('select[name=figure]').inputValue(), 'density');
      assert.equal(await page.locator('select[name=division]').inputValue(), county.code);
      await page.locator('.as-of').getByText('with the borders of that time').waitFor();
      await mapReady(page);
      assert.ok(tiles.length > 0 && tiles.every((of) => of === asOf), `borders of then: ${tiles.join()}`);
      await inClasses(page, 5, 200, 'in their colours');
      await page.getByText('These lists are of now').waitFor();
      await accessible(page, 'coverage, dark');

      const chart = page.locator('figure').filter({ hasText: 'Households per km²: ranking' });
      const coming = page.waitForEvent('download');
      await chart.getByRole('button', { name: 'Save as CSV' }).click();
      const csv = await saved(coming);
      assert.match(csv.name, /^Households-per-km²-ranking-.*\.csv$/);
      const lines = csv.bytes.toString('utf8').trimEnd().split('\r\n');
      assert.equal(lines[0], '\ufeffName,Code,Households per km²');
      const base = report.grids.filter(
        ({ kind, code }) => kind === 'base' && code.startsWith(county.code.slice(0, 6)),
      );
      assert.equal(lines.length - 1, base.length);

      const drawn = page.waitForEvent('download');
      await chart.getByRole('button', { name: 'Save as PNG' }).click();
      const png = await saved(drawn);
      assert.equal(png.bytes.subarray(1, 4).toString(), 'PNG');
      assert.equal(png.bytes.readUInt32BE(16), 2 * (720 + 40), 'its width');
    },
  );
});

test('coverage: what is in no grid, and grids that want people, by keyboard', async (t) => {
  if (!who.demo) return t.skip('figures need a token here');
  await visit(browser, { hash: '#///en?task=coverage' }, async (page) => {
    await mapReady(page);
    const spots = page.locator('#spots');
    const outside = spots.locator('details', { hasText: 'In no grid' }).first();
    await outside.locator('summary').first().focus();
    await page.keyboard.press('Enter');
    const incidents = outside.locator('details', { hasText: 'Incidents' });
    await incidents.locator('summary').focus();
    await page.keyboard.press('Enter');
    const first = incidents.locator('li button').first();
    await first.waitFor();
    assert.equal(
      (await incidents.locator('summary .count').innerText()).trim(),
      String(report.unassigned.incidents),
    );
    await first.press('Enter');
    await page.waitForURL(/^[^#]*#[\d.]+\/[\d.]+\/18\//); // zoomed to the spot

    const overloaded = spots.locator('details', { hasText: 'more households than the norm' });
    await overloaded.locator('summary').focus();
    await page.keyboard.press('Enter');
    const over = report.grids.filter((grid) => grid.kind === 'base' && (grid.households ?? 0) > 500);
    assert.equal(await overloaded.locator('li').count(), Math.min(50, over.length));
    // Figures that come again leave what is open as it is, and the focus where it is.
    const again = page.waitForResponse(/\/v1\/coverage/);
    const refresh = page.getByRole('button', { name: 'Refresh', exact: true });
    await pressed(refresh);
    await (await again).finished();
    assert.ok(await refresh.evaluate((button) => button === document.activeElement));
    assert.ok(await overloaded.evaluate((details: HTMLDetailsElement) => details.open));
    const [from] = (await linkOf(page)).split('?');
    await overloaded.getByRole('button').first().press('Enter');
    await page.waitForFunction((was) => !location.href.startsWith(String(was)), from);

    const staffing = await ask<{ without_anyone: { count: number } }>(`/v1/staffing/${who.city?.code}`);
    const alone = spots.locator('details', { hasText: 'Grids without anybody' });
    await alone.locator('summary').focus();
    await page.keyboard.press('Enter');
    assert.equal(await alone.locator('li').count(), Math.min(50, staffing.without_anyone.count));
    const there = await linkOf(page);
    await alone.locator('li button').first().press('Enter');
    await page.waitForFunction((from) => location.href !== from, there);
    await mapReady(page);
    await spots.getByText('None. Good.').first().waitFor({ state: 'attached' });
    await accessible(page, 'coverage, lists');
  });
});
