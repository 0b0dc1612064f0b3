/** The deep link in the hash: #lon/lat/zoom/lang, and ?plan=CODE when a plan is shown. */
import { isLanguage, type Language } from './messages';

export interface View {
  lon: number;
  lat: number;
  zoom: number;
}

export interface Link {
  view: View | null;
  language: Language | null;
  /** The code of the plan that is shown. */
  plan: string | null;
}

/** Reads a hash; whatever is missing or nonsense comes back as null. */
export function parseLink(hash: string): Link {
  const [path = '', query = ''] = hash.replace(/^#/, '').split(/\?(.*)/s);
  const parts = path.split('/');
  const [lon, lat, zoom] = parts.slice(0, 3).map((part) => (part.trim() === '' ? NaN : Number(part)));
  const language = parts[3] ?? '';
  return {
    view: viewOf(lon, lat, zoom),
    language: isLanguage(language) ? language : null,
    plan: new URLSearchParams(query).get('plan') || null,
  };
}

function viewOf(lon = NaN, lat = NaN, zoom = NaN): View | null {
  // Written so that NaN fails too; 85.05 is where the Web Mercator square ends.
  const good = Math.abs(lon) <= 180 && Math.abs(lat) <= 85.05 && zoom >= 0 && zoom <= 24;
  return good ? { lon, lat, zoom } : null;
}

/** Five decimals are about a metre, more than a link to a view needs. */
export function formatLink(view: View, language: Language, plan: string | null): string {
  const place = `#${view.lon.toFixed(5)}/${view.lat.toFixed(5)}/${Number(view.zoom.toFixed(2))}/${language}`;
  return plan === null ? place : `${place}?plan=${encodeURIComponent(plan)}`;
}
