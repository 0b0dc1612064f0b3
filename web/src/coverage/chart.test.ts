import assert from 'node:assert/strict';
import { test } from 'node:test';
import { draw, heightOf, partsOf, shortened, type Chart, type Pen } from './chart';

const bar = (label: string, ...values: number[]): Chart['bars'][number] => ({
  label,
  text: String(values.length),
  parts: values.map((value, i) => ({ value, colour: `colour ${i}` })),
});
const bars: Chart = { title: 't', note: 'n', form: 'bars', bars: [bar('a', 3, 1), bar('b', 2), bar('c', 0)] };

test('bars are as long as their values, one part after the other', () => {
  const [first = [], second = [], third = []] = partsOf(bars, 400, 0);
  const [a, b] = first;
  assert.ok(a && b && second[0] && third[0]);
  assert.ok(Math.abs(a.width - 3 * b.width) < 1e-9);
  assert.equal(b.x, a.x + a.width);
  assert.ok(Math.abs(second[0].width - 2 * b.width) < 1e-9);
  assert.equal(third[0].width, 0);
  assert.ok(b.x + b.width <= 400);
});

test('columns stand on one line, as high as their values', () => {
  const columns: Chart = { ...bars, form: 'columns' };
  const feet = partsOf(columns, 300, 10).map(([first]) => (first ? first.y + first.height : NaN));
  assert.equal(new Set(feet).size, 1);
  for (const { x, y, width } of partsOf(columns, 300, 10).flat()) {
    assert.ok(x >= 0 && x + width <= 300 && y >= 10);
  }
});

test('a chart of nothing has no bars and no infinite ones', () => {
  for (const form of ['bars', 'columns'] as const) {
    const none: Chart = { ...bars, form, bars: [] };
    assert.deepEqual(partsOf(none, 300, 0), []);
    assert.ok(heightOf(none, true) > heightOf(none, false));
    const zero = partsOf({ ...none, bars: [bar('x', 0)] }, 300, 0).flat();
    assert.ok(zero.every(({ width, height }) => Number.isFinite(width) && Number.isFinite(height)));
  }
});

test('long names are cut by letters, never through one', () => {
  const measure = (text: string): number => [...text].length;
  assert.equal(shortened('文坊社区', 9, measure), '文坊社区');
  assert.equal(shortened('文坊社区第1网格', 5, measure), '文坊社区…');
  assert.equal(shortened('𠀀𠀀𠀀', 2, measure), '𠀀…');
});

test('everything that is drawn lies within the chart', () => {
  const width = 320;
  for (const form of ['bars', 'columns'] as const) {
    const chart: Chart = { ...bars, form, ends: ['0', '9'], keys: [{ text: 'k', colour: 'c' }] };
    const written: string[] = [];
    const pen: Pen = {
      ...{ fillStyle: '', font: '', textAlign: 'left', textBaseline: 'middle' },
      fillRect: (x, y, wide, height) => {
        assert.ok(x >= 0 && y >= 0 && x + wide <= width + 1e-9 && y + height <= heightOf(chart, true) + 1e-9);
      },
      fillText: (text, x, y) => {
        written.push(text);
        assert.ok(x >= 0 && x <= width && y >= 0 && y <= heightOf(chart, true));
      },
      measureText: (text) => ({ width: 6 * text.length }) as TextMetrics,
    };
    draw(pen, chart, { text: '', muted: '', surface: '', line: '' }, 'sans', width, true);
    const expected = form === 'bars' ? ['a', 'b', 'c'] : ['0', '9'];
    for (const text of ['t', 'n', 'k', ...expected]) assert.ok(written.includes(text), text);
  }
});
