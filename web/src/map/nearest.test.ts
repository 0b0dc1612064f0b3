import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FeatureLike } from 'ol/Feature';
import { nearestCode } from './nearest';

const feature = (code: unknown, x: number, y: number): FeatureLike =>
  ({ get: () => code, getGeometry: () => ({ getExtent: () => [x, y, x, y] }) }) as unknown as FeatureLike;

test('the nearest one with a code is meant, a crowd has none', () => {
  const features = [
    feature('far', 9, 9),
    feature(undefined, 1, 1),
    feature('near', 2, 2),
    feature('other', 3, 0),
  ];
  assert.equal(nearestCode(features, [1, 1]), 'near');
  assert.equal(nearestCode(features.slice(1, 2), [1, 1]), null);
  assert.equal(nearestCode([], [1, 1]), null);
});
