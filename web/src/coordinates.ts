/** Reads typed coordinates. The server converts between coordinate systems; here only the text is read. */

export const systems = ['wgs84', 'cgcs2000', 'gcj02', 'bd09'] as const;
export type Crs = (typeof systems)[number];

export type Coordinates =
  | { ok: true; lon: number; lat: number }
  /** `unreadable`: not two numbers; `range`: off the globe; `swapped`: latitude first, by the look of it. */
  | { ok: false; fault: 'unreadable' | 'range' | 'swapped' };

const number = /^[+-]?(\d+\.?\d*|\.\d+)$/;

/** Reads "lon, lat" in degrees. Comma (also the Chinese ones), semicolon or blanks separate, full-width digits are taken. */
export function parseCoordinates(text: string): Coordinates {
  const parts = text
    .normalize('NFKC')
    .replace(/[()[\]°]/g, ' ')
    .split(/[\s,;、，；]+/)
    .filter((part) => part !== '');
  const [first, second] = parts;
  if (parts.length !== 2 || first === undefined || second === undefined)
    return { ok: false, fault: 'unreadable' };
  if (!number.test(first) || !number.test(second)) return { ok: false, fault: 'unreadable' };
  const lon = Number(first);
  const lat = Number(second);
  if (Math.abs(lon) <= 180 && Math.abs(lat) <= 90) return { ok: true, lon, lat };
  if (Math.abs(lon) <= 90 && Math.abs(lat) <= 180) return { ok: false, fault: 'swapped' };
  return { ok: false, fault: 'range' };
}

/** Degrees as shown and copied: seven decimals are the lattice of the stored data. */
export function formatCoordinates(lon: number, lat: number): string {
  return `${lon.toFixed(7)}, ${lat.toFixed(7)}`;
}
