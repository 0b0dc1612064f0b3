/** Numbers and dates for reading, in the chosen language. */
import { locales, type Language } from './messages';

export function formatNumber(value: number, language: Language, digits = 0): string {
  return new Intl.NumberFormat(locales[language], { maximumFractionDigits: digits }).format(value);
}

export function formatShare(value: number, language: Language): string {
  return new Intl.NumberFormat(locales[language], { style: 'percent', maximumFractionDigits: 2 }).format(
    value,
  );
}

/** Square metres below 0.1 km², square kilometres from there. A sliver below 10 m² keeps two decimals. */
export function formatArea(areaM2: number, language: Language): string {
  if (areaM2 >= 100_000) return `${formatNumber(areaM2 / 1e6, language, 2)} km²`;
  return `${formatNumber(areaM2, language, areaM2 < 10 ? 2 : 0)} m²`;
}

/** Metres below a kilometre, then kilometres; short distances keep a decimal. */
export function formatDistance(distanceM: number, language: Language): string {
  if (distanceM >= 1000) return `${formatNumber(distanceM / 1000, language, 1)} km`;
  return `${formatNumber(distanceM, language, distanceM < 10 ? 2 : 0)} m`;
}

/** The day of an RFC 3339 instant; the text itself when it cannot be read. */
export function formatDay(instant: string, language: Language): string {
  const date = new Date(instant);
  if (Number.isNaN(date.getTime())) return instant;
  return new Intl.DateTimeFormat(locales[language], { dateStyle: 'medium' }).format(date);
}

/** The day and the time of an RFC 3339 instant, as clocks show it where the reader is; the text itself when it cannot be read. */
export function formatTime(instant: string, language: Language): string {
  const date = new Date(instant);
  if (Number.isNaN(date.getTime())) return instant;
  return new Intl.DateTimeFormat(locales[language], { dateStyle: 'medium', timeStyle: 'short' }).format(date);
}

/** The time of day of an instant in ms since the epoch. */
export function formatClock(instantMs: number, language: Language): string {
  return new Intl.DateTimeFormat(locales[language], { timeStyle: 'medium' }).format(new Date(instantMs));
}

/** The parts that are there, as one line: "Community · 1,680 households". */
export function dotted(...parts: (string | null | undefined | false)[]): string {
  return parts
    .filter((part) => part !== null && part !== undefined && part !== false && part !== '')
    .join(' · ');
}
