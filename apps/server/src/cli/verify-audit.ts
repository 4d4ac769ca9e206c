import { runVerify, VERIFY_USAGE, verifyOptions } from '../audit/command.ts';
import { EXIT, rawCommand, Told } from './command.ts';
import { withPool } from './database.ts';

export default rawCommand({
  usage: 'verify-audit [--facility ID] [--from N] [--anchor N:HASH]',
  about: `Follows the audit trail of each hospital and says where it was altered. Exit code 1 when one was.

  ${VERIFY_USAGE}`,
  run: async (args, io) => {
    const options = verifyOptions(args);
    if (typeof options === 'string') throw new Told(options);
    return withPool('owner', io, async (pool) => ((await runVerify(pool, options, io.say)) ? EXIT.done : EXIT.failed));
  },
});
