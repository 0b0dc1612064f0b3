// Makes the imports of the server wait.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Keeps every import from storing anything until the function that it returns is called. */
export async function holdImports(): Promise<() => Promise<void>> {
  const psql = spawn('psql', ['-qX', process.env['DATABASE_URL'] ?? ''], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  psql.stdin.write('BEGIN; LOCK TABLE import IN SHARE MODE;\n\\echo held\n');
  const ended = once(psql, 'exit');
  await Promise.race([
    once(psql.stdout, 'data'),
    ended.then(() => Promise.reject(new Error('psql ended before it held the imports'))),
  ]);
  return async () => {
    psql.stdin.end('ROLLBACK;\n');
    await ended;
  };
}
