import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Actor, type Role, uuidv7 } from '@psa/domain';
import type { ClientConfig, Pool } from 'pg';
import { z } from 'zod';
import { runVerify, VERIFY_USAGE, verifyOptions } from './audit/command.ts';
import { CALC_USAGE, calc, typed } from './calc.ts';
import { type Config, type ExternalDatabase, readConfig } from './config.ts';
import { Database } from './db/database.ts';
import { homeFacility } from './db/home.ts';
import { isMigrated } from './db/migrate.ts';
import { createPool } from './db/pool.ts';
import { PgServerStore } from './db/store.ts';
import { runningUrls } from './embedded/attach.ts';
import { openCluster } from './embedded/cluster.ts';
import { type ImportReport, importFhir } from './fhir/import.ts';
import { serverPassword, tokenKey } from './secrets.ts';
import { serverLogin } from './server-login.ts';

const USAGE = `npm run psa -- import-fhir FILE...   imports patients and allergies from FHIR (R4, STU3, DSTU2), JSON
${VERIFY_USAGE}
${CALC_USAGE}`;
const say = (line: string) => process.stdout.write(`${line}\n`);

/** A sentence for the person at the terminal; shown without a stack trace. */
class Told extends Error {}

/** How to sign in to the database of `npm start`. */
interface Logins {
  owner: ClientConfig;
  server(): Promise<ClientConfig>;
}

/**
 * Opens the database of `npm start`, beside a running server or by itself, and closes what it started.
 * @param as the role that the server works as, unless the work is about more than one facility.
 */
async function withDatabase(as: keyof Logins, work: (pool: Pool) => Promise<void>): Promise<void> {
  const config = readConfig(process.env);
  const running = config.database ? undefined : runningUrls(config.dataDir);
  const cluster = config.database || running ? null : await openCluster({ folder: config.dataDir, say });
  try {
    const logins = config.database ? external(config, config.database) : embedded(running ?? cluster);
    const pool = createPool({ ...(as === 'owner' ? logins.owner : await logins.server()), max: 4 });
    try {
      if (!(await isMigrated(new Database(pool).of(null)).catch(() => false)))
        throw new Told('The database is not set up for this version; start the server once before (npm start).');
      await work(pool);
    } finally {
      await pool.end();
    }
  } finally {
    await cluster?.stop();
  }
}

const embedded = (urls: { url: string; serverUrl: string } | null): Logins => ({
  owner: { connectionString: urls?.url },
  server: async () => ({ connectionString: urls?.serverUrl }),
});

const external = (config: Config, database: ExternalDatabase): Logins => ({
  owner: database.client,
  server: () => serverLogin(database, serverPassword(tokenKey(config.dataDir))),
});

/** On whose authority an import is written: the first consultant of the first facility. */
async function importer(db: Database): Promise<Actor> {
  const facility = await homeFacility(db);
  const { rows } = await db.of(facility ?? null).query<{ user_id: string; facility_id: string; role: Role }>(
    `select id as user_id, facility_id, role from users
      where facility_id = $1 and role = 'consultant' and is_active and is_approved and not deleted order by created_at, id limit 1`,
    [facility],
  );
  if (!rows[0]) throw new Told('There is no active consultant to import for; start the server once before (npm start).');
  return rows[0];
}

function show(file: string, report: ImportReport): void {
  say(`${file}: ${report.patients.length} patients, ${report.patients.reduce((n, p) => n + p.allergies, 0)} allergies`);
  for (const { hospital_number, id } of report.patients) say(`  ${hospital_number}  ${id}`);
  for (const { source, say: why, fields } of report.refused) {
    const details = Object.entries(fields).map(([field, sentence]) => `${field}: ${sentence}`);
    say(`  refused: ${source} — ${[why, ...details].join(' ')}`);
  }
  const left = Object.entries(report.no_place);
  if (left.length > 0) say('  no place for:');
  for (const [what, times] of left) say(`    ${String(times).padStart(5)} × ${what}`);
}

async function main(args: readonly string[]): Promise<void> {
  const [command, ...files] = args;
  if (command === 'verify-audit') return verify(files);
  if (command === 'calc' && files.length === 1) return runCalc(files[0] as string);
  if (command !== 'import-fhir' || files.length === 0) throw new Told(USAGE);
  await withDatabase('server', async (pool) => {
    const now = Date.now;
    const db = new Database(pool);
    const writer = { store: new PgServerStore(db), now, newId: () => uuidv7(now(), randomBytes) };
    const actor = await importer(db);
    for (const file of files) show(file, await importFhir(writer, actor, read(file)));
  });
}

/** Exit code 1 when a chain is broken. */
async function verify(args: readonly string[]): Promise<void> {
  const options = verifyOptions(args);
  if (typeof options === 'string') throw new Told(options);
  await withDatabase('owner', async (pool) => {
    if (!(await runVerify(pool, options, say))) process.exitCode = 1;
  });
}

/** Exit code 1 when a vector fails or a calculator is unknown. */
function runCalc(file: string): void {
  const content = read(typed(file, process.env));
  try {
    if (!calc(content, say)) process.exitCode = 1;
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    throw new Told(`${file} is not a file of test vectors: ${z.prettifyError(error)}`);
  }
}

function read(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Told(`${file} cannot be read as JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
