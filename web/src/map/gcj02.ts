/**
 * GCJ-02, the shifted system of Amap and Tencent, as geo/crs has it: the public reverse-engineered formula with the Krasovsky ellipsoid.
 * Positions are lon, lat in degrees. Outside a box around China nothing is shifted.
 */
export type LonLat = [lon: number, lat: number];

const a = 6378245;
const ee = 0.006693421622965943;
const { PI, abs, cos, sin, sqrt } = Math;

const inBox = ([lon, lat]: LonLat): boolean =>
  lon >= 72.004 && lon <= 137.8347 && lat >= 0.8293 && lat <= 55.8271;

/** GCJ-02 minus WGS 84 at a position of WGS 84. */
function shift([lon, lat]: LonLat): LonLat {
  const x = lon - 105;
  const y = lat - 35;
  const wave = ((20 * sin(6 * PI * x) + 20 * sin(2 * PI * x)) * 2) / 3;
  const root = sqrt(abs(x));
  const dLat =
    -100 +
    2 * x +
    3 * y +
    0.2 * y * y +
    0.1 * x * y +
    0.2 * root +
    wave +
    ((20 * sin(PI * y) + 40 * sin((PI * y) / 3)) * 2) / 3 +
    ((160 * sin((PI * y) / 12) + 320 * sin((PI * y) / 30)) * 2) / 3;
  const dLon =
    300 +
    x +
    2 * y +
    0.1 * x * x +
    0.1 * x * y +
    0.1 * root +
    wave +
    ((20 * sin(PI * x) + 40 * sin((PI * x) / 3)) * 2) / 3 +
    ((150 * sin((PI * x) / 12) + 300 * sin((PI * x) / 30)) * 2) / 3;
  const phi = (lat * PI) / 180;
  const m = 1 - ee * sin(phi) ** 2;
  const s = sqrt(m);
  return [(dLon * 180) / ((a / s) * cos(phi) * PI), (dLat * 180) / (((a * (1 - ee)) / (m * s)) * PI)];
}

/** A position of WGS 84 in GCJ-02. */
export function toGcj02(at: LonLat): LonLat {
  if (!inBox(at)) return at;
  const [dLon, dLat] = shift(at);
  return [at[0] + dLon, at[1] + dLat];
}

/** A position of GCJ-02 in WGS 84, to less than a hundredth of a millimetre. */
export function fromGcj02(at: LonLat): LonLat {
  let found: LonLat = at;
  for (let round = 0; round < 5; round++) {
    const [dLon, dLat] = shift(found);
    found = [at[0] - dLon, at[1] - dLat];
  }
  return inBox(found) ? found : at;
}
