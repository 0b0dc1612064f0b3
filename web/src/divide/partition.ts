/**
 * The partition that is drawn on: grids and void areas that share their borders vertex for vertex. Whatever moves a vertex here moves
 * it in every part that has it. The server decides what becomes of a border; this knows it beforehand while somebody drags.
 */
import type { Geometry } from '../api';
import { areaOf, cross, inside, keyOf, nearestOn, same, type Area, type Vertex } from './lattice';

/** A grid or void area. */
export interface Part {
  /** Kind and code: void areas have codes of their own. */
  id: string;
  kind: 'base' | 'dedicated' | 'void';
  code: string;
  name: string;
  community: string;
  households: number | null;
  areaM2: number;
  /** There for its borders with the others alone. */
  fixed: boolean;
  area: Area;
}

/** A part as the server sends it; without a geometry where it is gone. */
export interface PartFeature {
  geometry: Geometry | null;
  properties: {
    kind: string;
    code: string;
    name: string;
    community_code: string;
    area_m2?: number;
    households?: number | null;
    fixed?: boolean;
  };
}

/** Dedicated grids lie over the others and share no borders with them. */
export type Layer = 'tiling' | 'dedicated';

/** Why a border cannot be moved: it is the county's, one of communities, or of grids that are not all here. */
export type Lock = 'outline' | 'community' | 'fixed';

/** An edge of a border, from a part's corner to the next. */
export interface Edge {
  a: Vertex;
  b: Vertex;
}

export const layerOf = ({ kind }: Pick<Part, 'kind'>): Layer =>
  kind === 'dedicated' ? 'dedicated' : 'tiling';

/** A neighbour of a vertex along a border, and the parts beside that edge. */
interface Spoke {
  to: Vertex;
  parts: Part[];
}

export class Partition {
  readonly #parts = new Map<string, Part>();
  /** The parts at each vertex, by layer and key. */
  readonly #at: Record<Layer, Map<string, Set<string>>> = { tiling: new Map(), dedicated: new Map() };

  constructor(features: readonly PartFeature[]) {
    this.apply(features);
  }

  get size(): number {
    return this.#parts.size;
  }

  /** All parts, those that can be drawn on first, by code. */
  all(): Part[] {
    return [...this.#parts.values()].sort(
      (p, q) => Number(p.fixed) - Number(q.fixed) || (p.code < q.code ? -1 : 1),
    );
  }

  get(id: string): Part | undefined {
    return this.#parts.get(id);
  }

