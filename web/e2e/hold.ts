// Makes the imports of the server wait.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Keeps every import from storing anything until the function that it returns is called. */
export async function holdImports(): Promise<() => Promise<void>> {
  const psql = spawn('psql', ['-qX', process.env['DATABASE_URL'] ?? ''], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  psql.stdin.write('BEGIN; LOCK TABLE import IN SHARE MODE;\n\\echo held\n');
  await once(psql.stdout, 'data');
  return async () => {
    const ended = once(psql, 'exit');
    psql.stdin.end('ROLLBACK;\n');
    await ended;
  };
}
