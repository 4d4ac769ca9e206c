import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { type Actor, uuidv7 } from '@psa/domain';
import { typed } from '../calc.ts';
import { Database } from '../db/database.ts';
import { homeFacility } from '../db/home.ts';
import { realTarget, trialTarget } from '../db/target.ts';
import { NO_CORRECTIONS, readCorrections } from '../legacy/corrections.ts';
import { MemoryLedger, PgLedger } from '../legacy/ledger.ts';
import { migrate } from '../legacy/migrate.ts';
import { readLegacyBrowser } from '../legacy/read-browser.ts';
import { openLegacyMysql } from '../legacy/read-mysql.ts';
import { openLegacyPostgres } from '../legacy/read-postgres.ts';
import { reportLines } from '../legacy/report.ts';
import { NotLegacy, type Source } from '../legacy/source.ts';
import { command, EXIT, type Io, Told } from './command.ts';
import { withPool } from './database.ts';
import { readJson } from './json.ts';
import type { Progress } from './progress.ts';

export default command({
  usage:
    'migrate-legacy SOURCE [--dry-run] [--name NAME] [--corrections FILE] [--rest-as-documents] [--zone ZONE] [--report FILE]',
  about: `
Takes over what an earlier app kept. SOURCE is postgres://…, mysql://… or the JSON of a browser's export. It is only read.

Each row goes through the same rules as a save in the app. What does not fit is refused with its reason and nothing of it is
written; a file of corrections lets it in at the next run. A run that was stopped goes on where it was, and a second one changes
nothing. Every row is kept as it was, whatever became of it, without passwords and keys (table legacy_rows).`,
  words: { least: 1, most: 1 },
  options: {
    'dry-run': { type: 'boolean', says: 'tells what would become of each row, by the same rules, and writes nothing' },
    name: { type: 'string', value: 'NAME', says: 'what this source is called; runs of one name belong together ("tablet 3")' },
    corrections: {
      type: 'string',
      value: 'FILE',
      says: 'JSON: {"rows": {table: {id: {field: value}}}, "wards": {…}, "roles": {…}}',
    },
    'rest-as-documents': {
      type: 'boolean',
      says: 'what is still refused, and belongs to a patient, becomes a document there that can be read',
    },
    zone: { type: 'string', value: 'ZONE', says: 'how times without a zone are meant, such as Africa/Lagos' },
    report: { type: 'string', value: 'FILE', says: 'writes the whole report as JSON' },
  },
  exits: { 3: 'taken over, and some rows were refused' },
  async run({ values, words }, io) {
    const [where = ''] = words;
    const corrections =
      values.corrections === undefined ? NO_CORRECTIONS : readCorrections(readJson(typed(values.corrections, io.env)));
    if (values.zone !== undefined) checkZone(values.zone);
    const source = await open(where, io);
    try {
      return await withPool('owner', io, async (pool) => {
        const db = new Database(pool);
        const actor = await administrator(db);
        const name = values.name ?? source.flavour;
        const real = realTarget(db, actor.facility_id, { now: Date.now, newId: () => uuidv7(Date.now(), randomBytes) });
        const kept = new PgLedger(pool, actor.facility_id, name);
        const dry = values['dry-run'] === true;
        const home = String((await real.row('facilities', actor.facility_id))?.time_zone ?? 'UTC');
        const zone = values.zone ?? source.zone ?? home;
        io.note(`Reading ${source.flavour}; times without a zone are meant as in ${zone}. ${dry ? 'Nothing is written.' : ''}`);
        const report = await migrate({
          source,
          name,
          target: dry ? await trialTarget(real) : real,
          ledger: dry ? new MemoryLedger(await kept.handled()) : kept,
          actor,
          corrections,
          zone,
          home,
          today: new Date().toLocaleDateString('sv-SE', { timeZone: home }),
          restAsDocuments: values['rest-as-documents'] === true,
          progress: bars(io),
          signal: io.signal,
        });
        const tables = report.tables();
        for (const line of reportLines(tables)) io.say(line);
        if (values.report !== undefined)
          writeFileSync(typed(values.report, io.env), `${JSON.stringify({ source: name, zone, tables }, null, 2)}\n`);
        io.signal.throwIfAborted();
        return tables.some(({ outcomes }) => outcomes.refused > 0) ? 3 : EXIT.done;
      });
    } catch (error) {
      throw told(error);
    } finally {
      await source.close();
    }
  },
});

/** Opens a source by its form. Throws Told. */
async function open(where: string, io: Io): Promise<Source> {
  try {
    if (/^postgres(ql)?:/.test(where)) return await openLegacyPostgres(where);
    if (/^(mysql|mariadb):/.test(where)) return await openLegacyMysql(where.replace(/^mariadb:/, 'mysql:'));
    return readLegacyBrowser(readJson(typed(where, io.env)));
  } catch (error) {
    throw told(error, where.includes('://') ? 'The earlier database cannot be read' : undefined);
  }
}

/** A sentence for the person at the terminal, where the failure has one. */
function told(error: unknown, lead?: string): unknown {
  if (error instanceof NotLegacy) return new Told(error.message);
  if (lead === undefined || error instanceof Told || !(error instanceof Error)) return error;
  // A refused connection to several addresses has no sentence of its own.
  const why = error.message || String((error as { code?: string }).code ?? error.name);
  return new Told(`${lead}: ${why}`, { cause: error });
}

function checkZone(zone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
  } catch {
    throw new Told(`There is no time zone called ${zone}; one is Africa/Lagos.`, { exit: EXIT.wrongWords });
  }
}

/** On whose authority rows are taken over: the first administrator of the first hospital. Throws Told. */
async function administrator(db: Database): Promise<Actor> {
  const facility = (await homeFacility(db)) ?? null;
  const { rows } = await db.of(facility).query<{ id: string }>(
    `select id from users where facility_id = $1 and role = 'super_admin' and is_active and is_approved and not deleted
      order by created_at, id limit 1`,
    [facility],
  );
  if (!rows[0] || facility === null) throw new Told('There is no hospital with an administrator yet; run "psa seed" first.');
  return { user_id: rows[0].id, facility_id: facility, role: 'super_admin' };
}

/** One bar a table. */
function bars(io: Io): (table: string, done: number, of: number) => void {
  let bar: { table: string; at: Progress } | undefined;
  return (table, done, of) => {
    if (bar?.table !== table) {
      bar?.at.end();
      bar = { table, at: io.progress(table) };
    }
    bar.at.to(done, of);
    if (done === of) bar.at.end();
  };
}
