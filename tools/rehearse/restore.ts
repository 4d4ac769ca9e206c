import { existsSync, readFileSync, statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openShelf } from '../../apps/server/src/backup/open.ts';
import { restore } from '../../apps/server/src/backup/restore.ts';
import { secretsOf } from '../../apps/server/src/backup/seal.ts';
import { noteBackupState } from '../../apps/server/src/backup/state.ts';
import { readConfig } from '../../apps/server/src/config.ts';
import { disaster } from './disaster.ts';
import type { Rehearsal, Stage } from './rehearsal.ts';

/** Registrations of the drill without a backup of one's own. */
const SAVES = 300;
const silent = () => ({ to: () => undefined, end: () => undefined });

/**
 * The monthly rehearsal. With `--key FILE` and the settings of the server: the newest backup of the hospital is restored into a folder of
 * its own and compared; the server goes on. Without: a drill with a made-up hospital, whose data folder is destroyed while a tablet writes.
 */
const rehearse: Rehearsal = async (stage) => {
  const { values } = parseArgs({ args: [...stage.words], options: { key: { type: 'string' } } });
  if (values.key === undefined) return drill(stage);
  const file = isAbsolute(values.key) ? values.key : resolve(process.env.INIT_CWD ?? '.', values.key);
  const config = readConfig(process.env);
  if (!config.backup) throw new Error('BACKUP_TO is not set: rehearse with the settings of the server, or without --key.');
  const began = performance.now();
  const report = await restore(
    {
      shelf: openShelf(config.backup.to),
      secrets: secretsOf(readFileSync(file, 'utf8'), file),
      folder: join(stage.folder, 'restored'),
      owner: null,
    },
    { say: stage.say, progress: silent, signal: stage.signal },
  );
  const rows = Object.values(report.facts.tables).reduce((sum, table) => sum + table.rows, 0);
  stage.figure('backup', report.set.name);
  stage.figure('restored to', report.restoredTo);
  stage.figure('behind now', Math.round((Date.now() - Date.parse(report.restoredTo)) / 1000), 's');
  stage.figure('restore', Number(((performance.now() - began) / 1000).toFixed(1)), 's');
  stage.figure('rows', rows);
  stage.figure('tables', Object.keys(report.facts.tables).length);
  stage.figure('audit entries followed', report.entries);
  stage.figure('parts of the log replayed', report.parts);
  stage.check(
    'counts, digests and audit trail are as the backup says',
    report.wrong.length === 0,
    report.wrong.join('; ') || undefined,
  );
  if (report.wrong.length > 0 || !existsSync(config.dataDir)) return;
  await noteBackupState(config.dataDir, { verified_at: new Date().toISOString() });
  stage.say(`Noted for psa doctor, ${statSync(config.dataDir).isDirectory() ? 'in the data folder' : ''}`);
};

async function drill(stage: Stage): Promise<void> {
  stage.say('No key was given: a drill with a made-up hospital');
  const report = await disaster(stage.folder, SAVES, stage.say);
  stage.figure('acknowledged writes', report.acknowledged);
  stage.figure('missing, with the log of the dead disk', report.missingWithSalvage);
  stage.figure('missing, from the backup place alone', report.missingAfterRestore);
  stage.figure('missing, after the tablet came back', report.missingAfterTablets);
  stage.figure('parts of the log replayed', report.parts);
  stage.figure('audit entries followed', report.restored.entries);
  stage.figure('restore', Number(report.secondsToRestore.toFixed(1)), 's');
  stage.check('counts and audit trail are as the backup says', report.wrong.length === 0, report.wrong.join('; ') || undefined);
  stage.check('a disk that can still be read gives back every acknowledged write', report.missingWithSalvage === 0);
  stage.check(
    'without it, the tablet closes what was not carried away yet',
    report.missingAfterTablets === 0 && report.waiting === 0,
  );
}

export default rehearse;
