// What the tests of catching have in common: where a point is put for it to catch on one thing, and where it must be then.
import assert from 'node:assert/strict';
import type { Geometry, Position } from '../src/api';
import { degrees, distanceM, linesOf, nearestOn, same, type Vertex } from '../src/divide/lattice';
import { isEdge, type Partition } from '../src/divide/partition';
import { ask, pressed } from './browser';
import { corners, type Desk, metres } from './desk';

export type Edge = readonly [Vertex, Vertex];

/** How far from what it is to catch on a point is put, in metres: some pixels, and farther than the server leads an end to a border. */
const offM = 8;
/** What nothing else may be within of that point: how far it catches, and a pixel. */
const clearM = 20;

/** The lines that lie below what is in sight, by kind. */
export async function below({ code, middle: [lon, lat] }: Desk): Promise<Map<string, Vertex[][]>> {
  const box = [lon - 0.01, lat - 0.0065, lon + 0.01, lat + 0.0065].map((v) => v.toFixed(7)).join();
  const { references } = await ask<{ references: { kind: string; geometry: Geometry }[] }>(
    `/v1/plans/${code}/workingset?bbox=${box}&references=true`,
  );
  const lines = new Map<string, Vertex[][]>();
  for (const { kind, geometry } of references)
    lines.set(kind, [...(lines.get(kind) ?? []), ...linesOf(geometry)]);
  return lines;
}

export const edgesOf = (lines: readonly (readonly Vertex[])[]): Edge[] =>
  lines.flatMap((line) => line.slice(1).map((b, i): Edge => [line[i] ?? b, b]));

/** The borders of all parts, those that two have in common twice. */
export const borders = (partition: Partition): Vertex[][] =>
  partition.all().flatMap(({ area }) => area.flat().map((ring) => [...ring, ...ring.slice(0, 1)]));

/** Where a point is put that is to catch on an edge or on an end of it, and nothing else. */
export interface Spot {
  /** What it is to catch on, or next to: in the middle of the edge, or its end. */
  onto: Vertex;
  put: Vertex;
  edge: Edge;
  vertex: Vertex | null;
}

/** Where a point in sight may be put next to lines, for nothing of all edges to be near but that. */
function* spotsBeside(desk: Desk, lines: Vertex[][], all: readonly Edge[]): Generator<Spot> {
  for (const edge of edgesOf(lines)) {
    const [a, b] = edge;
    const long = distanceM(a, b) > 3 * clearM;
    const onto = long ? { x: Math.round((a.x + b.x) / 2), y: Math.round((a.y + b.y) / 2) } : a;
    const vertex = long ? null : a;
    if (!desk.inSight(onto)) continue;
    // Of a vertex, only its own two edges.
    const own = ([c, d]: Edge): boolean =>
      vertex === null ? isEdge({ a, b }, c, d) : same(c, vertex) || same(d, vertex);
    for (let turn = 0; turn < 8; turn++) {
      const put = metres(onto, offM * Math.cos((turn * Math.PI) / 4), offM * Math.sin((turn * Math.PI) / 4));
      const near = all.filter(([c, d]) => nearestOn(put, c, d).distanceM < clearM);
      if (!near.every(own) || nearestOn(put, a, b).distanceM < offM / 2) continue;
      const rivals = near.flat().filter((v) => vertex === null || !same(v, vertex));
      if (rivals.some((v) => distanceM(put, v) < (vertex === null ? clearM : 1.5 * offM))) continue;
      yield { onto, put, edge, vertex };
    }
  }
}

/** A corner that may be moved, and where to. */
export type CornerSpot = Spot & { corner: Vertex };

/** A corner that may be moved next to a line, for nothing else to be near but that. */
export function cornerBeside(
  partition: Partition,
  desk: Desk,
  lines: Vertex[][],
  all: readonly Edge[],
): CornerSpot | null {
  const free = corners(partition).filter(
    (v) => partition.lock('tiling', v) === null && partition.edgeNear('dedicated', v, 20) === null,
  );
  for (const spot of spotsBeside(desk, lines, all)) {
    const { onto, put } = spot;
    if (partition.having('tiling', onto).length > 0) continue;
    const corner = free.find((v) => {
      const far = distanceM(v, put);
      const moves = partition.foldOfMove('tiling', v, onto) ?? partition.foldOfMove('tiling', v, put);
      return desk.inSight(v) && far > 30 && far < 200 && moves === null;
    });
    if (corner) return { ...spot, corner };
  }
  return null;
}

/** A river that a corner may be moved next to, if it is put there. */
export function riverBeside(
  partition: Partition,
  desk: Desk,
  all: readonly Edge[],
): { river: Vertex[]; spot: CornerSpot } {
  for (const corner of corners(partition).filter((v) => desk.inSight(v))) {
    for (let turn = 0; turn < 8; turn++) {
      const [east, north] = [Math.cos((turn * Math.PI) / 4) * 60, Math.sin((turn * Math.PI) / 4) * 60];
      const at = metres(corner, east, north);
      const [from, to] = [metres(at, -35, 0), metres(at, 35, 0)];
      const spot = cornerBeside(partition, desk, [[from, to]], [...all, [from, to]]);
      if (spot !== null) return { river: [from, to], spot };
    }
  }
  throw new Error('no corner in sight may be moved next to any river');
}

/** The corner that a stroke has made. */
export async function made(desk: Desk, before: Partition): Promise<Vertex> {
  const [one, ...more] = corners(await desk.partition()).filter(
    (v) => before.having('tiling', v).length === 0,
  );
  assert.ok(one && more.length === 0, `one corner is new: ${JSON.stringify([one, ...more])}`);
  return one;
}

/** Demands that a corner is where the line is, to the last digit; on an edge but for rounding. */
export function demandOn(at: Vertex, { edge, vertex }: Spot): void {
  if (vertex !== null) return assert.deepEqual(at, vertex);
  const { at: on } = nearestOn(at, ...edge);
  assert.ok(Math.abs(on.x - at.x) <= 1 && Math.abs(on.y - at.y) <= 1, 'the corner is not on the line');
}

/** Demands that a corner is where it was put, and not on the line. */
export function demandOff(at: Vertex, { edge, put }: Spot): void {
  assert.ok(nearestOn(at, ...edge).distanceM > offM / 4, 'the corner is on the line');
  assert.ok(distanceM(at, put) < offM / 2, 'the corner is not where it was put');
}

/** Undoes the last stroke of the plan, which leaves that many. */
export async function undone(desk: Desk, position = 0): Promise<void> {
  await pressed(desk.page.getByRole('button', { name: 'Undo' }));
  await desk.kept(/Undone/, position);
}

/** A place as a link has it. */
export const rounded = (at: Vertex): Position => degrees(at).map((v) => Number(v.toFixed(5))) as Position;
