import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromTop } from './chain';

const of = (level: string) => ({ level, code: level, name: level });

test('the chain runs from the city down, whatever the order given', () => {
  const given = ['community', 'street', 'county', 'city'].map(of);
  assert.deepEqual(
    fromTop(given).map((division) => division.level),
    ['city', 'county', 'street', 'community'],
  );
  assert.equal(given[0]?.level, 'community', 'the given list stays as it was');
});

test('a level of another scheme comes last', () => {
  assert.deepEqual(
    fromTop([of('block'), of('city')]).map((division) => division.level),
    ['city', 'block'],
  );
});