  /** Takes over what the server has made of parts. What is new can be drawn on. */
  apply(features: readonly PartFeature[]): void {
    for (const { geometry, properties: p } of features) {
      const id = `${p.kind} ${p.code}`;
      const before = this.#parts.get(id);
      if (before !== undefined) this.#remove(before);
      if (geometry === null) continue;
      this.#add({
        ...{ id, kind: p.kind as Part['kind'], code: p.code, name: p.name, community: p.community_code },
        households: p.households ?? null,
        areaM2: p.area_m2 ?? 0,
        fixed: p.fixed ?? before?.fixed ?? false,
        area: areaOf(geometry),
      });
    }
  }

  /** The part about a point, a dedicated grid before those that it lies over. */
  about(p: Vertex, kinds: readonly Part['kind'][] = ['dedicated', 'base', 'void']): Part | undefined {
    const found = [...this.#parts.values()].filter(
      (part) => kinds.includes(part.kind) && inside(part.area, p),
    );
    return kinds.map((kind) => found.find((part) => part.kind === kind)).find((part) => part !== undefined);
  }

  /** The parts that have a vertex. */
  having(layer: Layer, at: Vertex): Part[] {
    return [...(this.#at[layer].get(keyOf(at)) ?? [])].flatMap((id) => this.#parts.get(id) ?? []);
  }

  /** The nearest vertex within metres. */
  vertexNear(layer: Layer, p: Vertex, withinM: number): Vertex | null {
    let [best, bestM]: [Vertex | null, number] = [null, withinM];
    this.#eachEdge(layer, p, withinM, (a) => {
      const { distanceM } = nearestOn(p, a, a);
      if (distanceM <= bestM) [best, bestM] = [a, distanceM];
    });
    return best;
  }

  /** The nearest edge within metres. */
  edgeNear(layer: Layer, p: Vertex, withinM: number): Edge | null {
    let [best, bestM]: [Edge | null, number] = [null, withinM];
    this.#eachEdge(layer, p, withinM, (a, b) => {
      const { distanceM } = nearestOn(p, a, b);
      if (distanceM <= bestM) [best, bestM] = [{ a, b }, distanceM];
    });
    return best;
  }

  /** How many borders meet in a vertex: two where one runs through. */
  degree(layer: Layer, at: Vertex): number {
    return this.#star(layer, at).length;
  }

  /** Why a vertex must stay, null where it may move. */
  lock(layer: Layer, at: Vertex): Lock | null {
    return lockOf(layer, this.#star(layer, at));
  }

  /** Why an edge must stay, null where it may be bent. */
  lockOfEdge(layer: Layer, { a, b }: Edge): Lock | null {
    return lockOf(
      layer,
      this.#star(layer, a).filter(({ to }) => same(to, b)),
    );
  }

  /** Whether a vertex may be taken out: one border alone runs through it. */
  removable(layer: Layer, at: Vertex): boolean {
    return this.lock(layer, at) === null && this.degree(layer, at) === 2;
  }

  /** The parts beside an edge. */
  beside(layer: Layer, { a, b }: Edge): Part[] {
    return this.#star(layer, a).find(({ to }) => same(to, b))?.parts ?? [];
  }

  /** The parts that have a border in common with one, by code. Of a dedicated grid: the base grids at its corners and about them. */
  around(part: Part): Part[] {
    const found = new Map<string, Part>();
    for (const ring of part.area.flat()) {
      for (const [i, a] of ring.entries()) {
        const b = ring[(i + 1) % ring.length] ?? a;
        const below = part.kind === 'dedicated' ? this.about(a, ['base']) : undefined;
        for (const one of below ? [below] : this.beside(layerOf(part), { a, b })) found.set(one.id, one);
      }
    }
    found.delete(part.id);
    return [...found.values()].sort((p, q) => (p.code < q.code ? -1 : 1));
  }

  /** The corners of a part, each once. */
  corners(part: Part): Vertex[] {
    return part.area.flat(2);
  }

  /** The parts as they are when a vertex is elsewhere. */
  moved(layer: Layer, from: Vertex, to: Vertex): Part[] {
    return this.having(layer, from).map((part) => redrawn(part, (v) => [same(v, from) ? to : v]));
  }

  /** The parts as they are when an edge is bent to pass through a point. */
  bent(layer: Layer, edge: Edge, via: Vertex): Part[] {
    return this.beside(layer, edge).map((part) =>
      redrawn(part, (v, next) => (isEdge(edge, v, next) ? [v, via] : [v])),
    );
  }

  /** Where a border would cross another if a vertex were elsewhere, null where none does. */
  foldOfMove(layer: Layer, from: Vertex, to: Vertex): Vertex | null {
    const edges = this.#star(layer, from).map((spoke) => ({ a: to, b: spoke.to }));
    return this.#crossing(layer, edges, (a, b) => same(a, from) || same(b, from));
  }

  /** Where a border would cross another if an edge were bent. */
  foldOfBend(layer: Layer, edge: Edge, via: Vertex): Vertex | null {
    const edges = [
      { a: edge.a, b: via },
      { a: via, b: edge.b },
    ];
    return this.#crossing(layer, edges, (a, b) => isEdge(edge, a, b));
  }

  #crossing(layer: Layer, edges: Edge[], gone: (a: Vertex, b: Vertex) => boolean): Vertex | null {
    for (const { a, b } of edges) {
      if (same(a, b)) return a;
      let at: Vertex | null = null;
      const middle = { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
      const reachM = nearestOn(middle, a, a).distanceM + 1;
      this.#eachEdge(layer, middle, reachM, (c, d) => {
        if (at === null && !gone(c, d) && cross(a, b, c, d)) at = nearestOn(a, c, d).at;
      });
      if (at !== null) return at;
    }
    return null;
  }

  /** Calls back for the edges of parts whose boxes come within metres of a point: a shared one for each part that has it. */
  #eachEdge(layer: Layer, p: Vertex, withinM: number, visit: (a: Vertex, b: Vertex) => void): void {
    for (const part of this.#parts.values()) {
      if (layerOf(part) !== layer || !near(part, p, withinM)) continue;
      for (const ring of part.area.flat()) {
        let a = ring[ring.length - 1];
        for (const b of ring) {
          if (a !== undefined) visit(a, b);
          a = b;
        }
      }
    }
  }

  /** The edges that meet in a vertex. */
  #star(layer: Layer, at: Vertex): Spoke[] {
    const spokes = new Map<string, Spoke>();
    for (const part of this.having(layer, at)) {
      for (const to of neighboursIn(part, at)) {
        const spoke = spokes.get(keyOf(to)) ?? { to, parts: [] };
        spoke.parts.push(part);
        spokes.set(keyOf(to), spoke);
      }
    }
    return [...spokes.values()];
  }

  #add(part: Part): void {
    this.#parts.set(part.id, part);
    const index = this.#at[layerOf(part)];
    for (const v of part.area.flat(2)) {
      const key = keyOf(v);
      const ids = index.get(key);
      if (ids === undefined) index.set(key, new Set([part.id]));
      else ids.add(part.id);
    }
  }

  #remove(part: Part): void {
    this.#parts.delete(part.id);
    const index = this.#at[layerOf(part)];
    for (const v of part.area.flat(2)) {
      const ids = index.get(keyOf(v));
      ids?.delete(part.id);
      if (ids?.size === 0) index.delete(keyOf(v));
    }
  }
}

