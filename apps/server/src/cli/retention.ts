import { RETENTION } from '@psa/domain';
import { Database } from '../db/database.ts';
import { homeFacility } from '../db/home.ts';
import { dueRecords } from '../privacy/retention.ts';
import { command, EXIT, Told } from './command.ts';
import { withPool } from './database.ts';

export default command({
  usage: 'retention [--on YYYY-MM-DD]',
  about: `Which records the policy no longer asks to keep: ${RETENTION.years} years after the last contact, of whoever was younger than ${RETENTION.minor_below} then until ${RETENTION.until_age}
(packages/domain/src/retention.ts; to be confirmed by counsel). A report only: nothing is ever removed by it.`,
  options: { on: { type: 'string', value: 'YYYY-MM-DD', says: 'as of this day; today unless told' } },
  run: ({ values }, io) =>
    withPool('server', io, async (pool) => {
      const db = new Database(pool);
      const facility = await homeFacility(db);
      if (facility === undefined) throw new Told('There is no hospital yet.');
      const on = values.on ?? new Date().toISOString().slice(0, 10);
      if (!/^\d{4}-\d{2}-\d{2}$/.test(on)) throw new Told('--on is a day like 2026-11-30.', { exit: EXIT.wrongWords });
      const due = await dueRecords(db, facility, on);
      for (const { hospital_number, last_contact, since } of due) {
        io.say(
          `${hospital_number}  last contact ${last_contact}  ${since === null ? 'date of birth unknown: to be decided' : `since ${since}`}`,
        );
      }
      io.say(`${due.length} records are past their time on ${on}. Nothing was removed.`);
    }),
});
