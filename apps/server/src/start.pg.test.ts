import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { isRoot, nobody } from './embedded/account.ts';
import { freePort, isPostmaster, runningPostmaster, signal } from './embedded/postmaster.ts';
import { ServerProcess } from './testing/server-process.ts';

/** Every start reads the whole server from its source; two cores may be shared by many. */
const SLOW_MS_MAX = 180_000;
const UP = /Stop +Ctrl-C/;
const ONE_SENTENCE = /^\s*[A-Z"][^\n]+\.?\n$/;

let folder: string;
let port: number;
const cluster = () => join(folder, 'postgres/cluster');

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'psa-start-'));
  // The name is what was wanted: a start makes the folder itself.
  rmSync(folder, { recursive: true });
  port = await freePort(0);
});

afterAll(() => {
  const left = runningPostmaster(cluster());
  if (left) signal(left.pid, 'SIGQUIT');
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
});

/** A server that is up; it and its PostgreSQL are killed if the test fails on the way. */
async function startServer(): Promise<ServerProcess> {
  const server = new ServerProcess({ PORT: String(port), DATA_DIR: folder });
  onTestFinished(({ task }) => {
    if (task.result?.state === 'fail') server.child.kill('SIGKILL');
  });
  await server.says(UP);
  return server;
}

/** How a start ends that cannot succeed. */
async function refusal(env: Record<string, string>, args: readonly string[] = []): Promise<string> {
  const server = new ServerProcess({ PORT: String(await freePort(0)), DATA_DIR: folder, ...env }, args);
  expect(await server.ended).toBe(1);
  expect(server.err).toMatch(ONE_SENTENCE);
  expect(server.out + server.err).not.toMatch(/\n\s+at /);
  return server.err.trim();
}

async function sql(text: string): Promise<Record<string, unknown>[]> {
  const { app }: { app: string } = JSON.parse(readFileSync(join(folder, 'postgres/secret.json'), 'utf8'));
  const client = new pg.Client({
    host: '127.0.0.1',
    port: Number(readFileSync(join(folder, 'postgres/port'), 'utf8')),
    user: 'psa',
    database: 'psa',
    password: app,
  });
  await client.connect();
  const { rows } = await client.query<Record<string, unknown>>(text);
  await client.end();
  return rows;
}

const healthy = async (): Promise<boolean> => (await fetch(`http://127.0.0.1:${port}/api/health`)).ok;
const acknowledge = (n: number) => sql(`insert into acknowledged values (${n})`);
const acknowledged = async () => (await sql('select n from acknowledged order by n')).map((row) => row.n);

describe('the data stays, however the server ends', { timeout: SLOW_MS_MAX }, () => {
  test('a first start that is killed half way leaves nothing in the way', async () => {
    const server = new ServerProcess({ PORT: String(port), DATA_DIR: folder });
    await server.says(/Creating the database/);
    await server.end('SIGKILL');
  });

  test('a first start makes the database, under an account that is not root, closed to others', async () => {
    const server = await startServer();
    await server.says(/PostgreSQL is new and running/);
    expect(await healthy()).toBe(true);
    const { pid } = runningPostmaster(cluster()) ?? { pid: 0 };
    expect(isPostmaster(pid, cluster())).toBe(true);
    if (process.platform === 'linux') expect(statSync(`/proc/${pid}`).uid).not.toBe(0);
    expect(statSync(cluster()).mode & 0o777).toBe(0o700);
    for (const secret of ['postgres/secret.json', 'secrets/jwt.key']) {
      expect(statSync(join(folder, secret)).mode & 0o777).toBe(0o600);
    }
    await sql('create table acknowledged (n int)');
    await acknowledge(1);
    expect(await server.end('SIGINT')).toBe(0);
    expect(isPostmaster(pid, cluster())).toBe(false);
  });

  test('a second start finds it; another beside it says so, and neither ends the other', async () => {
    const server = await startServer();
    await server.says(/PostgreSQL is running/);
    expect(await acknowledged()).toEqual([1]);
    const [samePort, sameData] = await Promise.all([refusal({ PORT: String(port) }), refusal({})]);
    expect(samePort).toMatch(/^The app is running already: open http:\/\/localhost:\d+, .+\.$/);
    expect(sameData).toMatch(/^The data folder .+ is in use by another start of this app \(process \d+\); stop that one first/);
    expect(await healthy()).toBe(true);
    await acknowledge(2);
    await server.end('SIGKILL');
  });

  test('the server was killed: the next start takes over its PostgreSQL', async () => {
    const server = await startServer();
    await server.says(/PostgreSQL was still running/);
    expect(await acknowledged()).toEqual([1, 2]);
    await acknowledge(3);
    process.kill(runningPostmaster(cluster())?.pid ?? 0, 'SIGKILL');
    await server.says(/PostgreSQL is back/);
    expect(await acknowledged()).toEqual([1, 2, 3]);
    expect(await healthy()).toBe(true);
    await acknowledge(4);
    // The server first: it would start another PostgreSQL.
    await server.end('SIGKILL');
    process.kill(runningPostmaster(cluster())?.pid ?? 0, 'SIGKILL');
  });

  test('both were killed, and the number of the dead PostgreSQL now belongs to another process', async () => {
    const other = spawn('sleep', ['600'], isRoot() ? nobody() : {});
    onTestFinished(() => void other.kill());
    const file = join(cluster(), 'postmaster.pid');
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^\d+/, String(other.pid)));
    const server = await startServer();
    expect(await acknowledged()).toEqual([1, 2, 3, 4]);
    expect(await server.end('SIGINT')).toBe(0);
    expect(runningPostmaster(cluster())).toBeNull();
    expect(readdirSync(folder).sort()).toEqual(['postgres', 'secrets']);
  });
});

