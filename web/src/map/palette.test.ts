import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { otherSign, placeSigns, readPalette, signOf, signPoints, tintOf } from './palette';

const sheet = readFileSync(new URL('../app.css', import.meta.url), 'utf8');

test('every colour of the palette stands in the style sheet, light and dark', () => {
  const asked: string[] = [];
  readPalette({ getPropertyValue: (name) => (asked.push(name), '') });
  assert.ok(asked.length > 10);
  for (const name of asked) assert.equal(sheet.split(`${name}:`).length - 1, 2, name);
});

test('a community keeps its tint, and all tints are used', () => {
  const tints = ['a', 'b', 'c', 'd', 'e', 'f'];
  const codes = Array.from({ length: 200 }, (_, i) => `320211001${String(i).padStart(3, '0')}`);
  assert.equal(tintOf('320211001001', tints), tintOf('320211001001', tints));
  assert.deepEqual([...new Set(codes.map((code) => tintOf(code, tints)))].sort(), tints);
});

test('no two kinds of place share shape and colour', () => {
  const signs = Object.values(placeSigns).map((sign) => JSON.stringify(sign));
  assert.equal(new Set(signs).size, signs.length);
  assert.equal(signOf('a kind of tomorrow'), otherSign);
});

test('signPoints stands a triangle on its side, point up', () => {
  assert.equal(signPoints({ colour: '', corners: 3, turn: 0 }, 6), '6.0,0.0 11.2,9.0 0.8,9.0');
});

test('the classes of a figure are told apart and ordered, light and dark, by everybody', () => {
  for (const theme of [0, 1]) {
    const ramp = [1, 2, 3, 4, 5, 6, 7].map((n) => {
      const [, hex = ''] = sheet.split(`--map-class-${n}:`)[theme + 1]?.match(/^ (#\w{6});/) ?? [];
      return hex;
    });
    const light = ramp.map((hex) => luminance(linear(hex)));
    const ordered = [...light].sort((a, b) => (theme === 0 ? b - a : a - b));
    assert.deepEqual(light, ordered);
    for (const [who, matrix] of Object.entries(deficiencies)) {
      ramp.slice(1).forEach((hex, i) => {
        const far = distance(lab(seen(linear(ramp[i] ?? ''), matrix)), lab(seen(linear(hex), matrix)));
        assert.ok(far > 9, `${who}: ${ramp[i]} and ${hex} are ${far.toFixed(1)} apart`);
      });
    }
  }
});

type Triple = [number, number, number];

/** What is seen with a colour deficiency: Machado, Oliveira, Fernandes, IEEE TVCG 15 (2009), severity 1, in linear RGB. */
const deficiencies: Record<string, readonly Triple[]> = {
  everybody: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

function linear(hex: string): Triple {
  return [1, 3, 5].map((at) => {
    const c = parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as Triple;
}

function seen(rgb: Triple, matrix: readonly Triple[]): Triple {
  return matrix.map((row) => {
    return Math.min(1, Math.max(0, row[0] * rgb[0] + row[1] * rgb[1] + row[2] * rgb[2]));
  }) as Triple;
}

const luminance = ([r, g, b]: Triple): number => 0.2126 * r + 0.7152 * g + 0.0722 * b;

/** CIE L*a*b* of linear sRGB, white D65. */
function lab([r, g, b]: Triple): Triple {
  const f = (t: number): number => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);
  const x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505);
  const y = f(luminance([r, g, b]));
  const z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

const distance = (a: Triple, b: Triple): number => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
