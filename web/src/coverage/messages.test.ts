import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { classings, levels } from './choice';
import { coverageMessages } from './messages';
import { report } from './report.fixture';
import { figuresOf } from './units';

const placeholders = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(([name]) => name).sort();

test('both languages have every text, with the same values', () => {
  for (const [key, { zh, en }] of Object.entries(coverageMessages)) {
    assert.deepEqual(placeholders(zh), placeholders(en), key);
    assert.doesNotMatch(en, /[一-鿿]/, key);
    if (!/\{/.test(zh)) assert.match(zh, /[一-鿿]/, key);
  }
});

test('everything that can be chosen has a name', () => {
  const figures = figuresOf(report, 'community')
    .map(({ key }) => key)
    .filter((key) => !key.startsWith('place_'));
  const named = { level_: levels, classing_: classings, figure_: figures };
  for (const [prefix, names] of Object.entries(named)) {
    for (const name of names) assert.ok(prefix + name in coverageMessages, prefix + name);
  }
});

test('every text is used', () => {
  const folder = new URL('.', import.meta.url).pathname;
  const source = readdirSync(folder)
    .filter((name) => /\.(svelte|ts)$/.test(name) && !/messages|\.test\.ts$/.test(name))
    .map((name) => readFileSync(folder + name, 'utf8'))
    .join('\n');
  const unused = Object.keys(coverageMessages).filter(
    (key) => !source.includes(`'${key}'`) && !/^(figure|level|classing)_/.test(key),
  );
  assert.deepEqual(unused, []);
});
