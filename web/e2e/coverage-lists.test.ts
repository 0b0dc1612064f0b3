// Coverage: faults that zoom, charts saved without a mouse, and links with every choice.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import type { Coverage, Position } from '../src/api';
import { mapReady, visit } from './browser';
import { browser, report, who } from './covering';

/** A square some metres wide about a spot, as the server tells of a fault. */
function faultAt([lon, lat]: Position, half: number, area_m2: number, width_m: number): object {
  const ring = [
    [lon - half, lat - half],
    [lon + half, lat - half],
    [lon + half, lat + half],
    [lon - half, lat + half],
    [lon - half, lat - half],
  ];
  return { polygon: { type: 'Polygon', coordinates: [ring] }, at: [lon, lat], area_m2, width_m };
}

// No city that the server stores has a gap or an overlap (L1, L2), so two are put into its own report.
for (const by of ['mouse', 'keyboard'] as const) {
  test(`coverage: a gap and an overlap are listed, and zoomed to by ${by}`, async (t) => {
    if (!who.demo) return t.skip('figures need a token here');
    const [gap, overlap]: [Position, Position] = [
      [119.47, 33.51],
      [119.52, 33.49],
    ];
    await visit(
      browser,
      {
        hash: '#///en?task=coverage',
        expected: /willReadFrequently/,
        before: (page) =>
          page.route('**/v1/coverage/*', async (route) => {
            const response = await route.fetch();
            const told = (await response.json()) as Coverage;
            const faults = {
              gaps: [faultAt(gap, 1e-4, 412, 2.5)],
              overlaps: [faultAt(overlap, 2e-4, 38, 0.4)],
            };
            await route.fulfill({ response, json: { ...told, ...faults } });
          }),
      },
      async (page) => {
        await mapReady(page);
        for (const [name, at, told] of [
          ['Gaps', gap, /412 m², 2\.5 m wide/],
          ['Overlaps', overlap, /38 m², 0\.4 m wide/],
        ] as const) {
          const list = page.locator('#spots details', { hasText: name }).first();
          assert.equal((await list.locator('.count').innerText()).trim(), '1');
          const fault = list.locator('li button');
          if (by === 'mouse') {
            await list.locator('summary').click();
            await fault.click();
          } else {
            await list.locator('summary').press('Enter');
            await fault.press('Enter');
          }
          assert.match(await fault.innerText(), told);
          await page.waitForFunction(
            ([lon, lat]) => {
              const [x, y, zoom] = location.hash.slice(1).split('/').map(Number);
              return (
                Math.abs(Number(x) - lon) < 1e-3 && Math.abs(Number(y) - lat) < 1e-3 && Number(zoom) >= 16
              );
            },
            [...at] as [number, number],
          );
        }
      },
    );
  });
}

test('coverage: charts are saved by keyboard, with the figures of the report', async (t) => {
  if (!who.demo) return t.skip('figures need a token here');
  await visit(
    browser,
    { hash: '#///en?task=coverage', acceptDownloads: true, expected: /willReadFrequently/ },
    async (page) => {
      await mapReady(page);
      const file = async (figure: string, button: string): Promise<Buffer> => {
        const coming = page.waitForEvent('download');
        const chart = page.locator('figure').filter({ hasText: figure });
        await chart.getByRole('button', { name: button }).press('Enter');
        return readFile(await (await coming).path());
      };
      const rows = (csv: Buffer): string[][] =>
        csv
          .toString('utf8')
          .trimEnd()
          .split('\r\n')
          .slice(1)
          .map((line) => line.split(','));
      const base = report.grids.filter(({ kind }) => kind === 'base');
      const ranking = rows(await file('Households: ranking', 'Save as CSV'));
      assert.deepEqual(
        Object.fromEntries(ranking.map(([, code, n]) => [code, Number(n)])),
        Object.fromEntries(base.map(({ code, households }) => [code, households])),
      );
      assert.equal((await file('Households: ranking', 'Save as PNG')).subarray(1, 4).toString(), 'PNG');
      const bars = rows(await file('Households: distribution', 'Save as CSV'));
      const households = base.flatMap(({ households: n }) => n ?? []);
      const edges = [...new Set(bars.flatMap(([from, to]) => [Number(from), Number(to)]))];
      assert.ok(bars.length > 5 && edges.length === bars.length + 1, 'each bar begins where one ends');
      for (const [from, to, count] of bars)
        assert.equal(
          Number(count),
          households.filter((n) => n >= Number(from) && n < Number(to)).length,
          `${from} to ${to}`,
        );
      const inBars = bars.reduce((sum, [, , count]) => sum + Number(count), 0);
      assert.equal(inBars, base.length, 'every grid is in one bar');
    },
  );
});

test('coverage: a link opens every choice', async (t) => {
  if (!who.demo) return t.skip('figures need a token here');
  const hash = '#///zh?task=coverage&figure=households&by=community&classing=equal&classes=7';
  await visit(browser, { hash, expected: /willReadFrequently/ }, async (page) => {
    await page.locator('#classes tbody tr').nth(6).waitFor();
    for (const [name, value] of [
      ['level', 'community'],
      ['classing', 'equal'],
      ['classes', '7'],
    ])
      assert.equal(await page.locator(`select[name=${name}]`).inputValue(), value);
    const counts = await page.locator('#classes tbody td').allInnerTexts();
    const communities = report.divisions.filter(({ level }) => level === 'community');
    const sum = counts.reduce((n, count) => n + Number(count.replaceAll(',', '')), 0);
    assert.equal(sum, communities.length);
  });
});
