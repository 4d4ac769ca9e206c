import { bringUpToDate, onPlainPool } from '../bring-up.ts';
import { pendingMigrations } from '../db/migrate.ts';
import { command } from './command.ts';
import { withLogins } from './database.ts';

export default command({
  usage: 'migrate [--dry-run]',
  about: `Brings the database of the settings up to date, as every start does. Each file of apps/server/migrations is one transaction; safe to
run again, from several machines at once, and to interrupt. Nothing goes back: to return to an older version, restore a backup.`,
  options: { 'dry-run': { type: 'boolean', says: 'names what would be applied, and changes nothing' } },
  run: ({ values }, io) =>
    withLogins(io, async ({ config, owner }) => {
      const shown = config.database?.shown;
      if (!values['dry-run']) {
        await bringUpToDate(owner, shown, io.say);
        return;
      }
      const pending = await onPlainPool(owner, shown, (pool) => pendingMigrations(pool));
      for (const name of pending) io.say(`Would apply ${name}`);
      if (pending.length === 0) io.say('The database is up to date');
    }),
});
