/** Warnings of files: the server tells them in English sentences, each of which is known by a part of it. */
import type { ImportKey } from './import-messages';

/** Parts of the server's sentences as they stand in its sources, and the page's own text. */
export const knownWarnings = [
  ['name no parent and were put under', 'warn_parent'],
  ['name no community and were put into', 'warn_community'],
  ['the texts are not in UTF-8', 'warn_guessed'],
  ['in which encoding its texts are', 'warn_guessed'],
  ['no row has the column or property', 'warn_column'],
  ['there is no .prj', 'warn_prj'],
  ['there is no .dbf', 'warn_dbf'],
  ['rows lie in no grid, but would if', 'warn_crs'],
] as const satisfies readonly (readonly [string, ImportKey])[];

/** The key of the text for a warning, of a general one for a warning that is not known. */
export const warningKey = (warning: string): ImportKey =>
  knownWarnings.find(([part]) => warning.includes(part))?.[1] ?? 'warn_other';
