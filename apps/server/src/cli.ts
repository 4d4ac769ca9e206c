import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Actor, type Role, uuidv7 } from '@psa/domain';
import type { ClientConfig, Pool } from 'pg';
import { readConfig } from './config.ts';
import { isMigrated } from './db/migrate.ts';
import { createPool } from './db/pool.ts';
import { PgServerStore } from './db/store.ts';
import { runningUrl } from './embedded/attach.ts';
import { openCluster } from './embedded/cluster.ts';
import { type ImportReport, importFhir } from './fhir/import.ts';

const USAGE = `npm run psa -- import-fhir FILE...   imports patients and allergies from FHIR (R4, STU3, DSTU2), JSON`;
const say = (line: string) => process.stdout.write(`${line}\n`);

/** A sentence for the person at the terminal; shown without a stack trace. */
class Told extends Error {}

/** Opens the database of `npm start`, beside a running server or by itself, and closes what it started. */
async function withDatabase(work: (pool: Pool) => Promise<void>): Promise<void> {
  const config = readConfig(process.env);
  const running = config.database ? undefined : runningUrl(config.dataDir);
  const cluster = config.database || running ? null : await openCluster({ folder: config.dataDir, say });
  const client: ClientConfig = config.database?.client ?? { connectionString: running ?? cluster?.url };
  const pool = createPool({ ...client, max: 4 });
  try {
    if (!(await isMigrated(pool).catch(() => false)))
      throw new Told('The database is not set up for this version; start the server once before (npm start).');
    await work(pool);
  } finally {
    await pool.end();
    await cluster?.stop();
  }
}

/** On whose authority an import is written: the first consultant of the first facility. */
async function importer(pool: Pool): Promise<Actor> {
  const { rows } = await pool.query<{ user_id: string; facility_id: string; role: Role }>(
    `select u.id as user_id, u.facility_id, u.role from users u join facilities f on f.id = u.facility_id
      where u.role = 'consultant' and u.is_active and u.is_approved and not u.deleted
      order by f.created_at, f.id, u.created_at, u.id limit 1`,
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
  if (command !== 'import-fhir' || files.length === 0) throw new Told(USAGE);
  await withDatabase(async (pool) => {
    const now = Date.now;
    const writer = { store: new PgServerStore(pool), now, newId: () => uuidv7(now(), randomBytes) };
    const actor = await importer(pool);
    for (const file of files) show(file, await importFhir(writer, actor, read(file)));
  });
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
