/** The tokens of an administrator's divisions. */
import type { Api, Page } from '../api';

export interface Token {
  id: number;
  user: string;
  role: string;
  /** Code of a division, "" for the whole city. */
  scope: string;
  in_path: boolean;
  created_at: string;
  created_by: string;
  expires_at: string | null;
  revoked_at: string | null;
}

export interface NewToken {
  user: string;
  role: string;
  scope: string;
  in_path: boolean;
  /** A day as 2026-12-31, "" for ever. */
  until: string;
}

/** A page of the tokens, newest first: the first one, or that of a cursor. */
export const list = (api: Api, cursor: string | null): Promise<Page<Token>> =>
  api.get(`/v1/tokens${cursor === null ? '' : `?cursor=${encodeURIComponent(cursor)}`}`);

/** Makes a token; its secret is in this answer and nowhere else. It ends with the day that is named, where the maker is. */
export async function make(api: Api, { until, ...token }: NewToken): Promise<Token & { secret: string }> {
  const expires_at = until === '' ? null : new Date(`${until}T23:59:59`).toISOString();
  return (await api.send<Token & { secret: string }>('POST', '/v1/tokens', { ...token, expires_at })).value;
}

export async function revoke(api: Api, id: number): Promise<void> {
  await api.send('DELETE', `/v1/tokens/${id}`);
}

export type TokenState = 'valid' | 'expired' | 'revoked';

export function stateOf({ expires_at: ends, revoked_at: revoked }: Token, now: number): TokenState {
  if (revoked !== null) return 'revoked';
  return ends !== null && Date.parse(ends) <= now ? 'expired' : 'valid';
}
