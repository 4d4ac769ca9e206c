import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ExternalDatabase, readDatabaseUrl } from './config.ts';
import { migrate } from './db/migrate.ts';
import { type Cluster, openCluster } from './embedded/cluster.ts';
import { serverLogin } from './server-login.ts';
import { databaseFailure } from './start-failure.ts';

/** A PostgreSQL of its own: a role and its password belong to the whole cluster. Its owner may not make roles. */
let folder: string;
let cluster: Cluster;
/** The database as a superuser, who may. */
let superUrl: string;

const run = async (url: string, text: string): Promise<pg.QueryResultRow[]> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
};
const database = (owner: string, server?: string): ExternalDatabase => ({
  ...readDatabaseUrl(owner, undefined),
  ...(server === undefined ? {} : { server: readDatabaseUrl(server, undefined, 'DATABASE_SERVER_URL') }),
});

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'psa-login-'));
  chmodSync(folder, 0o711);
  cluster = await openCluster({ folder, say: () => undefined, settings: { fsync: 'off' } });
  superUrl = cluster.adminUrl.replace(/\/postgres$/, '/psa');
});
afterAll(async () => {
  await cluster.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
});

test('without the role, and without the right to make it, the migration says what a superuser must do', async () => {
  await run(superUrl, 'drop role psa_server');
  const failure = await migrate(cluster.url).catch((error: Error) => error.cause);
  expect(databaseFailure(failure, 'there:5432/psa').message).toBe(
    'The role psa_server is missing, and psa may not make it. Let a superuser of there:5432 run "create role psa_server login", and start again.',
  );
  await run(superUrl, 'create role psa_server login');
  await migrate(cluster.url);
});

test('an owner who may not give the role a password says what to do; one who may gives it once', async () => {
  await expect(serverLogin(database(cluster.url), ['ours'])).rejects.toThrow(
    /^The user of DATABASE_URL may not give psa_server a password; let a superuser run .+ and set DATABASE_SERVER_URL/,
  );
  const login = await serverLogin(database(superUrl), ['ours']);
  expect(await run(login.connectionString ?? '', 'select current_user as who')).toEqual([{ who: 'psa_server' }]);
  // Now it opens, whoever the owner is.
  await serverLogin(database(cluster.url), ['ours']);
});

test('DATABASE_SERVER_URL is taken as it is, and nobody changes a password for it', async () => {
  const given = cluster.serverUrl.replace(/psa_server:[^@]+@/, 'psa_server:theirs@');
  await expect(serverLogin(database(superUrl, given), ['ours'])).rejects.toThrow(
    /^psa_server: .+ refuses the user or the password/,
  );
  await run(superUrl, "alter role psa_server password 'theirs'");
  expect(await serverLogin(database(superUrl, given), ['ours'])).toMatchObject({ connectionString: given });
});

test('a user who may see more than one hospital, or nothing, is refused', async () => {
  for (const url of [cluster.url, superUrl]) {
    await expect(serverLogin(database(superUrl, url), ['ours'])).rejects.toThrow(
      /^DATABASE_SERVER_URL names (psa|postgres), which may see more than one hospital; name the role psa_server\.$/,
    );
  }
  await run(superUrl, "create role stranger login password 'x'");
  const stranger = cluster.url.replace(/psa:[^@]+@/, 'stranger:x@');
  await expect(serverLogin(database(superUrl, stranger), ['ours'])).rejects.toThrow(/names stranger, which has no rights here/);
});
