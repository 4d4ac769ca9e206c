import { typed } from '../calc.ts';
import { Database } from '../db/database.ts';
import { PgServerStore } from '../db/store.ts';
import { makePack } from '../privacy/make-pack.ts';
import { command, EXIT, Told } from './command.ts';
import { withPool } from './database.ts';
import { administratorOf } from './people.ts';

export default command({
  usage: 'patient-pack HOSPITAL_NUMBER --by EMAIL --out FOLDER [--with-third-persons]',
  about: `Everything that is recorded about one patient, for that patient (Nigeria Data Protection Act, s.34 and s.38): record.html to be read and
printed, record.json for another system, with who has looked. Details of other people are left out unless asked for. Written into the
trail as an export by the administrator named.`,
  options: {
    by: { type: 'string', value: 'EMAIL', says: 'the administrator who answers for it' },
    out: { type: 'string', value: 'FOLDER', says: 'where the two files go' },
    'with-third-persons': { type: 'boolean', says: 'leave the details of other people in' },
  },
  words: { least: 1, most: 1 },
  run: ({ values, words }, io) => {
    const { by, out } = values;
    if (by === undefined || out === undefined)
      throw new Told('Say who answers for it (--by EMAIL) and where the files go (--out FOLDER).', {
        exit: EXIT.wrongWords,
      });
    return withPool('server', io, async (pool) => {
      const db = new Database(pool);
      const actor = await administratorOf(db, by);
      const made = await makePack(db, new PgServerStore(db), actor, {
        hospitalNumber: words[0] ?? '',
        folder: typed(out, io.env),
        thirdPersons: values['with-third-persons'] === true,
        now: new Date(),
      });
      if (!made) throw new Told(`There is no patient with the hospital number ${words[0]}.`);
      io.say(`${made.entries} entries. To be read: ${made.page}`);
      io.say(`For another system: ${made.data}`);
      io.say('Give them to the patient by a way that nobody else can read, and remove them here.');
    });
  },
});
