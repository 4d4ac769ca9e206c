import { setTimeout as pause } from 'node:timers/promises';
import { createPool } from '../../apps/server/src/db/pool.ts';
import { freePort } from '../../apps/server/src/embedded/postmaster.ts';
import { Nurse } from '../../apps/server/src/testing/nurse.ts';
import { ServerProcess } from '../../apps/server/src/testing/server-process.ts';
import { makeDatabase, Node } from './nodes.ts';
import type { Rehearsal, Stage } from './rehearsal.ts';

const TABLETS = 8;
const ROUND_MS = 8_000;
const UNTIL_MS_MAX = 120_000;

/** Words: how many rounds (2). */
const rehearse: Rehearsal = async (stage) => {
  const rounds = Number(stage.words[0] ?? 2);
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 20) throw new Error('Say how many rounds, from 1 to 20.');
  const [a, b] = [await Node.at(stage, 'node_a'), await Node.at(stage, 'node_b')];
  stage.say(`${await a.version()}: a primary and a replica it waits for`);
  await a.create();
  await makeDatabase(a);
  await b.follow(a);

  const address = (user: string) => `postgres://${user}:rehearsal@127.0.0.1:${a.port},127.0.0.1:${b.port}/psa`;
  const bases: string[] = [];
  for (const name of ['one', 'two']) bases.push(await serve(stage, address, name));
  await a.waitFor(b);
  await until('the replica is waited for', () => a.hasSynchronous(b));

  const tablets = await Promise.all(Array.from({ length: TABLETS }, (_, n) => Nurse.signIn(bases[n % 2] ?? '')));
  stage.after(() => {
    for (const one of tablets) one.stop();
  });
  let working = true;
  const work = tablets.map(async (one) => {
    while (working && !stage.signal.aborted) await one.save();
  });
  const acknowledged = () => tablets.flatMap((one) => [...one.acknowledged]);
  const listener = (await Nurse.signIn(bases[1] ?? '')).listen();
  stage.after(listener.stop);

  let [primary, replica] = [a, b];
  const outages: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    await pause(ROUND_MS, undefined, { signal: stage.signal });
    const before = acknowledged().length;
    const heard = listener.seq();
    stage.check(`round ${round}: tablets save`, before > 0, `${before} acknowledged so far`);
    const lost = performance.now();
    primary.kill();
    await replica.promote();
    await until('a save is acknowledged again', async () => acknowledged().length > before + TABLETS);
    outages.push(Math.round(performance.now() - lost));
    await until('a tablet hears of it', async () => listener.seq() > heard);
    stage.say(`${primary.name} was killed; ${replica.name} took over, saves again after ${outages.at(-1)} ms`);
    await missing(stage, replica, acknowledged(), `after round ${round}`);
    if (round === rounds) break;
    // The lost one comes back as the replica, from a fresh copy.
    [primary, replica] = [replica, primary];
    await replica.stop();
    await replica.follow(primary);
    await primary.waitFor(replica);
    await until('the replica is waited for', () => primary.hasSynchronous(replica));
  }
  working = false;
  await Promise.all(work);
  await missing(stage, replica, acknowledged(), 'at the end');
  stage.figure('acknowledged saves', acknowledged().length);
  stage.figure(
    'tries that were not answered',
    tablets.reduce((sum, one) => sum + one.tries, 0),
  );
  stage.figure('longest time without a save', Math.max(...outages), 'ms');
};
export default rehearse;

/** A server process of two. @returns its address */
async function serve(stage: Stage, address: (user: string) => string, name: string): Promise<string> {
  const port = await freePort(0);
  const server = new ServerProcess({
    PORT: String(port),
    DATA_DIR: `${stage.folder}/server`,
    DATABASE_URL: address('psa'),
    DATABASE_SERVER_URL: address('psa_server'),
    LOGINS_PER_MINUTE: '1000',
  });
  stage.after(() => server.end('SIGINT'));
  await server.says(/Stop +Ctrl-C/);
  stage.say(`Server process ${name} is up`);
  return `http://127.0.0.1:${port}`;
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + UNTIL_MS_MAX;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`It was waited in vain: ${what}.`);
    await pause(50);
  }
}

/** Every acknowledged save is there, once; and nothing that nobody saved. */
async function missing(stage: Stage, node: Node, ids: readonly string[], when: string): Promise<void> {
  const owner = createPool({ connectionString: node.url('psa', 'psa'), max: 1 });
  try {
    const { rows } = await owner.query<{ id: string; row_version: number }>(
      'select id, row_version from patients where id = any($1::uuid[])',
      [ids],
    );
    stage.check(`${when}: no acknowledged save is missing`, rows.length === ids.length, `${rows.length} of ${ids.length}`);
    stage.check(
      `${when}: none was written twice`,
      rows.every((row) => row.row_version === 1),
    );
  } finally {
    await owner.end();
  }
}
