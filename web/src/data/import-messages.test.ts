import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fieldMessages } from './field-messages';
import { importMessages } from './import-messages';

const placeholders = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(([name]) => name).sort();

test('both languages have every text, with the same values', () => {
  const order = new Set(['clean_spot']); // numbers and signs alone
  for (const [key, { zh, en }] of Object.entries(importMessages)) {
    assert.deepEqual(placeholders(zh), placeholders(en), key);
    assert.doesNotMatch(en, /[\u4e00-\u9fff]/, key);
    if (!order.has(key)) assert.match(zh, /[\u4e00-\u9fff]/, key);
  }
});

test('every layer of the server, every kind of repair and every state has a name', () => {
  const go = (name: string): string => readFileSync(new URL(`../../../${name}`, import.meta.url), 'utf8');
  const layers = [
    ...[...go('grid/layer.go').matchAll(/\bName: "(\w+)", (?:Shape|Located)/g)],
    ...[...go('grid/layer.go').matchAll(/placeLayer\("(\w+)"/g)],
  ].map(([, name]) => `layer_${name}`);
  const repairs = [...go('geo/mesh/clean.go').matchAll(/CleanKind = "(\w+)"/g)].map(
    ([, kind]) => `clean_${kind}`,
  );
  const states = [...go('api/importjob.go').matchAll(/import\w+ += "(\w+)"/g)].map(
    ([, name]) => `import_${name}`,
  );
  assert.ok(
    layers.length > 15 && repairs.length > 3 && states.length === 6,
    `${layers.length} ${repairs.length}`,
  );
  for (const key of [...layers, ...repairs, ...states]) assert.ok(key in importMessages, key);
});

test('every field of a layer of the server has a name, and no other', () => {
  const source = readFileSync(new URL('../../../grid/layer.go', import.meta.url), 'utf8');
  const tables = source.slice(source.indexOf('var commonPlaceFields'), source.indexOf('var IncidentStates'));
  const calls =
    /\b(?:text|code|integer|number|boolean|date|instant|enum|oneOf)\("(\w+)"|\{Name: "(\w+)", Type:/g;
  const fields = new Set([...tables.matchAll(calls)].map(([, called, named]) => called ?? named ?? ''));
  assert.ok(fields.size > 100, `${fields.size} fields are found in the sources`);
  const ours = ['lon', 'lat', 'wkt', 'geometry']; // of tables, and of whatever has a place
  const want = new Set([...fields, ...ours].map((name) => `field_${name}`));
  const have = new Set(Object.keys(fieldMessages));
  assert.deepEqual(
    [...want].filter((key) => !have.has(key)),
    [],
  );
  assert.deepEqual(
    [...have].filter((key) => !want.has(key)),
    [],
  );
});

test('every text is used', () => {
  const folder = new URL('.', import.meta.url).pathname;
  const source = readdirSync(folder)
    .filter((name) => /\.(svelte|ts)$/.test(name) && !/messages|\.test\.ts$/.test(name))
    .map((name) => readFileSync(folder + name, 'utf8'))
    .join('\n');
  const prefixes = [...source.matchAll(/(?:sayOwn\('|say\(`)([a-z]+_)/g)].map((match) => match[1] ?? '');
  const unused = Object.keys(importMessages).filter(
    (key) => !source.includes(`'${key}'`) && !prefixes.some((prefix) => key.startsWith(prefix)),
  );
  assert.deepEqual(unused, []);
});
