/** The lattice on which borders are stored: units of 1e-7 degrees, so that equal vertices are equal to the last digit. */
import type { Bbox, Geometry, Position } from '../api';

/** A point in units: x to the east, y to the north. */
export interface Vertex {
  readonly x: number;
  readonly y: number;
}

/** The rings of an area, polygon by polygon, the outer ring first; the first vertex is not said again at the end. */
export type Area = readonly (readonly (readonly Vertex[])[])[];

const unitsPerDegree = 1e7;
/** The length of a unit of latitude, in metres. */
const unitM = 0.0111319;

/** The nearest vertex of the lattice. */
export function snapped([lon, lat]: Position): Vertex {
  return { x: Math.round(lon * unitsPerDegree), y: Math.round(lat * unitsPerDegree) };
}

/** Degrees, as exact as numbers are: the server reads the same vertex back. */
export function degrees({ x, y }: Vertex): Position {
  return [x / unitsPerDegree, y / unitsPerDegree];
}

export function keyOf({ x, y }: Vertex): string {
  return `${x},${y}`;
}

export function same(a: Vertex, b: Vertex): boolean {
  return a.x === b.x && a.y === b.y;
}

/** How much shorter a unit of longitude is than one of latitude, there. */
export function shrink(at: Vertex): number {
  return Math.cos((at.y / unitsPerDegree / 180) * Math.PI);
}

/** Metres between two vertices that are near each other. */
export function distanceM(a: Vertex, b: Vertex): number {
  return unitM * Math.hypot((b.x - a.x) * shrink(a), b.y - a.y);
}

/** Metres as units of latitude. */
export function unitsOf(metres: number): number {
  return metres / unitM;
}

/** A vertex moved by metres to the east and to the north. */
export function shifted(at: Vertex, eastM: number, northM: number): Vertex {
  return { x: Math.round(at.x + eastM / unitM / shrink(at)), y: Math.round(at.y + northM / unitM) };
}

/** The point of a segment nearest to p, on the lattice, and how far it is in metres. */
export function nearestOn(p: Vertex, a: Vertex, b: Vertex): { at: Vertex; distanceM: number } {
  const k = shrink(p);
  const [dx, dy] = [(b.x - a.x) * k, b.y - a.y];
  const length = dx * dx + dy * dy;
  const t = length === 0 ? 0 : Math.max(0, Math.min(1, ((p.x - a.x) * k * dx + (p.y - a.y) * dy) / length));
  const at = { x: a.x + t * (b.x - a.x), y: a.y + t * (b.y - a.y) };
  return { at: { x: Math.round(at.x), y: Math.round(at.y) }, distanceM: distanceM(p, at) };
}

/** Twice the area of the triangle, above 0 where c lies to the left of the way from a to b; exact for what lies within 9 degrees. */
export function turn(a: Vertex, b: Vertex, c: Vertex): number {
  return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

/** Whether two segments have a point in common that is not the end of both. */
export function cross(a: Vertex, b: Vertex, c: Vertex, d: Vertex): boolean {
  const [c1, d1, a2, b2] = [turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b)];
  if (c1 === 0 && d1 === 0) return overlap(a, b, c, d);
  if (same(a, c) || same(a, d) || same(b, c) || same(b, d)) return false;
  return Math.sign(c1) * Math.sign(d1) <= 0 && Math.sign(a2) * Math.sign(b2) <= 0;
}

/** Whether two segments of one line have more than an end in common. */
function overlap(a: Vertex, b: Vertex, c: Vertex, d: Vertex): boolean {
  const along = (v: Vertex): number => (a.x === b.x ? v.y : v.x);
  const [from, to] = [Math.min(along(a), along(b)), Math.max(along(a), along(b))];
  const [low, high] = [Math.min(along(c), along(d)), Math.max(along(c), along(d))];
  return Math.max(from, low) < Math.min(to, high);
}

/** A Polygon or MultiPolygon on the lattice; nothing of anything else. */
export function areaOf(geometry: Geometry | null): Area {
  const open = (ring: Position[]): Vertex[] => ring.slice(0, -1).map(snapped);
  if (geometry?.type === 'Polygon') return [(geometry.coordinates as Position[][]).map(open)];
  if (geometry?.type !== 'MultiPolygon') return [];
  return (geometry.coordinates as Position[][][]).map((polygon) => polygon.map(open));
}

/** The lines of a geometry, rings of areas included; those say their first vertex again. */
export function linesOf({ type, coordinates }: Geometry): Vertex[][] {
  switch (type) {
    case 'LineString':
      return [(coordinates as Position[]).map(snapped)];
    case 'MultiLineString':
    case 'Polygon':
      return (coordinates as Position[][]).map((line) => line.map(snapped));
    case 'MultiPolygon':
      return (coordinates as Position[][][]).flat().map((ring) => ring.map(snapped));
    default:
      return [];
  }
}

/** The rings of an area in degrees, polygon by polygon, which say their first vertex again. */
export function closedRings(area: Area): Position[][][] {
  return area.map((polygon) => polygon.map((ring) => [...ring, ...ring.slice(0, 1)].map(degrees)));
}

/** The ring as a polygon of GeoJSON. */
export function polygonOf(ring: readonly Vertex[]): Geometry {
  const positions = ring.map(degrees);
  const first = positions[0];
  return { type: 'Polygon', coordinates: [first === undefined ? [] : [...positions, first]] };
}

export function lineOf(line: readonly Vertex[]): Geometry {
  return { type: 'LineString', coordinates: line.map(degrees) };
}

/** Whether a point lies in an area, its border left out of account. */
export function inside(area: Area, p: Vertex): boolean {
  let within = false;
  for (const ring of area.flat()) {
    for (const [i, a] of ring.entries()) {
      const b = ring[(i + 1) % ring.length] ?? a;
      if (a.y > p.y === b.y > p.y) continue;
      if (turn(a, b, p) > 0 === b.y > a.y) within = !within;
    }
  }
  return within;
}

/** The box about vertices, in degrees. */
export function boxOf(vertices: Iterable<Vertex>): Bbox | null {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y } of vertices) {
    [west, south, east, north] = [
      Math.min(west, x),
      Math.min(south, y),
      Math.max(east, x),
      Math.max(north, y),
    ];
  }
  if (west > east) return null;
  return [...degrees({ x: west, y: south }), ...degrees({ x: east, y: north })];
}

/** The middle of a line by its length. */
export function middleOf(path: readonly Vertex[]): Vertex {
  const lengths = path.slice(1).map((b, i) => Math.hypot(b.x - (path[i] ?? b).x, b.y - (path[i] ?? b).y));
  let left = lengths.reduce((sum, l) => sum + l, 0) / 2;
  for (const [i, l] of lengths.entries()) {
    const [a, b] = [path[i], path[i + 1]];
    if (a !== undefined && b !== undefined && left <= l) {
      return { x: a.x + (left / l) * (b.x - a.x), y: a.y + (left / l) * (b.y - a.y) };
    }
    left -= l;
  }
  return path[0] ?? { x: 0, y: 0 };
}