describe('a start that cannot succeed says why in one sentence and ends with 1', { timeout: SLOW_MS_MAX }, () => {
  test('another program has the port', async () => {
    const other: Server = createServer((socket) => socket.end('hello\n'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const taken = typeof address === 'object' && address ? address.port : 0;
    expect(await refusal({ PORT: String(taken) })).toBe(
      `Port ${taken} is in use by another program; stop that one, or start with another port: PORT=${taken + 1} npm start`,
    );
    other.close();
  });

  test('the data folder cannot be written', async () => {
    const file = join(tmpdir(), `psa-file-${process.pid}`);
    writeFileSync(file, '');
    onTestFinished(() => rmSync(file));
    expect(await refusal({ DATA_DIR: join(file, 'data') })).toMatch(
      /^The data folder .+ cannot be written \(ENOTDIR\); .+ set DATA_DIR/,
    );
  });

  test('DATABASE_URL is wrong', async () => {
    const { templateUrl } = inject('testCluster');
    const wrong = (change: (url: URL) => void): Record<string, string> => {
      const url = new URL(templateUrl);
      change(url);
      return { DATABASE_URL: url.href, DATA_DIR: `${folder}-external` };
    };
    onTestFinished(() => rmSync(`${folder}-external`, { recursive: true, force: true }));
    const nobodyListens = await freePort(0);
    const [refused, stranger, missing, unknown] = await Promise.all([
      refusal(
        wrong((url) => {
          url.port = String(nobodyListens);
        }),
      ),
      refusal(
        wrong((url) => {
          url.username = 'stranger';
        }),
      ),
      refusal(
        wrong((url) => {
          url.pathname = '/no_such_database';
        }),
      ),
      refusal(
        wrong((url) => {
          url.hostname = 'nowhere.invalid';
        }),
      ),
    ]);
    expect(refused).toMatch(/^No PostgreSQL answers at .+; start it, or correct DATABASE_URL\.$/);
    expect(stranger).toMatch(/refuses the user or the password .+; correct DATABASE_URL\.$/);
    expect(missing).toMatch(/has no database "no_such_database"; create it, or correct DATABASE_URL\.$/);
    expect(unknown).toMatch(/^The host of nowhere.invalid:\d+ is not known here; correct DATABASE_URL/);
  });

  test('an option that is not known, a setting that is not right', async () => {
    expect(await refusal({}, ['--dmeo'])).toBe('"--dmeo" is not known here; the only option is --demo.');
    expect(await refusal({ PORT: 'http' })).toMatch(/^PORT is not right/);
  });

  test('others on the network could sign in with a password that everybody knows', async () => {
    expect(await refusal({ HOST: '0.0.0.0' })).toMatch(/^HOST=0\.0\.0\.0 would open this server to others/);
    expect(runningPostmaster(cluster())).toBeNull();
  });
});