/** Whether an edge is the one between two vertices, whichever way it runs. */
export const isEdge = ({ a, b }: Edge, v: Vertex, w: Vertex): boolean =>
  (same(a, v) && same(b, w)) || (same(a, w) && same(b, v));

function lockOf(layer: Layer, spokes: readonly Spoke[]): Lock | null {
  const parts = spokes.flatMap((spoke) => spoke.parts);
  if (parts.every((part) => part.fixed)) return 'fixed'; // what lies beyond them is not here
  if (layer === 'tiling') {
    if (spokes.some((spoke) => spoke.parts.length < 2)) return 'outline';
    if (spokes.some(({ parts: [p, q] }) => p?.community !== q?.community)) return 'community';
  }
  return null;
}

/** The vertices before and after one in the rings of a part. */
function neighboursIn({ area }: Part, at: Vertex): Vertex[] {
  return area.flat().flatMap((ring) =>
    ring.flatMap((v, i) => {
      const [before, after] = [ring.at(i - 1), ring[(i + 1) % ring.length]];
      return same(v, at) && before && after ? [before, after] : [];
    }),
  );
}

/** The part with each corner replaced by some. */
function redrawn(part: Part, by: (v: Vertex, next: Vertex) => Vertex[]): Part {
  const area = part.area.map((polygon) =>
    polygon.map((ring) => ring.flatMap((v, i) => by(v, ring[(i + 1) % ring.length] ?? v))),
  );
  return { ...part, area };
}

const boxes = new WeakMap<Area, [number, number, number, number]>();

/** Whether the box of a part comes within metres of a point. */
function near({ area }: Part, p: Vertex, withinM: number): boolean {
  let box = boxes.get(area);
  if (box === undefined) {
    box = [Infinity, Infinity, -Infinity, -Infinity];
    for (const { x, y } of area.flat(2)) {
      box = [Math.min(box[0], x), Math.min(box[1], y), Math.max(box[2], x), Math.max(box[3], y)];
    }
    boxes.set(area, box);
  }
  const inBox = {
    x: Math.max(box[0], Math.min(box[2], p.x)),
    y: Math.max(box[1], Math.min(box[3], p.y)),
  };
  return nearestOn(p, inBox, inBox).distanceM <= withinM;
}
