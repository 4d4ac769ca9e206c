import { command, EXIT, Told } from './command.ts';
import { withPool } from './database.ts';
import { rotateKeys } from './rotate-keys.ts';

export default command({
  usage: 'keys rotate',
  about: `Makes a new secret in secrets/jwt.key and seals anew, under it, what lies sealed in the database. Servers that run use it at once.
Nobody is signed out: tokens under the former secret count until they end, within a day. Do it when somebody who could read that
file has left, and once a year. Keep the file with the backups: without it, sealed values cannot be opened.`,
  options: {},
  words: { least: 1, most: 1 },
  exits: { 1: 'something that lies sealed could not be opened' },
  run: ({ words }, io) => {
    if (words[0] !== 'rotate')
      throw new Told(`"${words[0]}" is not known here; try "psa keys rotate".`, { exit: EXIT.wrongWords });
    return withPool('owner', io, async (pool, { config }) =>
      (await rotateKeys(pool, config.dataDir, new Date(), io.say)) ? EXIT.done : EXIT.failed,
    );
  },
});
