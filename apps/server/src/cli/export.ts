import { existsSync } from 'node:fs';
import { auditEntry } from '../auth/audit.ts';
import { typed } from '../calc.ts';
import { Database } from '../db/database.ts';
import { PgServerStore } from '../db/store.ts';
import { makeExport } from '../export/make.ts';
import { readVersion } from '../version.ts';
import { command, EXIT, Told } from './command.ts';
import { withPool } from './database.ts';
import { administratorOf } from './people.ts';

export default command({
  usage: 'export FILE --by EMAIL [--for RECIPIENT]... [--unsealed]',
  about: `Writes every record of the hospital into one file (docs/operations.md tells its format), as of one moment, beside a running server or by
itself: for another system, another server, or to be kept. psa import takes it in. Passwords, keys and sessions are not in it. It is sealed for whoever
holds the secret key of RECIPIENT (else those of BACKUP_RECIPIENTS): it holds everything about every patient.`,
  options: {
    by: { type: 'string', value: 'EMAIL', says: 'the administrator who answers for it; written into the trail' },
    for: {
      type: 'string',
      multiple: true,
      value: 'RECIPIENT',
      says: 'a public key (age1…) as psa backup --make-key prints; may be given several times',
    },
    unsealed: { type: 'boolean', says: 'readable by everybody who comes by the file' },
  },
  words: { least: 1, most: 1 },
  run: ({ values, words }, io) => {
    const file = typed(words[0] ?? '', io.env);
    const { by } = values;
    if (by === undefined) throw new Told('Say who answers for it: --by EMAIL.', { exit: EXIT.wrongWords });
    if (existsSync(file)) throw new Told(`${file} is there already; an export is never overwritten.`);
    if (values.unsealed && values.for) throw new Told('Either --for, or --unsealed.', { exit: EXIT.wrongWords });
    const own = (io.env.BACKUP_RECIPIENTS ?? '').split(',').map((one) => one.trim());
    const recipients = values.unsealed ? [] : (values.for ?? own).filter((one) => one !== '');
    if (recipients.length === 0 && !values.unsealed)
      throw new Told('Say for whom it is sealed (--for, a public key of psa backup --make-key), or --unsealed.');
    return withPool('server', io, async (pool) => {
      const db = new Database(pool);
      const actor = await administratorOf(db, by);
      const now = new Date();
      const bar = io.progress('Rows');
      const { head, end, waiting } = await makeExport(db, {
        facility: actor.facility_id,
        file,
        recipients,
        version: readVersion(),
        now,
        progress: bar.to,
        signal: io.signal,
      }).finally(bar.end);
      const rows = head.kinds.reduce((sum, kind) => sum + kind.rows, 0);
      const about = { user_id: actor.user_id, table_name: 'facilities', record_id: actor.facility_id };
      await new PgServerStore(db).audit(actor.facility_id, [
        auditEntry('export', now.getTime(), { address: '', agent: 'psa export' }, { ...about, new_values: { rows } }),
      ]);
      for (const { kind, rows: n } of head.kinds)
        if (n > 0) io.say(`${kind}: ${n} rows, SHA-256 ${end.kinds[kind]?.sha256.slice(0, 12)}`);
      io.say(`${rows} rows of ${head.facility.name}, ${recipients.length === 0 ? 'readable by everybody' : 'sealed'}: ${file}`);
      if (waiting > 0)
        io.note(`${waiting} refused saves wait under "Needs attention"; they are no records yet and are not in the file.`);
    });
  },
});
