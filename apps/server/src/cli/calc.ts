import { z } from 'zod';
import { CALC_USAGE, calc, typed } from '../calc.ts';
import { EXIT, rawCommand, Told } from './command.ts';
import { readJson } from './json.ts';

export default rawCommand({
  usage: 'calc FILE',
  about: `Prints each vector that fails with what was expected, then "N passed, N failed". Exit code 1 when one fails or the file names an
unknown calculator.`,
  run: async ([file, ...more], io) => {
    if (file === undefined || more.length > 0) throw new Told(CALC_USAGE, { exit: EXIT.wrongWords });
    const content = readJson(typed(file, io.env));
    try {
      return calc(content, io.say) ? EXIT.done : EXIT.failed;
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error;
      throw new Told(`${file} is not a file of test vectors: ${z.prettifyError(error)}`);
    }
  },
});
