import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Field, FileLayer, Layer, Upload } from './imports';
import { assigned, firstMap, fitting, kept, mapped, settable, sourceOf } from './mapping';
import { strange, translated, wanting } from './mapping';

const field = (name: string, required = false): Field => ({
  ...{ name, type: 'text', required, labels: null },
  ...{ values: null, default: null, enumeration: null },
});
const shelters: Layer = {
  name: 'shelters',
  city_only: false,
  shape: 'any',
  fields: [field('code', true), field('name')],
};
const workers: Layer = { name: 'workers', city_only: true, shape: 'none', fields: [field('code', true)] };
const grids: Layer = {
  name: 'base_grids',
  city_only: false,
  shape: 'polygon',
  fields: [field('code', true)],
};

const file = (columns: string[], map: Record<string, string> = {}): FileLayer => ({
  name: 'x',
  rows: 2,
  columns: columns.map((name) => ({ name, samples: [] })),
  geometry: 'point',
  crs: null,
  suggested: { layer: 'shelters', map },
});

test('the server’s suggestion comes first, then the names, each field once', () => {
  const of = file(['编号', 'code', 'Name', '经度', 'LAT', 'colour'], { 编号: 'code', colour: 'nothing' });
  assert.deepEqual(firstMap(of, shelters, true), { 编号: 'code', Name: 'name', 经度: 'lon', LAT: 'lat' });
  assert.deepEqual(firstMap(of, shelters, false), { 编号: 'code', Name: 'name' });
  assert.deepEqual(firstMap(of, null, true), {});
});

test('a field that another column gets is taken from the first', () => {
  assert.deepEqual(mapped({ a: 'code', b: 'name' }, 'b', 'code'), { b: 'code' });
  assert.deepEqual(mapped({ a: 'code', b: 'name' }, 'a', ''), { b: 'name' });
});

test('what is missing: required fields, and coordinates of a table with a shape', () => {
  assert.deepEqual(wanting(shelters, {}, true), ['code', 'lon']);
  assert.deepEqual(wanting(shelters, { a: 'code', b: 'lon' }, true), ['lon'], 'half a spot is none');
  assert.deepEqual(wanting(shelters, { a: 'code', b: 'wkt' }, true), []);
  assert.deepEqual(wanting(shelters, { a: 'code' }, false), []);
  assert.deepEqual(wanting(workers, { a: 'code' }, true), []);
});

test('layers of another shape are not offered', () => {
  assert.deepEqual(
    fitting([shelters, workers, grids], file([])).map(({ name }) => name),
    ['shelters', 'workers'],
  );
});

const upload: Upload = {
  ...{
    id: 'u',
    name: 'x.csv',
    bytes: 1,
    format: 'csv',
    encoding: null,
    expires_at: '',
    layers: [],
    warnings: [],
  },
};

test('a column is kept as it is instead of being a field, or left out', () => {
  const first = sourceOf(upload, file(['code', '旧编号']), shelters);
  assert.deepEqual([first.map, first.keep], [{ code: 'code' }, []]);
  const keeping = assigned(assigned(first, '旧编号', kept), 'code', kept);
  assert.deepEqual([keeping.map, keeping.keep], [{}, ['旧编号', 'code']]);
  const back = assigned(keeping, 'code', 'code');
  assert.deepEqual([back.map, back.keep], [{ code: 'code' }, ['旧编号']]);
  assert.deepEqual(assigned(back, '旧编号', '').keep, []);
});

test('how dates are written is told only where there are any', () => {
  const days: Layer = { ...shelters, fields: [...shelters.fields, { ...field('day'), type: 'date' }] };
  const source = { ...sourceOf(upload, file(['day', 'name']), days), date_format: ' D.M.YYYY ' };
  assert.equal(translated(source, days, () => ({})).date_format, 'D.M.YYYY');
  assert.equal(translated(assigned(source, 'day', ''), days, () => ({})).date_format, '');
});

const level: Field = {
  ...field('level', true),
  type: 'enum',
  values: ['low', 'high'],
  enumeration: 'levels',
};
const hazards: Layer = { name: 'hazards', city_only: false, shape: 'point', fields: [field('note'), level] };

test('a field without a column may have one value for every row, and is not missing then', () => {
  assert.deepEqual(
    settable(hazards, {}).map(({ name }) => name),
    ['level', 'note'],
  );
  assert.deepEqual(wanting(hazards, {}, false), ['level']);
  assert.deepEqual(wanting(hazards, {}, false, { level: 'low' }), []);
});

test('values that are neither codes nor labels are asked about, and labels become codes by themselves', () => {
  const byLabel = { 一般: 'low', 重大: 'high' };
  const column = { name: '等级', samples: ['一般', 'high', '很大', '很大', ''] };
  assert.deepEqual(strange(column, level, byLabel), ['很大']);
  assert.deepEqual(strange(column, field('note'), {}), []);
  const source = {
    ...sourceOf(upload, file(['等级']), hazards),
    ...{ map: { 等级: 'level' }, set: { note: 'n', level: 'low' } },
    values: { level: { 很大: 'high', 旧: '' } },
  };
  const sent = translated(source, hazards, () => byLabel);
  assert.deepEqual(sent.set, { note: 'n' }, 'a column is stronger');
  assert.deepEqual(sent.values, { level: { 一般: 'low', 重大: 'high', 很大: 'high' } });
});
