import { columns, EXIT, type Io, Told } from './command.ts';
import { COMMANDS } from './commands.ts';

const HELP = new Set(['--help', '-h', 'help']);

/** The page of `psa --help`. */
export function overview(): string {
  return [
    'psa COMMAND [OPTIONS]      psa COMMAND --help tells more',
    '',
    ...columns(COMMANDS.map(({ name, summary }) => [name, summary])),
    '',
    'Settings are environment variables (docs/operations.md). From a checkout: npm run psa -- COMMAND',
  ].join('\n');
}

/**
 * Runs one line of words. Throws Told, and whatever goes wrong that nobody foresaw.
 * @returns the exit code.
 */
export async function runLine(args: readonly string[], io: Io, onSignals: (owned: boolean) => void): Promise<number> {
  const [name = 'help', ...rest] = args;
  if (HELP.has(name) && (rest.length === 0 || !rest[0])) {
    io.say(overview());
    return args.length === 0 ? EXIT.wrongWords : EXIT.done;
  }
  // `psa help backup` as well as `psa backup --help`.
  const wanted = HELP.has(name) ? (rest[0] ?? '') : name;
  const entry = COMMANDS.find((one) => one.name === wanted);
  if (!entry) throw new Told(`There is no command "${wanted}".\n\n${overview()}`, { exit: EXIT.wrongWords });
  const { default: found } = await entry.load();
  const asked =
    HELP.has(name) ||
    rest.slice(0, rest.includes('--') ? rest.indexOf('--') : undefined).some((word) => word === '--help' || word === '-h');
  if (asked) {
    io.say(found.help());
    return EXIT.done;
  }
  onSignals(found.ownsSignals);
  return found.run(rest, io);
}
