/** What a drawn point catches on: the borders of grids, roads, rivers, buildings; and the way along one of them. */
import { distanceM, keyOf, nearestOn, same, unitsOf, type Vertex } from './lattice';

/** A line to catch on; a ring says its first vertex again. */
export type Line = readonly Vertex[];

/** A point that was caught, and the lines that it lies on, with the number of the segment. */
export interface Caught {
  at: Vertex;
  on: readonly { line: Line; segment: number }[];
}

/** The side of a cell of the index, in units: some 100 m. */
const cell = 10_000;
/** A segment over more cells than that is looked at always. */
const maxCells = 400;

interface Segment {
  line: Line;
  segment: number;
  a: Vertex;
  b: Vertex;
}

export class Catcher {
  readonly #cells = new Map<string, Segment[]>();
  readonly #long: Segment[] = [];

  /** Catches on lines, and on what another one catches. */
  constructor(
    lines: Iterable<Line>,
    private readonly below?: Catcher,
  ) {
    for (const line of lines) {
      for (let i = 1; i < line.length; i++) {
        const [a, b] = [line[i - 1], line[i]];
        if (a !== undefined && b !== undefined) this.#put({ line, segment: i - 1, a, b });
      }
    }
  }

  /**
   * What is nearest to p within metres: a vertex before the edges. Segments for which `without` says so are not there, such as those
   * that move.
   */
  catch(p: Vertex, withinM: number, without?: (a: Vertex, b: Vertex) => boolean): Caught | null {
    let vertex: { at: Vertex; m: number } | null = null;
    let edge: { at: Vertex; m: number } | null = null;
    const near = this.#near(p, withinM).filter(({ a, b }) => !without?.(a, b));
    for (const { a, b } of near) {
      for (const end of [a, b]) {
        const m = distanceM(p, end);
        if (m <= (vertex?.m ?? withinM)) vertex = { at: end, m };
      }
      const on = nearestOn(p, a, b);
      if (on.distanceM <= (edge?.m ?? withinM)) edge = { at: on.at, m: on.distanceM };
    }
    const at = vertex?.at ?? edge?.at;
    if (at === undefined) return null;
    return {
      at,
      on: near.filter(({ a, b }) => liesOn(at, a, b)).map(({ line, segment }) => ({ line, segment })),
    };
  }

  #near(p: Vertex, withinM: number): Segment[] {
    const reach = 2 * unitsOf(withinM) + 1; // a unit of longitude may be half as long, up to 60 degrees
    const found = new Set<Segment>(this.#long);
    for (const key of cellsOf(p.x - reach, p.y - reach, p.x + reach, p.y + reach)) {
      for (const segment of this.#cells.get(key) ?? []) found.add(segment);
    }
    return [...found, ...(this.below === undefined ? [] : this.below.#near(p, withinM))];
  }

  #put(segment: Segment): void {
    const { a, b } = segment;
    const keys = cellsOf(Math.min(a.x, b.x), Math.min(a.y, b.y), Math.max(a.x, b.x), Math.max(a.y, b.y));
    if (keys.length > maxCells) return void this.#long.push(segment);
    for (const key of keys) {
      const there = this.#cells.get(key);
      if (there === undefined) this.#cells.set(key, [segment]);
      else there.push(segment);
    }
  }
}

function cellsOf(west: number, south: number, east: number, north: number): string[] {
  const keys: string[] = [];
  const [left, right] = [Math.floor(west / cell), Math.floor(east / cell)];
  const [low, high] = [Math.floor(south / cell), Math.floor(north / cell)];
  if ((right - left + 1) * (high - low + 1) > 100 * maxCells) return new Array<string>(maxCells + 1).fill('');
  for (let x = left; x <= right; x++) for (let y = low; y <= high; y++) keys.push(`${x},${y}`);
  return keys;
}

/** Whether a vertex lies on a segment, as exactly as rounding lets it. */
function liesOn(at: Vertex, a: Vertex, b: Vertex): boolean {
  const { at: nearest } = nearestOn(at, a, b);
  return Math.abs(nearest.x - at.x) <= 1 && Math.abs(nearest.y - at.y) <= 1;
}

/** The vertices between two caught points along a line that both lie on, the shorter way round a ring; none where there is no such line. */
export function wayBetween(from: Caught, to: Caught): Vertex[] {
  let best: Vertex[] | null = null;
  for (const one of from.on) {
    const other = to.on.find(({ line }) => line === one.line);
    if (other === undefined) continue;
    for (const way of waysAlong(one.line, one.segment, other.segment)) {
      const bare = way.filter((v) => !same(v, from.at) && !same(v, to.at));
      if (best === null || length([from.at, ...bare, to.at]) < length([from.at, ...best, to.at])) best = bare;
    }
  }
  return best ?? [];
}

/** The vertices after one segment and up to another: one way along a line, two around a ring. */
function waysAlong(line: Line, from: number, to: number): Vertex[][] {
  const forward = (a: number, b: number): Vertex[] => line.slice(a + 1, b + 1);
  const straight = from <= to ? forward(from, to) : forward(to, from).reverse();
  const [first, last] = [line[0], line.at(-1)];
  if (first === undefined || last === undefined || keyOf(first) !== keyOf(last)) return [straight];
  const ring = line.slice(0, -1);
  const [low, high] = [Math.min(from, to), Math.max(from, to)];
  const round = [...ring.slice(high + 1), ...ring.slice(0, low + 1)]; // from the higher segment on
  return [straight, from >= to ? round : round.reverse()];
}

function length(line: readonly Vertex[]): number {
  return line.slice(1).reduce((sum, b, i) => sum + distanceM(line[i] ?? b, b), 0);
}
