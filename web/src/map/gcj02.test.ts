import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromGcj02, toGcj02, type LonLat } from './gcj02';

/** What geo/crs gives, which is tested against published vectors: WGS 84, then GCJ-02. */
const vectors: [string, LonLat, LonLat][] = [
  ['Anyang', [114.35, 36.1], [114.356052592976, 36.100124772069]],
  ['Hohhot', [111.75, 40.84], [111.756917742212, 40.841445171349]],
  ['Wuxi', [120.31, 31.49], [120.314605824977, 31.488107226313]],
  ['Beijing', [116.42079, 39.90105], [116.427022076137, 39.902446307851]],
  ['Kashgar', [75.99, 39.47], [75.992955638165, 39.470227496771]],
];

for (const [name, wgs, gcj] of vectors) {
  test(`GCJ-02 of ${name} is that of the server, there and back`, () => {
    const there = toGcj02(wgs);
    const back = fromGcj02(there);
    for (const i of [0, 1] as const) {
      assert.ok(Math.abs(there[i] - gcj[i]) < 1e-10, `${there} for ${gcj}`);
      assert.ok(Math.abs(back[i] - wgs[i]) < 1e-10, `${back} for ${wgs}`);
    }
  });
}

test('nothing is shifted outside China', () => {
  assert.deepEqual(toGcj02([2.35, 48.85]), [2.35, 48.85]);
  assert.deepEqual(fromGcj02([2.35, 48.85]), [2.35, 48.85]);
});

test('what is drawn in web mercator over GCJ-02 comes back to the same vertex of the lattice', () => {
  const [radius, rad] = [6378137, Math.PI / 180];
  for (let i = 0; i < 2000; i++) {
    const [x, y] = [750_000_000 + 290_017 * i, 180_000_000 + 170_003 * i];
    const [lon, lat] = toGcj02([x / 1e7, y / 1e7]);
    const drawn = [radius * lon * rad, radius * Math.log(Math.tan(Math.PI / 4 + (lat * rad) / 2))] as const;
    const back = fromGcj02([
      drawn[0] / radius / rad,
      (2 * Math.atan(Math.exp(drawn[1] / radius)) - Math.PI / 2) / rad,
    ]);
    assert.deepEqual([Math.round(back[0] * 1e7), Math.round(back[1] * 1e7)], [x, y]);
  }
});
