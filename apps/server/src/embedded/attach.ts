import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { runningPostmaster } from './postmaster.ts';

const secrets = z.object({ app: z.string() });

/**
 * The connection string of the embedded PostgreSQL of a data folder while it runs, started by whomever; undefined when it does
 * not. For work beside a running server: nothing is started, locked or stopped.
 */
export function runningUrl(folder: string): string | undefined {
  try {
    const home = realpathSync(join(folder, 'postgres'));
    const running = runningPostmaster(join(home, 'cluster'));
    if (!running?.ready) return undefined;
    const { app } = secrets.parse(JSON.parse(readFileSync(join(home, 'secret.json'), 'utf8')));
    return `postgres://psa:${encodeURIComponent(app)}@127.0.0.1:${running.port}/psa`;
  } catch {
    return undefined;
  }
}
