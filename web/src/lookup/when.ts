/** An instant as a field for date and time has it, and back. Both are in the reader's time zone, to the second. */

/** What such a field shows for an RFC 3339 instant; "" for none, or nonsense. */
export function fieldOf(instant: string | null): string {
  const date = new Date(instant ?? NaN);
  if (Number.isNaN(date.getTime())) return '';
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

/** The instant of what such a field holds, RFC 3339 in UTC; null for nothing, or nonsense. */
export function instantOf(field: string): string | null {
  const date = new Date(field);
  return field === '' || Number.isNaN(date.getTime()) ? null : date.toISOString().replace('.000Z', 'Z');
}
