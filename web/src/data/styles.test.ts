import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { validateStyleMin, type StyleSpecification } from '@maplibre/maplibre-gl-style-spec';

// The styles as the server's own test has them.
const folder = new URL('../../../api/testdata/styles/', import.meta.url);

for (const name of readdirSync(folder)) {
  test(`${name} is a style of MapLibre`, () => {
    const style = JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as StyleSpecification;
    assert.deepEqual(
      validateStyleMin(style).map((e) => e.message),
      [],
    );
    assert.ok(style.layers.length > 10);
  });
}
