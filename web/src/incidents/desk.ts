/** What a desk sends to the server and asks of it. */
import type { Api, Page, Position } from '../api';
import type { Crs } from '../coordinates';
import type { Incident } from './incident';

/** An incident with what the reader may do with it now. */
export interface Handled extends Incident {
  acts: string[];
}

/** What may be the same incident. */
export interface Duplicate {
  code: string;
  title: string;
  state: string;
  reported_at: string;
  distance_m: number;
  hours_apart: number;
  same_case: boolean;
}

const pathOf = (code: string): string => `/v1/incidents/${encodeURIComponent(code)}`;

export const handled = (api: Api, code: string): Promise<Handled> => api.get(pathOf(code));

/** Does an act, based on the version that was read; the answer is the incident after it. */
export async function act(api: Api, { code, version }: Incident, order: object): Promise<Handled> {
  const sent = await api.send<Handled>('POST', `${pathOf(code)}/acts`, order, { tag: `"${version}"` });
  return sent.value;
}

/** An incident to take down. Texts that are empty are left out. */
export interface Report {
  /** In the system of `crs`. */
  spot: Position;
  crs: Crs;
  kind: string;
  severity: string;
  source: string;
  title: string;
  description: string;
  address: string;
  external_case_no: string;
}

/** Takes an incident down. Sent again under the same key, it is still one. */
export async function takeDown(api: Api, { spot, crs, ...texts }: Report, key: string): Promise<Handled> {
  const filled = Object.entries(texts).filter(([, text]) => text.trim() !== '');
  const body = { ...Object.fromEntries(filled), geometry: { type: 'Point', coordinates: spot }, crs };
  const sent = await api.send<Handled>('POST', '/v1/incidents', body, { key });
  return sent.value;
}

/** A key that nobody else has made. (crypto.randomUUID is there over https only.) */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}

export const duplicatesOf = (api: Api, code: string): Promise<Page<Duplicate>> =>
  api.get(`${pathOf(code)}/duplicates`);
