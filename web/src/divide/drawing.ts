/** What the sheet shows of a working set. */
import type { DrawnLine, DrawnPart, Handle, Wrong } from '../map/edit/surface';
import { shortName } from '../map/label';
import type { Change, Finding } from '../plans/plan';
import { areaOf, closedRings, degrees, same, type Vertex } from './lattice';
import { layerOf, type Part, type Partition } from './partition';
import type { Outcome } from './outcome';

/** A part, and what the draft has made of it. */
export function drawnPart(part: Part, change: Change | null = null): DrawnPart {
  return {
    id: part.id,
    rings: closedRings(part.area),
    group: part.community,
    label: shortName(part.name, part.code),
    role: part.fixed && part.kind === 'base' ? 'fixed' : part.kind,
    change,
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
    .map(({ at, polygon, rule }) => ({ at, rings: polygon && closedRings(areaOf(polygon)), text: rule }));
  const spot = outcome?.kind === 'refused' ? outcome.problem.at : null;
  return spot === null ? errors : [...errors, { at: spot, rings: null, text: '' }];
}
