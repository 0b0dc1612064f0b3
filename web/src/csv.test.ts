import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csvOf, fileName } from './csv';

test('what a spreadsheet would compute is a text', () => {
  const rows = [
    ['名称', 'n'],
    ['=HYPERLINK("x")', -1.5],
    ["'a", null],
    ['a,b\n', 0],
  ];
  assert.equal(csvOf(rows), `\ufeff名称,n\r\n"'=HYPERLINK(""x"")",-1.5\r\n''a,\r\n"a,b\n",0\r\n`);
});

test('a file has a name that every system takes', () => {
  assert.equal(
    fileName(['岚岫市', '户数: 每 km²', '2026-11-22'], 'csv'),
    '岚岫市-户数-每-km²-2026-11-22.csv',
  );
  assert.equal(fileName(['a/../b'], 'png'), 'a-..-b.png');
  assert.ok(fileName(['x'.repeat(500)], 'png').length <= 84);
});
