import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { backUp, megabytes } from '../backup/keeper.ts';
import { openShelf } from '../backup/open.ts';
import { makeKey } from '../backup/seal.ts';
import { checkSet, listSets } from '../backup/sets.ts';
import { readBackupSettings } from '../backup/settings.ts';
import { typed } from '../calc.ts';
import { readVersion } from '../version.ts';
import { command, EXIT, type Io, Told } from './command.ts';
import { withPool } from './database.ts';

const KINDS = { base: ['base'], dump: ['dump'], both: ['base', 'dump'] } as const;

/** Where the settings say that backups go. Throws Told when they say nothing. */
export function settingsOf(io: Io) {
  const settings = readBackupSettings(io.env);
  if (!settings)
    throw new Told('BACKUP_TO is not set; name a folder on another disk, or s3://bucket/prefix (docs/operations.md).');
  return settings;
}

async function makeKeyFile(file: string, io: Io): Promise<void> {
  if (existsSync(file)) throw new Told(`${file} is there already; a key is never overwritten.`);
  const { secret, recipient } = await makeKey();
  const text = `# Opens the backups of the Plastic Surgeon Assistant. Keep it away from the server: on paper and with a second person.\n# public key: ${recipient}\n${secret}\n`;
  await writeFile(file, text, { mode: 0o600, flag: 'wx' });
  io.say(`BACKUP_RECIPIENTS=${recipient}`);
  io.note(
    `The secret key is in ${file}. Print it or copy it to where the server is not, then remove it here: without it no backup can be opened, with it everybody can.`,
  );
}

async function list(io: Io, read: boolean): Promise<number> {
  const shelf = openShelf(settingsOf(io).to);
  let bad = 0;
  for (const set of await listSets(shelf, io.note)) {
    io.signal.throwIfAborted();
    const fault = read
      ? await checkSet(shelf, set).then(
          () => undefined,
          (error: Error) => error.message,
        )
      : undefined;
    if (fault !== undefined) bad += 1;
    const rows = Object.values(set.facts.tables).reduce((sum, table) => sum + table.rows, 0);
    const verdict = fault ?? (read ? 'whole' : '');
    io.say(`${set.name}  ${megabytes(set.pieces).padStart(8)} MB  ${rows} rows  ${verdict}`.trimEnd());
  }
  return bad === 0 ? EXIT.done : EXIT.failed;
}

export default command({
  usage: 'backup [--kind base|dump|both] [--list | --check] [--make-key FILE]',
  about: `Makes an encrypted backup at BACKUP_TO, beside a running server or by itself, reads it again, and removes what BACKUP_KEEP does not keep.
The server does the same by itself every day at BACKUP_AT.
  base  the files of the embedded PostgreSQL; with the log that is carried away all the time, any moment since can be restored
  dump  the rows of any PostgreSQL as of one moment; also the way to a newer PostgreSQL, or from the embedded one to your own
The keys in the data folder's secrets/ are part of both. Only the secret key opens a backup: make one with --make-key, once.`,
  options: {
    kind: { type: 'string', value: 'KIND', says: 'base, dump or both (both; a PostgreSQL of your own: dump)' },
    list: { type: 'boolean', says: 'what is there' },
    check: { type: 'boolean', says: 'what is there, each read and compared with its checksums' },
    'make-key': { type: 'string', value: 'FILE', says: 'writes a new secret key there and prints the public one' },
  },
  run: async ({ values }, io) => {
    if (values['make-key'] !== undefined) return makeKeyFile(typed(values['make-key'], io.env), io);
    if (values.list || values.check) return list(io, values.check ?? false);
    const kinds = KINDS[(values.kind ?? 'both') as keyof typeof KINDS];
    if (!kinds) throw new Told('--kind is base, dump or both.', { exit: EXIT.wrongWords });
    const settings = settingsOf(io);
    return withPool('owner', io, async (_pool, { config, owner, embedded }) => {
      if (values.kind === 'base' && !embedded)
        throw new Told(
          'The files of a PostgreSQL of your own are copied by its own tools (pg_basebackup, pgBackRest, your provider); here, make a dump.',
        );
      const subject = { dataDir: config.dataDir, version: readVersion(), owner, embedded };
      const made = await backUp(settings, subject, kinds, {
        now: Date.now,
        progress: io.progress,
        signal: io.signal,
        say: io.say,
      });
      if (made.length === 0) throw new Told('Another process is making a backup at this moment.');
      for (const set of made)
        io.say(`${set.name}: ${megabytes(set.pieces)} MB in ${set.pieces.length} pieces, read again and whole`);
      return EXIT.done;
    });
  },
});
