/** What a typed text means: coordinates, or something to search for. */
import type { Bbox, Position } from '../api';
import { parseCoordinates, type Coordinates } from '../coordinates';

/** Something that a text may mean. */
export interface SearchHit {
  /** grid, division, place, address …; what we do not know is shown as it is. */
  type: string;
  code: string;
  name: string;
  address?: string | null;
  /** What it is, in words: the kind, or the path of divisions. */
  label?: string | null;
  point: Position | { lon: number; lat: number } | null;
  bbox?: Bbox | null;
}

export type Meaning =
  | { is: 'nothing' }
  | { is: 'coordinates'; lon: number; lat: number }
  | { is: 'fault'; fault: 'range' | 'swapped' }
  | { is: 'words'; text: string };

/** The longest text that is searched for, in characters. */
export const maxText = 100;

/** Two numbers are coordinates, everything else are words. */
export function meaningOf(text: string): Meaning {
  const words = text.normalize('NFKC').trim().slice(0, maxText);
  if (words === '') return { is: 'nothing' };
  const read: Coordinates = parseCoordinates(text);
  if (read.ok) return { is: 'coordinates', lon: read.lon, lat: read.lat };
  return read.fault === 'unreadable' ? { is: 'words', text: words } : { is: 'fault', fault: read.fault };
}

/** The spot of a hit, null where it has none. */
export function pointOf({ point, bbox }: SearchHit): { lon: number; lat: number } | null {
  if (Array.isArray(point)) return { lon: point[0], lat: point[1] };
  if (point) return point;
  return bbox ? { lon: (bbox[0] + bbox[2]) / 2, lat: (bbox[1] + bbox[3]) / 2 } : null;
}

/** The option after the current one by an arrow key, round from the end to the beginning; -1 is none. */
export function step(current: number, by: 1 | -1, count: number): number {
  if (count === 0) return -1;
  if (current < 0) return by === 1 ? 0 : count - 1;
  return (current + by + count) % count;
}
