import { Database } from '../db/database.ts';
import { loadDemo } from '../db/demo.ts';
import { createPool } from '../db/pool.ts';
import { seed } from '../db/seed.ts';
import { seedReference } from '../db/seed-reference.ts';
import { command, EXIT, Told } from './command.ts';
import { withPool } from './database.ts';

const PATIENTS_MAX = 1_000_000;

function count(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d*$/.test(text) && Number(text) <= PATIENTS_MAX) return Number(text);
  throw new Told(`--patients is a number from 1 to ${PATIENTS_MAX}.`, { exit: EXIT.wrongWords });
}

export default command({
  usage: 'seed [--demo [--patients N]]',
  about: `Gives an empty database its hospital, wards, trial accounts, sample consumables and
reference data, as every start does. What was edited since stays
as it is; a database whose hospital was not made here is left alone. The trial accounts have published passwords: change or close
them before anybody else can reach the server (psa user).`,
  options: {
    demo: { type: 'boolean', says: 'also fills a ward of generated patients, unless there are patients' },
    patients: { type: 'string', value: 'N', says: 'how many (2,000)' },
  },
  run: async ({ values }, io) => {
    const patients = count(values.patients);
    await withPool('owner', io, async (owner, opened) => {
      const facility = await seed(owner);
      const added = await seedReference(owner, facility);
      io.say(`The hospital is ${facility}; ${added ?? 'no'} versions of reference entries added`);
      if (!values.demo) return;
      const pool = createPool({ ...(await opened.server()), max: 4 });
      const bar = io.progress('Patients');
      try {
        const made = await loadDemo(new Database(pool), io.note, {
          ...(patients === undefined ? {} : { patients }),
          progress: (done, of) => {
            io.signal.throwIfAborted();
            bar.to(done, of);
          },
        });
        io.say(`${made.patients} patients, ${made.records} records`);
      } finally {
        bar.end();
        await pool.end();
      }
    });
  },
});
