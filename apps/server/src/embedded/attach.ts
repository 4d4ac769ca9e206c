import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { SERVER_ROLE } from './cluster.ts';
import { runningPostmaster } from './postmaster.ts';

const secrets = z.object({ admin: z.string(), app: z.string(), server: z.string() });

/** The embedded PostgreSQL of a data folder, while it runs. */
export interface RunningCluster {
  url: string;
  serverUrl: string;
  /** Connection string of the superuser. */
  adminUrl: string;
  /** Holds `cluster/`. */
  home: string;
}

/**
 * The connection strings (owner, server, superuser) of the embedded PostgreSQL of a data folder while it runs, started by whomever; undefined
 * when it does not. For work beside a running server: nothing is started, locked or stopped.
 */
export function runningUrls(folder: string): RunningCluster | undefined {
  try {
    const home = realpathSync(join(folder, 'postgres'));
    const running = runningPostmaster(join(home, 'cluster'));
    if (!running?.ready) return undefined;
    const { admin, app, server } = secrets.parse(JSON.parse(readFileSync(join(home, 'secret.json'), 'utf8')));
    const address = (user: string, password: string, database = 'psa'): string =>
      `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${running.port}/${database}`;
    return {
      url: address('psa', app),
      serverUrl: address(SERVER_ROLE, server),
      adminUrl: address('postgres', admin, 'postgres'),
      home,
    };
  } catch {
    return undefined;
  }
}
