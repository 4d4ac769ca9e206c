import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { type Actor, type AnyRow, uuidv7 } from '@psa/domain';
import { auditEntry } from '../auth/audit.ts';
import { secretsOf } from '../backup/seal.ts';
import { typed } from '../calc.ts';
import { Database } from '../db/database.ts';
import { homeFacility } from '../db/home.ts';
import { PgServerStore } from '../db/store.ts';
import { realTarget, trialTarget } from '../db/target.ts';
import { ExportFile, formOf, NotAnExport } from '../export/open.ts';
import { takeIn } from '../export/take.ts';
import { errorLine } from '../start-failure.ts';
import { command, EXIT, type Io, Told } from './command.ts';
import { withPool } from './database.ts';
import importFhir from './import-fhir.ts';
import { administratorOf } from './people.ts';
import type { Progress } from './progress.ts';

export default command({
  usage: 'import FILE... [--by EMAIL] [--key FILE] [--dry-run] [--as-it-is] [--report FILE]',
  about: `Takes in what psa export wrote: into a database that psa migrate has set up and that has no hospital yet, or into the hospital that is there
(--by EMAIL says which administrator answers for it). FHIR (JSON) goes the way of psa import-fhir.

Each row goes through the same rules as a save in the app, and keeps who made it and when. What does not fit is refused with code and reason and
nothing of it is written. What is here already under its id stays as it is; where it differs this is told. So a second run changes nothing, and
one that was stopped goes on. Nobody comes with a password: psa user reset-password gives one.`,
  words: { least: 1, most: 100 },
  options: {
    by: { type: 'string', value: 'EMAIL', says: 'the administrator of the hospital that is here; written into the trail' },
    key: { type: 'string', value: 'FILE', says: 'the secret key, for a sealed file' },
    'dry-run': { type: 'boolean', says: 'tells what would become of each row, by the same rules, and writes nothing' },
    'as-it-is': { type: 'boolean', says: 'takes what can be read of a file whose counts or checksums are not right' },
    report: { type: 'string', value: 'FILE', says: 'writes the whole report as JSON' },
  },
  exits: { 3: 'taken in, and some rows were refused or are different here' },
  async run({ values, words }, io) {
    const files = words.map((word) => typed(word, io.env));
    const forms = await Promise.all(files.map(read));
    if (forms.every((form) => form === 'json')) return importFhir.run(files, io);
    const [file, form] = [files[0] ?? '', forms[0]];
    if (files.length > 1) throw new Told('One export at a time.', { exit: EXIT.wrongWords });
    if (form === 'other') throw new Told(`${file} is neither an export of this app nor FHIR as JSON.`);
    if (form === 'sealed' && values.key === undefined)
      throw new Told(`${file} is sealed: name the file of the secret key, --key FILE.`);
    const key = values.key === undefined ? undefined : typed(values.key, io.env);
    const source = new ExportFile(
      file,
      key === undefined || form !== 'sealed' ? [] : secretsOf(readFileSync(key, 'utf8'), key),
    );
    io.note(`Reading ${file}`);
    const checked = await source.check().catch(told);
    for (const fault of checked.faults) io.note(`The file is not as it was written. ${fault}`);
    if (checked.faults.length > 0 && !values['as-it-is'])
      throw new Told('Nothing was taken in. Copy the file again, or take what can be read of it: --as-it-is.');
    return withPool('owner', io, async (pool) => {
      const db = new Database(pool);
      const fresh = (await homeFacility(db)) === undefined;
      const actor = await authority(db, values.by, checked.users, checked.facility);
      const dry = values['dry-run'] === true;
      const clock = { now: Date.now, newId: () => uuidv7(Date.now(), randomBytes) };
      const real = realTarget(db, actor.facility_id, clock, true);
      const report = await takeIn({
        lines: source.lines(),
        target: dry ? await trialTarget(real, true) : real,
        actor,
        from: checked.head.facility.id,
        progress: bars(io, new Map(checked.head.kinds.map(({ kind, rows }) => [kind, rows]))),
        signal: io.signal,
      });
      const { written, refused, different } = report.sums;
      for (const line of report.lines()) io.say(line);
      if (values.report !== undefined)
        writeFileSync(
          typed(values.report, io.env),
          `${JSON.stringify({ from: checked.head, faults: checked.faults, kinds: report.kinds }, null, 1)}\n`,
          { mode: 0o600 },
        );
      if (dry) io.say('Nothing was written.');
      else if (written > 0) {
        const about = { user_id: actor.user_id, table_name: 'facilities', record_id: actor.facility_id };
        const values = { from: checked.head.facility, made_at: checked.head.made_at, ...report.sums };
        await new PgServerStore(db).audit(actor.facility_id, [
          auditEntry('import', Date.now(), { address: '', agent: 'psa import' }, { ...about, new_values: values }),
        ]);
      }
      io.signal.throwIfAborted();
      if (!dry && fresh)
        io.note(`Nobody has a password here. Next: psa user reset-password ${author(checked.users)?.email ?? 'EMAIL'}`);
      return refused + different > 0 ? 3 : EXIT.done;
    });
  },
});

const read = (file: string) =>
  formOf(file).catch((error: unknown) => {
    throw new Told(`${file} cannot be read: ${errorLine(error)}`);
  });

function told(error: unknown): never {
  throw error instanceof NotAnExport ? new Told(error.message) : error;
}

/** The first administrator of a file whose account is open. */
const author = (users: readonly AnyRow[]): AnyRow | undefined =>
  users.find((row) => row.role === 'super_admin' && row.is_active === true && row.is_approved === true && !row.deleted);

/** Whoever is named, in the hospital that is here; in an empty database the administrator of the file. Throws Told. */
async function authority(
  db: Database,
  by: string | undefined,
  users: readonly AnyRow[],
  facility: AnyRow | undefined,
): Promise<Actor> {
  if ((await homeFacility(db)) !== undefined) {
    if (by === undefined)
      throw new Told('There is a hospital here: say which administrator answers for the import, --by EMAIL.', {
        exit: EXIT.wrongWords,
      });
    return administratorOf(db, by);
  }
  const admin = author(users);
  if (!facility || !admin)
    throw new Told('There is no hospital here, and none with an administrator in the file; run "psa seed", then import.');
  return { user_id: admin.id, facility_id: facility.id, role: 'super_admin' };
}

/** One bar a kind. */
function bars(io: Io, of: ReadonlyMap<string, number>): (kind: string, done: number) => void {
  let bar: { kind: string; at: Progress } | undefined;
  return (kind, done) => {
    if (bar?.kind !== kind) {
      bar?.at.end();
      bar = { kind, at: io.progress(kind) };
    }
    const rows = of.get(kind) ?? done;
    bar.at.to(done, rows);
    if (done >= rows) bar.at.end();
  };
}
