/** A draft made ready to be drawn and listed: its parts before and after, and the borders that are given up and new. */
import type { Geometry, Position } from '../api';
import type { Change, DraftFeatures } from './plan';

/** A grid or void area that a plan changes. */
export interface DraftPart {
  kind: string;
  code: string;
  /** As it becomes; of a retired one as it was. */
  name: string;
  change: Change;
  /** The communities that it was in and will be in. */
  communities: string[];
  before: Geometry | null;
  after: Geometry | null;
  areaM2: { before: number; after: number };
  households: { before: number | null; after: number | null };
}

/** Borders that are there only before, and only after. */
export interface ChangedBorders {
  old: Position[][];
  new: Position[][];
}

export interface Draft extends ChangedBorders {
  parts: DraftPart[];
}

/** Reads the answer of the server; parts stay in its order. */
export function draftOf({ features }: DraftFeatures): Draft {
  const parts = new Map<string, DraftPart>();
  for (const { geometry, properties: p } of features) {
    const key = `${p.kind} ${p.code}`;
    const part = parts.get(key) ?? {
      ...{
        kind: p.kind,
        code: p.code,
        name: p.name,
        change: p.change,
        communities: [],
        before: null,
        after: null,
      },
      areaM2: { before: 0, after: 0 },
      households: { before: null, after: null },
    };
    part[p.state] = geometry;
    if (!part.communities.includes(p.community_code)) part.communities.push(p.community_code);
    part.areaM2[p.state] = p.area_m2 ?? 0;
    part.households[p.state] = p.households ?? null;
    if (p.state === 'after') part.name = p.name;
    parts.set(key, part);
  }
  const all = [...parts.values()];
  return { parts: all, ...changedBorders(all) };
}

/** Where a part is to be looked at: as it becomes, or where it was. */
export function shapeOf(part: DraftPart): Geometry | null {
  return part.after ?? part.before;
}

/**
 * The borders that differ. Shared borders have the same vertices on both sides, so edges are compared as they are; those of
 * dedicated grids apart from those of base grids and void areas, which lie beneath them.
 */
export function changedBorders(
  parts: readonly Pick<DraftPart, 'kind' | 'before' | 'after'>[],
): ChangedBorders {
  const lines: ChangedBorders = { old: [], new: [] };
  for (const dedicated of [false, true]) {
    const layer = parts.filter((part) => (part.kind === 'dedicated') === dedicated);
    const before = layer.flatMap((part) => rings(part.before));
    const after = layer.flatMap((part) => rings(part.after));
    // A border that only got or lost a vertex is the same border.
    const same = new Set([...bentEdges(before, after), ...bentEdges(after, before)]);
    lines.old.push(...runs(before, new Set([...edgesOf(after), ...same])));
    lines.new.push(...runs(after, new Set([...edgesOf(before), ...same])));
  }
  return lines;
}

function rings(geometry: Geometry | null): Position[][] {
  if (geometry?.type === 'Polygon') return geometry.coordinates as Position[][];
  if (geometry?.type === 'MultiPolygon') return (geometry.coordinates as Position[][][]).flat();
  return [];
}

function edgesOf(all: Position[][]): Set<string> {
  return new Set(all.flatMap((ring) => ring.slice(1).map((b, i) => edge(ring[i] ?? b, b))));
}

/** An edge by its ends, whichever way it runs. */
function edge(a: Position, b: Position): string {
  return a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]) ? `${a} ${b}` : `${b} ${a}`;
}

/** The edges of `whole` along which `split` has more vertices, and the edges that it has there. */
function bentEdges(whole: Position[][], split: Position[][]): string[] {
  const gone = neighbours(whole, edgesOf(split));
  const come = neighbours(split, edgesOf(whole));
  return [...gone.values()].flatMap(({ at, next }) =>
    next.flatMap((to) => {
      const edges = straight(come, at, to);
      return edges.length === 0 ? [] : [edge(at, to), ...edges];
    }),
  );
}

type Neighbours = Map<string, { at: Position; next: Position[] }>;

/** The vertices that each vertex is joined to by an edge that is not among those. */
function neighbours(all: Position[][], without: Set<string>): Neighbours {
  const found: Neighbours = new Map();
  const join = (at: Position, to: Position): void => {
    const entry = found.get(String(at)) ?? { at, next: [] };
    entry.next.push(to);
    found.set(String(at), entry);
  };
  for (const ring of all) {
    for (const [i, b] of ring.slice(1).entries()) {
      const a = ring[i] ?? b;
      if (without.has(edge(a, b))) continue;
      join(a, b);
      join(b, a);
    }
  }
  return found;
}

/** The edges that lead from one vertex straight to another; none where none do. */
function straight(by: Neighbours, from: Position, to: Position): string[] {
  const edges: string[] = [];
  let last = from;
  let far = 0;
  while (String(last) !== String(to)) {
    const on = by.get(String(last))?.next.find((p) => {
      const { along, beside } = measure(p, from, to);
      return String(p) === String(to) || (beside <= unit && along > far && along < 1);
    });
    if (on === undefined) return [];
    edges.push(edge(last, on));
    far = measure(on, from, to).along;
    last = on;
  }
  return edges;
}

/** How far rounding puts a vertex beside the border that it lies on, at most, in degrees. */
const unit = 2e-7;

/** Where p stands by the line from a to b: along it, 0 at a and 1 at b, and beside it, in degrees. */
function measure(p: Position, a: Position, b: Position): { along: number; beside: number } {
  const [dx, dy, px, py] = [b[0] - a[0], b[1] - a[1], p[0] - a[0], p[1] - a[1]];
  const length = Math.hypot(dx, dy);
  return { along: (px * dx + py * dy) / length ** 2, beside: Math.abs(px * dy - py * dx) / length };
}

/** The edges of rings without those edges, each once, joined where one follows another: a broken line needs length. */
function runs(all: Position[][], without: Set<string>): Position[][] {
  const drawn = new Set(without);
  const lines: Position[][] = [];
  for (const ring of all) {
    let line: Position[] | null = null;
    for (const [i, b] of ring.slice(1).entries()) {
      const a = ring[i] ?? b;
      const key = edge(a, b);
      if (drawn.has(key)) {
        line = null;
        continue;
      }
      drawn.add(key);
      if (line === null) lines.push((line = [a]));
      line.push(b);
    }
  }
  return lines;
}
