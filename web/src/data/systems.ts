/** One system of coordinates for all files of an import: whether it can be that of each, and what it makes of them. */
import type { Crs } from '../coordinates';
import type { FileLayer, Preview } from './imports';

/** A file and what it says of its own coordinates. */
export interface Saying {
  name: string;
  crs: FileLayer['crs'];
}

/** Systems in which positions are where GPS has them, to within a metre. */
const plain: readonly (Crs | FileLayer['crs'])[] = ['wgs84', 'cgcs2000', 'web_mercator'];

/**
 * The files that say of themselves another system than the chosen one while others say none: one of the two would be stored hundreds of
 * metres off. Empty where all say the same: then the reader knows better than the files.
 */
export function contradicting(files: readonly Saying[], chosen: Crs | null): string[] {
  if (chosen === null || plain.includes(chosen)) return [];
  const saying = files.filter(({ crs }) => plain.includes(crs));
  return saying.length === files.length ? [] : saying.map(({ name }) => name);
}

/** The first rows of several files as one drawing. */
export function together(previews: readonly Preview[]): Preview {
  const sum = (count: (of: Preview) => number): number => previews.reduce((all, of) => all + count(of), 0);
  return {
    type: 'FeatureCollection',
    features: previews.flatMap(({ features }) => features),
    rows: sum(({ rows }) => rows),
    skipped: sum(({ skipped }) => skipped),
  };
}
