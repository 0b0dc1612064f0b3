/** What the sheet shows of a working set. */
import type { DrawnLine, DrawnPart, Handle, Wrong } from '../map/edit/surface';
import { shortName } from '../map/label';
import type { Finding } from '../plans/plan';
import { areaOf, degrees, same, type Area, type Vertex } from './lattice';
import { layerOf, type Part, type Partition } from './partition';
import type { Outcome } from './outcome';

/** Rings in degrees that say their first vertex again. */
function ringsOf(area: Area): DrawnPart['rings'] {
  return area.map((polygon) => polygon.map((ring) => [...ring, ...ring.slice(0, 1)].map(degrees)));
}

export function drawnPart(part: Part): DrawnPart {
  return {
    id: part.id,
    rings: ringsOf(part.area),
    group: part.community,
    label: shortName(part.name, part.code),
    role: part.fixed && part.kind === 'base' ? 'fixed' : part.kind,
  };
}

export function drawnLine(kind: string, line: readonly Vertex[]): DrawnLine {
  return { kind, line: line.map(degrees) };
}

/** The corners of a part, and which of them may be moved. */
export function handlesOf(partition: Partition, part: Part, current: Vertex | null): Handle[] {
  const layer = layerOf(part);
  return partition.corners(part).map((at) => {
    const free = partition.lock(layer, at) === null;
    const chosen = current !== null && same(at, current);
    return { at: degrees(at), role: chosen ? 'current' : free ? 'free' : 'locked' };
  });
}

/** Where the last stroke was refused, and the errors of the draft. */
export function wrongOf(outcome: Outcome | null, findings: readonly Finding[]): Wrong[] {
  const errors = findings
    .filter(({ open }) => open)
    .map(({ at, polygon, rule }) => ({ at, rings: polygon && ringsOf(areaOf(polygon)), text: rule }));
  const spot = outcome?.kind === 'refused' ? outcome.problem.at : null;
  return spot === null ? errors : [...errors, { at: spot, rings: null, text: '' }];
}
