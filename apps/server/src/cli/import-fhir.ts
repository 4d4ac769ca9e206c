import { randomBytes } from 'node:crypto';
import { uuidv7 } from '@psa/domain';
import { typed } from '../calc.ts';
import { Database } from '../db/database.ts';
import { PgServerStore } from '../db/store.ts';
import { importFhir } from '../fhir/import.ts';
import { EXIT, rawCommand, Told } from './command.ts';
import { withPool } from './database.ts';
import { importer, showFhir } from './fhir.ts';
import { readJson } from './json.ts';

export default rawCommand({
  usage: 'import-fhir FILE...',
  about: 'Imports patients and allergies from FHIR (R4, STU3, DSTU2), JSON. The same as psa import for such files.',
  run: async (files, io) => {
    if (files.length === 0)
      throw new Told('npm run psa -- import-fhir FILE...   imports patients and allergies from FHIR (R4, STU3, DSTU2), JSON', {
        exit: EXIT.wrongWords,
      });
    await withPool('server', io, async (pool) => {
      const now = Date.now;
      const db = new Database(pool);
      const writer = { store: new PgServerStore(db), now, newId: () => uuidv7(now(), randomBytes) };
      const actor = await importer(db);
      for (const file of files) showFhir(file, await importFhir(writer, actor, readJson(typed(file, io.env))), io.say);
    });
  },
});
