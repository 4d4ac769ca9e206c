import { readFileSync } from 'node:fs';
import { openShelf } from '../backup/open.ts';
import { type RestoreReport, restore } from '../backup/restore.ts';
import { secretsOf } from '../backup/seal.ts';
import { noteBackupState } from '../backup/state.ts';
import { typed } from '../calc.ts';
import { readConfig } from '../config.ts';
import { settingsOf } from './backup.ts';
import { columns, command, EXIT, Told } from './command.ts';

function moment(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const ms = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms))
    throw new Told('--to is a moment with its zone, such as 2026-11-30T06:00:00Z.', { exit: EXIT.wrongWords });
  return new Date(ms).toISOString();
}

function keysIn(file: string): string[] {
  try {
    return secretsOf(readFileSync(file, 'utf8'), file);
  } catch (error) {
    throw new Told(error instanceof Error ? error.message : String(error));
  }
}

function show(report: RestoreReport, say: (line: string) => void): void {
  const { set, facts } = report;
  const rows = Object.entries(facts.tables).map(([name, now]): [string, string] => {
    const then = set.facts.tables[name];
    const digest =
      then?.digest === null || then === undefined ? '' : then.digest === now.digest ? '  as in the backup' : '  DIFFERS';
    return [name, `${String(now.rows).padStart(9)} rows, ${String(then?.rows ?? 0).padStart(9)} in the backup${digest}`];
  });
  for (const line of columns(rows)) say(line);
  for (const { facility_id, n, hash } of facts.audit) say(`  audit trail of ${facility_id}: head ${n}:${hash}`);
  say(`  ${report.entries} audit entries followed, ${report.parts} parts of the log replayed`);
  for (const line of report.wrong) say(`NOT AS IN THE BACKUP: ${line}`);
}

export default command({
  usage: 'restore --key FILE [--to TIME] [--set NAME] [--kind base|dump] [--into FOLDER] [--salvage FOLDER]',
  about: `Restores from BACKUP_TO into a fresh place: the empty database of DATABASE_URL, or else a data folder without one. Takes the newest backup
that fits, replays the log as far as it goes, counts every table, follows the audit trail, compares both with what the backup says, and
begins a new epoch, so that devices hand in again what they were acknowledged since. Start the server afterwards.`,
  options: {
    key: { type: 'string', value: 'FILE', says: 'the secret key that psa backup --make-key wrote' },
    to: { type: 'string', value: 'TIME', says: 'go to this moment, such as 2026-11-30T06:00:00Z (as far as the log goes)' },
    set: { type: 'string', value: 'NAME', says: 'begin with this backup (psa backup --list names them)' },
    kind: { type: 'string', value: 'KIND', says: 'base or dump (base where there is one)' },
    into: { type: 'string', value: 'FOLDER', says: 'the data folder (DATA_DIR); with it DATABASE_URL counts for nothing' },
    salvage: {
      type: 'string',
      value: 'FOLDER',
      says: 'pg_wal of the lost database, if it can still be read: its log is replayed last',
    },
  },
  exits: { 3: 'restored, but not all is as the backup says' },
  run: async ({ values }, io) => {
    if (values.key === undefined) throw new Told('Name the file of the secret key: --key FILE.', { exit: EXIT.wrongWords });
    const { kind } = values;
    if (kind !== undefined && kind !== 'base' && kind !== 'dump')
      throw new Told('--kind is base or dump.', { exit: EXIT.wrongWords });
    const to = moment(values.to);
    const secrets = keysIn(typed(values.key, io.env));
    const config = readConfig(io.env);
    const folder = values.into === undefined ? config.dataDir : typed(values.into, io.env);
    const shelf = openShelf(settingsOf(io).to);
    const report = await restore(
      {
        shelf,
        secrets,
        folder,
        owner: values.into === undefined ? (config.database?.client ?? null) : null,
        ...(kind === undefined ? {} : { kind }),
        ...(values.set === undefined ? {} : { set: values.set }),
        ...(to === undefined ? {} : { to }),
        ...(values.salvage === undefined ? {} : { salvage: typed(values.salvage, io.env) }),
      },
      { say: io.note, progress: io.progress, signal: io.signal },
    );
    show(report, io.say);
    io.say(`Restored to ${report.restoredTo}. A new epoch has begun: devices hand in again what they were acknowledged since.`);
    if (report.wrong.length > 0) return 3;
    // Noted where the server runs, also when a rehearsal restored elsewhere.
    await noteBackupState(config.dataDir, { verified_at: new Date().toISOString() }).catch(() => undefined);
    return EXIT.done;
  },
});
