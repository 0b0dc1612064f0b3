/** The systems of the coordinates of an import's files: one for all, or a file's own, and whether that can be. */
import type { Crs } from '../coordinates';
import type { FileLayer, Preview, Source } from './imports';

/** A file with coordinates, and what it says of them itself. */
export interface Placed {
  name: string;
  said: FileLayer['crs'];
  source: Source;
}

/** Systems in which positions are where GPS has them, to within a metre. */
const plain: readonly (Crs | FileLayer['crs'])[] = ['wgs84', 'cgcs2000', 'web_mercator'];

/**
 * The files that say of themselves another system than the one chosen for all while others say none: one of the two would be stored
 * hundreds of metres off. Empty where all say the same: then the reader knows better than the files. A file whose own system was chosen
 * is settled.
 */
export function contradicting(
  files: readonly (Pick<Placed, 'name' | 'said'> & { source: Pick<Source, 'crs'> })[],
  chosen: Crs | null,
): string[] {
  if (chosen === null || plain.includes(chosen)) return [];
  const unsettled = files.filter(({ source }) => source.crs === null);
  const saying = unsettled.filter(({ said }) => plain.includes(said));
  return saying.length === files.length ? [] : saying.map(({ name }) => name);
}

/** Whether some file has no system yet. */
export const undeclared = (files: readonly Placed[], chosen: Crs | null): boolean =>
  files.some(({ source }) => source.crs === null && chosen === null);

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
