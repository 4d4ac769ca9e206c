import { spawn } from 'node:child_process';
import { chownSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isRoot, nobody } from '../../apps/server/src/embedded/account.ts';
import { freePort } from '../../apps/server/src/embedded/postmaster.ts';
import { Nurse } from '../../apps/server/src/testing/nurse.ts';
import { ServerProcess } from '../../apps/server/src/testing/server-process.ts';
import { makeDatabase, Node } from './nodes.ts';
import { program, run } from './programs.ts';
import type { Rehearsal, Stage } from './rehearsal.ts';

const TABLETS = 8;
const WORK_MS = 15_000;
/** Fewer connections to PostgreSQL than the two processes would hold without a pooler. */
const POOL = 4;
const UP_MS_MAX = 10_000;

/** Two server processes behind PgBouncer in transaction mode, tablets at both. */
const rehearse: Rehearsal = async (stage) => {
  const pgbouncer = program('pgbouncer', 'apt-get install pgbouncer');
  stage.say((await run(pgbouncer, ['--version'])).output.split('\n')[0] ?? '');
  const node = await Node.at(stage, 'node');
  await node.create();
  await makeDatabase(node);
  const port = await startPooler(stage, pgbouncer, node);

  const bases: string[] = [];
  for (const name of ['one', 'two']) bases.push(await serve(stage, node, port, name));
  const tablets = await Promise.all(Array.from({ length: TABLETS }, (_, n) => Nurse.signIn(bases[n % 2] ?? '')));
  const ear = await Nurse.signIn(bases[1] ?? '');
  const listener = ear.listen();
  stage.after(listener.stop);
  let working = true;
  const began = performance.now();
  const work = tablets.map(async (one) => {
    while (working && !stage.signal.aborted) await one.save();
  });
  await pause(WORK_MS, undefined, { signal: stage.signal });
  const rows = await node.sql(
    "select count(*)::int as n from pg_stat_activity where usename = 'psa_server' and application_name <> 'psa listener'",
  );
  working = false;
  await Promise.all(work);
  const seconds = (performance.now() - began) / 1000;
  const saved = tablets.reduce((sum, one) => sum + one.acknowledged.size, 0);
  const there = await node.sql("select count(*)::int as n from patients where first_name = 'Failover'", 'psa');
  stage.check('every save is there, once', Number(there[0]?.n) === saved, `${there[0]?.n} of ${saved}`);
  stage.check(
    'no request failed',
    tablets.every((one) => one.tries === 0),
    `${tablets.reduce((sum, one) => sum + one.tries, 0)} tries again`,
  );
  // Saves that share a commit share its number.
  const [head] = await node.sql('select max(seq)::int as seq from sync_head', 'psa');
  const heard = (): boolean => listener.seq() >= Number(head?.seq);
  for (const end = Date.now() + UP_MS_MAX; !heard() && Date.now() < end; ) await pause(50);
  stage.check('a tablet at the other process heard of all of it', heard(), `number ${listener.seq()} of ${head?.seq}`);
  stage.check('a new tablet begins from all of it', (await ear.snapshotHead('identity')) >= Number(head?.seq));
  stage.check('PostgreSQL sees no more connections than the pooler holds', Number(rows[0]?.n) <= POOL, `${rows[0]?.n}`);
  stage.figure('saves', saved);
  stage.figure('saves per second', Math.round(saved / seconds));
  stage.figure('connections to PostgreSQL', Number(rows[0]?.n));
};
export default rehearse;

async function startPooler(stage: Stage, pgbouncer: string, node: Node): Promise<number> {
  const port = await freePort(0);
  const file = join(stage.folder, 'pgbouncer.ini');
  const { username, password } = new URL(node.url('psa_server'));
  const lines = [
    '[databases]',
    `psa = host=127.0.0.1 port=${node.port} dbname=psa user=${username} password=${password}`,
    '[pgbouncer]',
    ...['listen_addr = 127.0.0.1', `listen_port = ${port}`, 'unix_socket_dir =', 'auth_type = any', 'pool_mode = transaction'],
    ...[`default_pool_size = ${POOL}`, 'max_client_conn = 200', `logfile = ${join(stage.folder, 'node', 'pgbouncer.log')}`],
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  const account = isRoot() ? nobody() : {};
  if (isRoot()) chownSync(file, nobody().uid, nobody().gid);
  const child = spawn(pgbouncer, ['-q', file], { ...account, stdio: 'ignore' });
  stage.after(() => child.kill('SIGINT'));
  for (const end = Date.now() + UP_MS_MAX; Date.now() < end; await pause(50)) {
    if (child.exitCode !== null) throw new Error(`PgBouncer ended with ${child.exitCode}.`);
    const up = await fetch(`http://127.0.0.1:${port}`).catch(
      (error: { cause?: { code?: string } }) => error.cause?.code !== 'ECONNREFUSED',
    );
    if (up) break;
  }
  stage.say(`PgBouncer in transaction mode, ${POOL} connections`);
  return port;
}

async function serve(stage: Stage, node: Node, pooler: number, name: string): Promise<string> {
  const port = await freePort(0);
  const server = new ServerProcess({
    PORT: String(port),
    DATA_DIR: join(stage.folder, 'server'),
    DATABASE_URL: node.url('psa', 'psa'),
    DATABASE_SERVER_URL: node.url('psa_server', 'psa').replace(`:${node.port}/`, `:${pooler}/`),
    DATABASE_POOLER: 'transaction',
    LOGINS_PER_MINUTE: '1000',
  });
  stage.after(() => server.end('SIGINT'));
  await server.says(/Stop +Ctrl-C/);
  stage.say(`Server process ${name} is up`);
  return `http://127.0.0.1:${port}`;
}
