/** What a desk sends to the server and asks of it. */
import type { Api, Page } from '../api';
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

export interface Organization {
  code: string;
  name: string;
  kind: string;
  level: string;
  division_code: string;
}

const pathOf = (code: string): string => `/v1/incidents/${encodeURIComponent(code)}`;

export const handled = (api: Api, code: string): Promise<Handled> => api.get(pathOf(code));

/** Does an act, based on the version that was read; the answer is the incident after it. */
export async function act(api: Api, { code, version }: Incident, order: object): Promise<Handled> {
  const sent = await api.send<Handled>('POST', `${pathOf(code)}/acts`, order, { tag: `"${version}"` });
  return sent.value;
}

export const duplicatesOf = (api: Api, code: string): Promise<Page<Duplicate>> =>
  api.get(`${pathOf(code)}/duplicates`);

/** The organisations of a division and of those below it, the first two hundred. */
export const organizations = (api: Api, division: string): Promise<Page<Organization>> =>
  api.get('/v1/organizations', { division, limit: 200 });
