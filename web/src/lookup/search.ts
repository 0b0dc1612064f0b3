/** What a typed text means: coordinates, or something to search for. */
import type { Bbox, Position } from '../api';
import { parseCoordinates, type Coordinates } from '../coordinates';

/** Something that a text may mean. */
export interface SearchHit {
  /** division, grid, place, household_point, or what a thing of the reference layers is (road, river …). */
  type: string;
  /** The level of a division, the kind of a grid or place. */
  kind: string | null;
  code: string | null;
  name: string | null;
  address: string | null;
  /** Where it is: the names of its divisions from the city down. */
  label: string;
  point: Position;
  bbox: Bbox | null;
  /** Which parts of its texts are meant, in UTF-16 units. */
  matches: { field: string; from: number; to: number }[];
}

/** Whether two answers tell of the same thing, whatever of its texts was meant. */
export const sameHit = (a: SearchHit, b: SearchHit): boolean =>
  a.type === b.type && a.code === b.code && nameOf(a) === nameOf(b) && a.point.join() === b.point.join();

/** What a hit is called. */
export const nameOf = ({ name, code, address }: SearchHit): string => name || code || address || '';

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

/** A text in pieces, of which those that were typed are marked. Parts that lie outside the text, or across others, are passed over. */
export function marked(
  text: string,
  parts: readonly { from: number; to: number }[],
): { text: string; typed: boolean }[] {
  const pieces: { text: string; typed: boolean }[] = [];
  let end = 0;
  const add = (to: number, typed: boolean): void => {
    if (to > end) pieces.push({ text: text.slice(end, to), typed });
    end = Math.max(end, to);
  };
  for (const { from, to } of [...parts].sort((a, b) => a.from - b.from)) {
    if (from < end || to > text.length) continue;
    add(from, false);
    add(to, true);
  }
  add(text.length, false);
  return pieces;
}

/** The option after the current one by an arrow key, round from the end to the beginning; -1 is none. */
export function step(current: number, by: 1 | -1, count: number): number {
  if (count === 0) return -1;
  if (current < 0) return by === 1 ? 0 : count - 1;
  return (current + by + count) % count;
}

/**
 * How many hits the words mean as much as the first: it is called so and others are, too, or they are the end of its name or address and
 * of others', or both are found by their address. 1 where they mean the first alone.
 */
export function alike(hits: readonly SearchHit[], words: string): number {
  const [first] = hits;
  if (first === undefined) return 0;
  const plain = folded(words);
  const isCalled = ({ name, code }: SearchHit): boolean => [name, code].some((of) => folded(of) === plain);
  const endsSo = ({ name, address }: SearchHit): boolean =>
    [name, address].some((of) => endsWith(folded(of).replace(/号$/u, ''), plain.replace(/号$/u, '')));
  const byAddress = ({ matches }: SearchHit): boolean => matches.some(({ field }) => field === 'address');
  const meant = [isCalled, endsSo, byAddress].find((is) => is(first));
  return meant === undefined ? 1 : hits.filter(meant).length;
}

/** Whether a text ends with another, which no number of the text is cut for. */
const endsWith = (text: string, end: string): boolean =>
  text.endsWith(end) && !(/^\d/.test(end) && /\d$/.test(text.slice(0, -end.length)));

const folded = (text: string | null): string =>
  (text ?? '').normalize('NFKC').toLowerCase().replace(/\s/g, '');
