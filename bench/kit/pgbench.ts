import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Finds PostgreSQL's own load generator. Throws with what to install. */
function findPgbench(): string {
  const debian = '/usr/lib/postgresql';
  const places = [
    ...(process.env.PATH ?? '').split(':').map((dir) => join(dir, 'pgbench')),
    ...(existsSync(debian) ? readdirSync(debian).map((v) => join(debian, v, 'bin', 'pgbench')) : []),
  ];
  const found = places.find((place) => existsSync(place));
  if (!found) throw new Error('This needs pgbench; on Debian: apt-get install postgresql-contrib.');
  return found;
}

/**
 * Runs one script with prepared statements, on connections that have named the facility as the server's do.
 * @returns transactions per second, connection time excluded.
 */
export async function pgbench(
  { url, facility }: { url: string; facility: string },
  script: string,
  clients: number,
  seconds: number,
): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'psa-pgbench-'));
  try {
    const file = join(folder, 'script.sql');
    await writeFile(file, script);
    const threads = String(Math.min(2, clients));
    const args = ['-n', '-M', 'prepared', '-c', String(clients), '-j', threads, '-T', String(seconds), '-f', file, url];
    const env = { ...process.env, PGOPTIONS: `-c psa.facility=${facility}` };
    const { stdout } = await promisify(execFile)(findPgbench(), args, { env }).catch((error: { stderr?: string }) => {
      // Without the command line: a password stands in it.
      throw new Error(`pgbench failed: ${error.stderr?.slice(0, 500)}`);
    });
    const tps = /tps = ([\d.]+) \(without/.exec(stdout)?.[1] ?? /tps = ([\d.]+)/.exec(stdout)?.[1];
    if (tps === undefined) throw new Error(`pgbench did not say how fast it was:\n${stdout}`);
    return Number(tps);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
