import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alike, marked, meaningOf, step, type Meaning, type SearchHit } from './search';

for (const [text, want] of [
  ['', { is: 'nothing' }],
  ['   ', { is: 'nothing' }],
  ['120.31, 31.49', { is: 'coordinates', lon: 120.31, lat: 31.49 }],
  ['１２０.３１，３１.４９', { is: 'coordinates', lon: 120.31, lat: 31.49 }],
  ['31.5, 120.3', { is: 'fault', fault: 'swapped' }],
  ['500 500', { is: 'fault', fault: 'range' }],
  ['320211001001007', { is: 'words', text: '320211001001007' }],
  ['水秀社区 12', { is: 'words', text: '水秀社区 12' }],
  [' 梅陵路３７９号 ', { is: 'words', text: '梅陵路379号' }],
] as [string, Meaning][]) {
  test(`meaningOf/${text}`, () => assert.deepEqual(meaningOf(text), want));
}

test('a very long text is cut', () => {
  const meaning = meaningOf('路'.repeat(500));
  assert.equal(meaning.is === 'words' && meaning.text.length, 100);
});

for (const [name, text, parts, want] of [
  ['nothing', '雪岭街道', [], '雪岭街道'],
  ['all', '雪岭', [[0, 2]], '[雪岭]'],
  [
    'two, in any order',
    '梅陵路379号',
    [
      [3, 6],
      [0, 2],
    ],
    '[梅陵]路[379]号',
  ],
  [
    'across each other',
    'abcd',
    [
      [0, 2],
      [1, 3],
    ],
    '[ab]cd',
  ],
  ['beyond the end', 'abcd', [[2, 9]], 'abcd'],
  ['no text', '', [], ''],
] as [string, string, [number, number][], string][]) {
  test(`marked/${name}`, () => {
    const pieces = marked(
      text,
      parts.map(([from, to]) => ({ from, to })),
    );
    assert.equal(pieces.map((piece) => (piece.typed ? `[${piece.text}]` : piece.text)).join(''), want);
  });
}

test('arrow keys go round', () => {
  assert.deepEqual(
    [step(-1, 1, 3), step(-1, -1, 3), step(2, 1, 3), step(0, -1, 3), step(0, 1, 3), step(0, 1, 0)],
    [0, 2, 0, 2, 1, -1],
  );
});

const hit = (name: string, address: string | null, field: string): SearchHit => ({
  ...{ type: 'household_point', kind: null, code: null, name, address, label: '' },
  ...{ point: [120.3, 31.5], bbox: null, matches: [{ field, from: 0, to: 1 }] },
});
const [here, there] = ['文坊街道德洲路2号', '雪岭街道德洲路2号'];

for (const [name, words, hits, want] of [
  ['nothing', '德洲路2号', [], 0],
  ['one', '德洲路2号', [hit('1幢', here, 'address')], 1],
  [
    'the end of two addresses, in any width',
    '德洲路２号',
    [hit('1幢', here, 'address'), hit('2幢', there, 'address')],
    2,
  ],
  ['two at one address', '德洲路', [hit('1幢', here, 'address'), hit('2幢', here, 'address')], 2],
  ['an address without its number', '德洲路', [hit('1幢', here, 'address'), hit('2幢', there, 'address')], 2],
  ['an address without 号', '德洲路2', [hit('1幢', here, 'address'), hit('2幢', there, 'address')], 2],
  [
    'the end of one address, but for a number that is cut',
    '2号',
    [hit('1幢', here, 'address'), hit('2幢', '雪岭街道德洲路12号', 'address')],
    1,
  ],
  [
    'the end of two names',
    '人民广场',
    [hit('文坊人民广场', null, 'name'), hit('雪岭人民广场', null, 'name')],
    2,
  ],
  ['the beginning of a name', '文坊', [hit('文坊街道', null, 'name'), hit('文坊路', null, 'name')], 1],
  ['a name that others begin with', '1幢', [hit('1幢', here, 'name'), hit('1幢东', here, 'name')], 1],
  ['a name of two', '1幢', [hit('1幢', here, 'name'), hit('1幢', there, 'name')], 2],
] as [string, string, SearchHit[], number][])
  test(`meant alike/${name}`, () => assert.equal(alike(hits, words), want));
