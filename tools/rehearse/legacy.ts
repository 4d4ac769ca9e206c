import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { MYSQL_SCHEMA, mysqlRows } from '../../apps/server/src/legacy/testing/mysql-rows.ts';
import type { Rehearsal, Stage } from './rehearsal.ts';

/**
 * The migration from a real MariaDB: a trial, a run that is killed in its middle, the run that goes on, one that changes nothing.
 * `npm run rehearse -- legacy [PATIENTS]` (500 unless told).
 */
const rehearse: Rehearsal = async (stage) => {
  const patients = Number(stage.words[0] ?? 500);
  const source = await startMariaDb(stage, patients);
  stage.say('Setting up a hospital');
  await psa(stage, ['migrate']);
  await psa(stage, ['seed']);

  const rows = 2 * patients + 5;
  const trial = await psa(stage, ['migrate-legacy', source, '--dry-run'], 'trial');
  stage.check('the trial says that one person and nothing else is refused', trial.code === 3);

  const half = await psa(stage, ['migrate-legacy', source], 'cut', true);
  stage.check('it was killed in its middle', half.code === null);
  const begun = performance.now();
  const whole = await psa(stage, ['migrate-legacy', source], 'whole');
  const seconds = (performance.now() - begun) / 1000;
  const report = whole.report();
  const of = (table: string) => report.tables.find((one) => one.table === table);
  for (const table of report.tables) {
    const told = Object.values(table.outcomes).reduce((sum, n) => sum + n, 0);
    stage.check(`${table.table}: each of ${table.read} rows is told of`, told === table.read);
    stage.check(`${table.table}: what is stored is what was meant`, table.meant_sha256 === table.stored_sha256);
  }
  const known = of('patients')?.outcomes;
  stage.check(
    'every patient is there, once',
    (known?.written ?? 0) + (known?.known ?? 0) === patients + 1 && known?.removed === 1,
  );
  stage.check(
    'what the killed run had done was not done again',
    (of('users')?.earlier ?? 0) + (of('patients')?.earlier ?? 0) > 0,
  );
  const again = (await psa(stage, ['migrate-legacy', source], 'again')).report();
  const done = again.tables.reduce((sum, { earlier }) => sum + earlier, 0);
  stage.check(
    'another run changes nothing',
    done === rows - 1,
    `${done} of ${rows} rows were settled, one waits for a correction`,
  );
  stage.figure('rows', rows);
  stage.figure('rows a second, the second half with the start of the program', Math.round(rows / 2 / seconds));
};
export default rehearse;

interface Report {
  tables: {
    table: string;
    read: number;
    earlier: number;
    outcomes: Record<string, number>;
    meant_sha256: string;
    stored_sha256: string;
  }[];
}

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Runs `psa` on the hospital of this rehearsal; `name`: with a report; `kill`: killed in the middle of the patients. */
async function psa(stage: Stage, args: readonly string[], name?: string, kill = false) {
  stage.signal.throwIfAborted();
  const file = join(stage.folder, `${name ?? 'none'}.json`);
  const child = spawn(
    process.execPath,
    [
      '--import',
      'tsx',
      join(root, 'apps/server/src/cli.ts'),
      ...args,
      ...(name === undefined ? [] : ['--name', 'mysql', '--report', file]),
    ],
    { cwd: root, stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, DATA_DIR: join(stage.folder, 'data') } },
  );
  let said = '';
  const ended = new Promise<number | null>((done) => child.on('exit', (code) => done(code)));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    // Tenths of a table are told: past half of the patients is past the middle of all.
    if (kill && said.includes('patients: 50 %')) child.kill('SIGKILL');
  });
  const code = await ended;
  if (code !== null && code !== 0 && code !== 3) throw new Error(`psa ${args[0]} ended with ${code}: ${said.slice(-500)}`);
  return { code, report: (): Report => JSON.parse(readFileSync(file, 'utf8')) as Report };
}

/** Starts a MariaDB of its own on a free port and fills it. @returns how to reach it. Throws when it is not installed. */
async function startMariaDb(stage: Stage, patients: number): Promise<string> {
  const found = (name: string) =>
    ['/usr/sbin', '/usr/bin', '/usr/local/bin', '/opt/homebrew/bin'].map((dir) => join(dir, name)).find(existsSync);
  const [bin, install] = [found('mariadbd'), found('mariadb-install-db')];
  if (bin === undefined || install === undefined)
    throw new Error('MariaDB is not installed: sudo apt-get install -y mariadb-server (or: brew install mariadb)');
  const [port, data] = [await freePort(), join(stage.folder, 'mariadb')];
  mkdirSync(data);
  const user = process.getuid?.() === 0 ? ['--user=nobody'] : [];
  if (user.length > 0) spawnSync('chown', ['-R', 'nobody', data]);
  const made = spawnSync(install, [
    '--no-defaults',
    ...user,
    `--datadir=${data}`,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
  ]);
  if (made.status !== 0) throw new Error(`MariaDB could not be set up: ${String(made.stderr).slice(-300)}`);
  const child = spawn(
    bin,
    [
      '--no-defaults',
      ...user,
      `--datadir=${data}`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      `--socket=${join(data, 's')}`,
    ],
    {
      stdio: 'ignore',
    },
  );
  stage.after(() => end(child));
  const { createConnection } = await import('mysql2/promise');
  const connect = () => createConnection({ host: '127.0.0.1', port, user: 'root', charset: 'utf8mb4' });
  const connection = await until(connect);
  try {
    await connection.query(`set sql_mode = ''`);
    await connection.query('create database earlier character set utf8mb4');
    await connection.query('use earlier');
    for (const statement of MYSQL_SCHEMA) await connection.query(statement);
    for (const [table, all] of Object.entries(mysqlRows(patients)))
      await connection.query(`insert into ${table} values ?`, [all]);
    const [version] = await connection.query('select version() as v');
    stage.say(`${(version as { v: string }[])[0]?.v} with ${patients} patients`);
  } finally {
    await connection.end();
  }
  return `mysql://root@127.0.0.1:${port}/earlier`;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const gone = new Promise((done) => child.on('exit', done));
  child.kill('SIGTERM');
  await gone;
}

/** What `attempt` makes, tried for half a minute. */
async function until<T>(attempt: () => Promise<T>): Promise<T> {
  for (let left = 150; ; left--) {
    try {
      return await attempt();
    } catch (error) {
      if (left === 0) throw error;
      await pause(200);
    }
  }
}

const freePort = (): Promise<number> =>
  new Promise((done, failed) => {
    const server = createServer().on('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (address && typeof address === 'object' ? done(address.port) : failed(new Error('no port'))));
    });
  });
