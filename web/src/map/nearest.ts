import type { FeatureLike } from 'ol/Feature';

/**
 * The code of the nearest feature that has one, null for none. OpenLayers could tell what was drawn at a pixel; but it would read the
 * canvas for that, of which browsers complain.
 */
export function nearestCode(
  features: readonly FeatureLike[],
  [x = 0, y = 0]: readonly number[],
): string | null {
  let [best, nearest]: [string | null, number] = [null, Infinity];
  for (const feature of features) {
    const code: unknown = feature.get('code');
    const [west = 0, south = 0, east = 0, north = 0] = feature.getGeometry()?.getExtent() ?? [];
    const distance = Math.hypot((west + east) / 2 - x, (south + north) / 2 - y);
    if (typeof code === 'string' && distance < nearest) [best, nearest] = [code, distance];
  }
  return best;
}
