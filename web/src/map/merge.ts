/**
 * Points of one tile thinned out for reading: a crowd becomes discs with numbers. Nothing is left out, since every number
 * counts what it stands for.
 */

/** A point in any plane, standing for count things; source is whatever it was made from. */
export interface Crowd<T> {
  x: number;
  y: number;
  count: number;
  source: T;
}

/** A point that still is the one it was (source), or one for several (source null). */
export type Merged<T> = Crowd<T | null>;

/** From how many points in a tile on they are merged; a tile that the server counted by small squares always is. */
const crowdFrom = 600;

/** A tile of 512 pixels in blocks of about 100: room for the numbers and for names between them. */
const blocks = 5;

/** Merges the points of a tile with the given extent (west, south, east, north) block by block, if it is crowded. */
export function merge<T>(points: Crowd<T>[], extent: readonly number[]): Merged<T>[] {
  if (points.length <= crowdFrom && points.every(({ count }) => count === 1)) return points;
  const [west = 0, south = 0, east = 1, north = 1] = extent;
  const block = (at: number, from: number, to: number): number =>
    Math.min(blocks - 1, Math.max(0, Math.floor((blocks * (at - from)) / (to - from))));
  const merged = new Map<number, Merged<T>>();
  for (const point of points) {
    const key = block(point.x, west, east) * blocks + block(point.y, south, north);
    const before = merged.get(key);
    merged.set(key, before === undefined ? point : add(before, point));
  }
  return [...merged.values()];
}

/** One point for two, at their middle weighted by count. */
function add<T>(a: Merged<T>, b: Crowd<T>): Merged<T> {
  const count = a.count + b.count;
  return {
    x: (a.x * a.count + b.x * b.count) / count,
    y: (a.y * a.count + b.y * b.count) / count,
    count,
    source: null,
  };
}
