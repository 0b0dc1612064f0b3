import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { knownWarnings, warningKey } from './warnings';

const intake = new URL('../../../grid/intake/', import.meta.url);
const source = readdirSync(intake)
  .filter((name) => name.endsWith('.go') && !name.endsWith('_test.go'))
  .map((name) => readFileSync(new URL(name, intake), 'utf8'))
  .join('\n');

for (const [part, key] of knownWarnings) {
  test(`warnings/${part}`, () => {
    assert.ok(source.includes(part), 'the server says so');
    assert.equal(warningKey(`roads: ${part} …`), key);
  });
}

test('a warning that is not known has a text', () => {
  assert.equal(warningKey('something new'), 'warn_other');
});
