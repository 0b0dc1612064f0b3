// Another client of the interface, with the tokens that the demo prints.
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { origin } from './browser';

export type Role = 'planner' | 'dispatcher' | 'administrator';

/** The token of a role: what the demo prints, or $TOKEN_PLANNER and so on; "" where a server came without. */
export function tokenOf(role: Role): string {
  return process.env[`TOKEN_${role.toUpperCase()}`] ?? '';
}

/** Sends a request that must succeed. */
export async function send(
  role: Role,
  method: string,
  path: string,
  body?: unknown,
  tag?: string,
): Promise<{ body: unknown; tag: string }> {
  const headers: Record<string, string> = { Authorization: `Bearer ${tokenOf(role)}` };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (tag !== undefined) headers['If-Match'] = tag;
  const response = await fetch(origin + path, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer: unknown = response.status === 204 ? null : await response.json();
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
  return { body: answer, tag: response.headers.get('ETag') ?? '' };
}

/** An incident that a dispatcher has taken down; its version is kept, so that one act can follow another. */
export interface MadeIncident {
  code: string;
  title: string;
  act: (act: Record<string, unknown>) => Promise<void>;
}

/** Gives a page a token before it opens, as if it had been typed in. */
export const signedInWith =
  (token: string) =>
  (page: Page): Promise<unknown> =>
    page.addInitScript((token) => sessionStorage.setItem('wangge.token', token), token);

export const signedIn = (role: Role): ((page: Page) => Promise<unknown>) => signedInWith(tokenOf(role));

/** Takes down an incident at a spot. */
export async function makeIncident([lon, lat]: [number, number], title: string): Promise<MadeIncident> {
  const made = await send('dispatcher', 'POST', '/v1/incidents', {
    kind: 'fire_risk',
    source: 'hotline_12345',
    title,
    reported_at: new Date().toISOString(),
    geometry: { type: 'Point', coordinates: [lon, lat] },
    crs: 'wgs84',
  });
  const { code } = made.body as { code: string };
  let { tag } = made;
  return {
    code,
    title,
    act: async (act) => {
      ({ tag } = await send('dispatcher', 'POST', `/v1/incidents/${code}/acts`, act, tag));
    },
  };
}

/** The id of the last thing that has happened, as a stream of events begins with it. */
export async function lastEventId(): Promise<string> {
  const headers = { Authorization: `Bearer ${tokenOf('dispatcher')}` };
  const response = await fetch(`${origin}/v1/events?topics=edition`, { headers });
  assert.equal(response.status, 200);
  const reader = response.body?.getReader();
  let text = '';
  for (;;) {
    const id = /^id: ?(\d+)$/m.exec(text)?.[1];
    if (id !== undefined && text.includes('\n\n')) {
      await reader?.cancel();
      return id;
    }
    const piece = await reader?.read();
    assert.ok(piece && !piece.done, 'the stream of events begins with an id');
    text += new TextDecoder().decode(piece.value);
  }
}
