/** The board: a column for each state in which somebody has something to do. */
import { openStates, type Incident } from './incident';

export interface Column {
  state: string;
  incidents: Incident[];
}

/** The columns, of the chosen state alone if one is; each keeps the order of the list. */
export function columnsOf(incidents: readonly Incident[], state: string): Column[] {
  const states = openStates.filter((of) => state === '' || of === state);
  return states.map((state) => ({ state, incidents: incidents.filter((of) => of.state === state) }));
}

export type Place = readonly [column: number, row: number];

/** Where an arrow key leads from a card, past empty columns; null where there is nothing that way. `counts` are the cards of the columns. */
export function beside(counts: readonly number[], [column, row]: Place, key: string): Place | null {
  if (key === 'ArrowUp') return row > 0 ? [column, row - 1] : null;
  if (key === 'ArrowDown') return row + 1 < (counts[column] ?? 0) ? [column, row + 1] : null;
  const by = key === 'ArrowRight' ? 1 : key === 'ArrowLeft' ? -1 : 0;
  if (by === 0) return null;
  for (let to = column + by; to >= 0 && to < counts.length; to += by) {
    const count = counts[to] ?? 0;
    if (count > 0) return [to, Math.min(row, count - 1)];
  }
  return null;
}
