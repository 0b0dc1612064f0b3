/** What a sitting has to say of a stroke. */
import type { Problem } from '../api';

/** What came of the last stroke: `done` in so many milliseconds, or why not. */
export type Outcome =
  | { kind: 'done'; op: string; codes: string[]; ms: number }
  | { kind: 'refused'; problem: Problem }
  | { kind: 'hint'; hint: Hint; code?: string };

/** What the page itself has to say, without asking the server. */
export type Hint =
  | 'outline'
  | 'community'
  | 'fixed'
  | 'fold'
  | 'junction'
  | 'nothing_there'
  | 'no_block'
  | 'busy'
  | 'choose_grid'
  | 'not_enough'
  | 'no_name'
  | 'no_host';
