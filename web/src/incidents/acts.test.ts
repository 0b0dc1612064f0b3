import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { emptyInput, formOf, isPlain, missing, orderOf } from './acts';

/** The acts and what they need, as the server's own table has them. */
function serverTable(): Map<string, string[]> {
  const source = readFileSync(new URL('../../../grid/incidentact.go', import.meta.url), 'utf8');
  const names = new Map(
    [...source.matchAll(/(Incident\w+)\s+IncidentAct = "(\w+)"/g)].map(([, go = '', act = '']) => [go, act]),
  );
  const table = new Map<string, string[]>();
  for (const [, go = '', rest = ''] of source.matchAll(/\{Act: (Incident\w+),(.*)\},?\n/g)) {
    const needs = /Needs: \[\]string\{(.*?)\}/.exec(rest)?.[1] ?? '';
    table.set(
      names.get(go) ?? go,
      [...needs.matchAll(/"(\w+)"/g)].map(([, need = '']) => need),
    );
  }
  return table;
}

test('every act of the server has a form that asks for what it needs', () => {
  const table = serverTable();
  assert.ok(table.size > 20, String(table.size));
  for (const [act, needs] of table) assert.deepEqual([...formOf(act).needs].sort(), [...needs].sort(), act);
});

test('an act that this page does not know may be given a reason', () => {
  assert.deepEqual(formOf('toString'), { needs: [], may: ['reason'] });
  assert.equal(isPlain('toString'), false);
  assert.equal(isPlain('accept'), true);
});

test('what is missing is said in the order of the form', () => {
  const input = { ...emptyInput };
  assert.equal(missing('supervise', input, false), 'supervision');
  assert.equal(missing('supervise', { ...input, supervision: 'deadline' }, false), 'reason');
  assert.equal(missing('supervise', { ...input, supervision: 'deadline', reason: ' ' }, false), 'reason');
  assert.equal(missing('start', input, false), null);
});

test('a transfer needs somewhere to go', () => {
  const input = { ...emptyInput, reason: '不属本区' };
  assert.equal(missing('transfer', input, false), 'unit');
  assert.equal(missing('transfer', input, true), null);
  assert.equal(missing('transfer', { ...input, unit: 'grid:1' }, false), null);
});

test('an order has what its act has a use for, and nothing empty', () => {
  const input = {
    ...emptyInput,
    unit: 'grid:1',
    reason: ' 请处置 ',
    satisfaction: '4',
    deadline: '2026-11-23T08:00',
  };
  assert.deepEqual(orderOf('assign', input), { act: 'assign', unit: 'grid:1', reason: '请处置' });
  assert.deepEqual(orderOf('feedback', input), { act: 'feedback', satisfaction: 4, reason: '请处置' });
  assert.deepEqual(orderOf('start', input), { act: 'start' });
  const { deadline } = orderOf('supervise', { ...input, supervision: 'deadline' });
  assert.equal(Date.parse(String(deadline)), new Date(2026, 10, 23, 8).getTime());
});
