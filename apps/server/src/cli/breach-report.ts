import { isInstant } from '@psa/domain';
import { Database } from '../db/database.ts';
import { homeFacility } from '../db/home.ts';
import { breachDraft } from '../privacy/breach.ts';
import { command, EXIT, Told } from './command.ts';
import { withPool } from './database.ts';

const OPTIONS = {
  from: { type: 'string', value: 'MOMENT', says: 'from when on the trail is looked at' },
  to: { type: 'string', value: 'MOMENT', says: 'until when' },
  aware: { type: 'string', value: 'MOMENT', says: 'when the hospital came to know; now unless told' },
  user: { type: 'string', value: 'EMAIL', says: 'only what this account did' },
  device: { type: 'string', value: 'ID', says: 'only what was done on this device' },
  address: { type: 'string', value: 'IP', says: 'only what came from this address' },
} as const;

export default command({
  usage: 'breach-report --from MOMENT --to MOMENT [--aware MOMENT] [--user EMAIL] [--device ID] [--address IP]',
  about: `A draft of the notice of a personal data breach (Nigeria Data Protection Act, s.40), with the facts that the audit trail holds, as Markdown.
Moments look like 2026-11-22T09:30:00.000Z. It is sent to nobody, and what a machine cannot know is marked.`,
  options: OPTIONS,
  run: ({ values }, io) => {
    const { from, to, aware = new Date().toISOString(), user, device, address } = values;
    for (const [name, moment] of Object.entries({ from, to, aware })) {
      if (moment === undefined || !isInstant(moment))
        throw new Told(`--${name} is a moment like 2026-11-22T09:30:00.000Z.`, { exit: EXIT.wrongWords });
    }
    return withPool('server', io, async (pool) => {
      const db = new Database(pool);
      const facility = await homeFacility(db);
      if (facility === undefined) throw new Told('There is no hospital yet.');
      io.say(await breachDraft(db, facility, { from: from ?? '', to: to ?? '', awareAt: aware, user, device, address }));
    });
  },
});
