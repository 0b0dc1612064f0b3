/** Tables as CSV that spreadsheets read: UTF-8 with a mark, lines ended by CR LF. */

export type Cell = string | number | null;

/**
 * The rows as CSV. A text that a spreadsheet would compute gets an apostrophe before it, and so does one that begins with an apostrophe:
 * taking one away gives the text back.
 */
export function csvOf(rows: readonly (readonly Cell[])[]): string {
  return `\ufeff${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
}

function cell(value: Cell): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const safe = /^['=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A name of a file without what file systems refuse. */
export function fileName(parts: readonly string[], ending: string): string {
  const name = parts.join('-').replace(/[\\/:*?"<>|\s\p{Cc}]+/gu, '-');
  return `${name.slice(0, 80)}.${ending}`;
}
