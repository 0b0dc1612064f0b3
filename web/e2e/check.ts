// Proves L1 to L3 on the database of the demo that the tests started, as `wangge check` does.
import { execFileSync } from 'node:child_process';

/** Fails where a law does not hold; false where the server came from elsewhere and its database is not known. */
export function proven(): boolean {
  const database = process.env['DATABASE_URL'];
  if (!database) return false;
  const program = new URL('../../bin/wangge', import.meta.url).pathname;
  execFileSync(program, ['check'], {
    env: { ...process.env, DATABASE_URL: database },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return true;
}
