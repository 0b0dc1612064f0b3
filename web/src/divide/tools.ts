/** The tools, and the operation that each of them sends. */
import { degrees, inside, lineOf, middleOf, polygonOf, type Vertex } from './lattice';
import type { Edge, Layer, Part, Partition } from './partition';
import type { Change } from './server';

export const tools = ['border', 'split', 'merge', 'redraw', 'give', 'cut', 'dedicated', 'void'] as const;
export type Tool = (typeof tools)[number];

/** The tools whose part is given a name when it is drawn. */
export const named: ReadonlySet<Tool> = new Set(['cut', 'dedicated', 'void']);

/** What a tool draws. */
export const draws: Readonly<Record<Tool, 'line' | 'ring' | null>> = {
  border: null,
  split: 'line',
  merge: null,
  redraw: 'line',
  give: 'ring',
  cut: 'ring',
  dedicated: 'ring',
  void: 'ring',
};

const crs = 'wgs84' as const;

/** How far from the border a drawn end is still led to it, in metres. */
const snapM = 5;

/** Vertices of dedicated grids are named by their grid: they lie over the others. */
const of = (layer: Layer, part: Part | undefined): { grid?: string } =>
  layer === 'dedicated' && part ? { grid: part.code } : {};

export function moveVertex(layer: Layer, part: Part | undefined, from: Vertex, to: Vertex): Change {
  return { op: 'shift', ...of(layer, part), vertex: degrees(from), to: degrees(to), crs };
}

export function insertVertex(layer: Layer, part: Part | undefined, at: Vertex): Change {
  const more = { action: 'insert', vertex: degrees(at), snap_m: 1 };
  return { op: 'shift', ...of(layer, part), ...more, crs };
}

export function removeVertex(layer: Layer, part: Part | undefined, at: Vertex): Change {
  return { op: 'shift', ...of(layer, part), action: 'remove', vertex: degrees(at), crs };
}

/** An edge is bent by drawing the border from end to end through a point. */
export function bend(part: Part, { a, b }: Edge, via: Vertex): Change {
  return { op: 'shift', grid: part.code, line: lineOf([a, via, b]), crs };
}

export function split(part: Part, line: readonly Vertex[]): Change {
  return { op: 'split', grid: part.code, line: lineOf(line), snap_m: snapM, crs };
}

export function redraw(part: Part, line: readonly Vertex[]): Change {
  return { op: 'shift', grid: part.code, line: lineOf(line), snap_m: snapM, crs };
}

export function merge(parts: readonly Part[]): Change {
  return { op: 'merge', grids: parts.map((part) => part.code) };
}

/** Gives an area to a grid, out of some or of any of its community. */
export function give(into: Part, area: unknown, from: readonly Part[] = []): Change {
  const named = from.length > 0 ? { from: from.map((part) => part.code) } : {};
  return { op: 'shift', into: into.code, ...named, area, crs };
}

export function cutOut(name: string, ring: readonly Vertex[]): Change {
  return { op: 'create', kind: 'base', name, area: polygonOf(ring), crs };
}

/** Makes an area one where no grid is, for a reason of the enumeration void_reason. */
export function carveVoid(name: string, reason: string, ring: readonly Vertex[]): Change {
  const named = name === '' ? {} : { name };
  return { op: 'carve_void', reason, ...named, area: polygonOf(ring), crs };
}

/** Void areas have codes of their own, so that a code alone does not say what is meant. */
export function rename({ code, kind }: Part, name: string): Change {
  return { op: 'rename', grid: code, kind, name };
}

/** Gives a whole part to another community of the county. */
export function transfer({ code }: Part, community: string): Change {
  return { op: 'transfer', grid: code, community_code: community };
}

/** Gives a whole void area to a base grid. */
export function fillVoid({ code }: Part, into: Part): Change {
  return { op: 'fill_void', grid: code, into: into.code };
}

/** Ends a dedicated grid: the base grids that it lies over are responsible again. */
export function retire({ code }: Part): Change {
  return { op: 'retire', grid: code };
}

/** What a new dedicated grid is told besides its area. */
export interface Host {
  name: string;
  kind: string;
  organization: string;
  /** The code of the worker who is posted to it; without one it cannot take effect. */
  worker: string;
}

/** What a new part needs besides its area and has not been told. */
export function wanting(tool: Tool, { name, organization }: Host): 'name' | 'host' | null {
  if ((tool === 'cut' || tool === 'dedicated') && name.trim() === '') return 'name';
  return tool === 'dedicated' && organization.trim() === '' ? 'host' : null;
}

export function layOver({ name, kind, organization, worker }: Host, ring: readonly Vertex[]): Change {
  const posted = worker === '' ? {} : { post_worker_code: worker };
  const host = { dedicated_kind: kind, host_org_code: organization, ...posted };
  return { op: 'create', kind: 'dedicated', name, ...host, area: polygonOf(ring), crs };
}

/** What a line or ring is drawn with. */
interface Drawn {
  /** The part that is chosen. */
  part: Part | undefined;
  host: Host;
  voidReason: string;
  partition: Partition;
}

/** What a line or ring means that was drawn with a tool; null where the grid that it is about is not known. */
export function changeOf(tool: Tool, path: readonly Vertex[], drawn: Drawn): Change | null {
  const { part, host, voidReason } = drawn;
  switch (tool) {
    case 'split': {
      const cut = cutBy(path, drawn);
      return cut ? split(cut, path) : null;
    }
    case 'redraw':
      return part ? redraw(part, path) : null;
    case 'give':
      return part ? give(part, polygonOf(path)) : null;
    case 'cut':
      return cutOut(host.name, path);
    case 'dedicated':
      return layOver(host, path);
    case 'void':
      return carveVoid(host.name, voidReason, path);
    default:
      return null;
  }
}

/** The grid that a line divides: the chosen one where it runs through that. */
function cutBy(path: readonly Vertex[], { part, partition }: Drawn): Part | undefined {
  const middle = middleOf(path);
  if (part && inside(part.area, middle)) return part;
  return partition.about(middle, ['dedicated', 'base']) ?? part;
}
