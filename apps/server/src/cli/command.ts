import { parseArgs } from 'node:util';
import type { Progress } from './progress.ts';

/** What every command ends with unless it says otherwise. */
export const EXIT = { done: 0, failed: 1, wrongWords: 64, stopped: 130 } as const;

/** A sentence for the person at the terminal; shown without a stack trace. */
export class Told extends Error {
  /** What the process ends with. */
  readonly exit: number;

  constructor(say: string, options: ErrorOptions & { exit?: number } = {}) {
    super(say, options);
    this.name = 'Told';
    this.exit = options.exit ?? EXIT.failed;
  }
}

/** What a command has of the outside. */
export interface Io {
  /** A line of the result: standard output. */
  say(line: string): void;
  /** A line about the work, which is no part of the result: standard error. */
  note(line: string): void;
  env: NodeJS.ProcessEnv;
  /** Aborted by Ctrl-C and SIGTERM: stop at the next safe point, clean up, and throw what `signal.throwIfAborted()` throws. */
  signal: AbortSignal;
  /** A bar on a terminal, a line at each tenth elsewhere. */
  progress(title: string): Progress;
}

interface OptionSpec {
  type: 'boolean' | 'string';
  /** May be given several times. */
  multiple?: boolean;
  /** What the value is called in the help, such as FILE. */
  value?: string;
  says: string;
}
type Options = Readonly<Record<string, OptionSpec>>;

type Values<O extends Options> = {
  readonly [K in keyof O]?: O[K]['type'] extends 'boolean' ? boolean : O[K] extends { multiple: true } ? string[] : string;
};

interface Spec<O extends Options> {
  /** What follows `psa`, such as `import FILE...`. */
  usage: string;
  /** What it does, in sentences of the help. */
  about: string;
  options: O;
  /** How many words it takes beside its options; none unless told. */
  words?: { least: number; most: number };
  /** What its exit codes mean, when they are more than done (0) and not done (1). */
  exits?: Readonly<Record<number, string>>;
  /** It deals with signals itself. */
  ownsSignals?: boolean;
  /** @returns the exit code; 0 when nothing is returned. Throws Told. */
  // biome-ignore lint/suspicious/noConfusingVoidType: a command that can only succeed returns nothing
  run(given: { values: Values<O>; words: readonly string[] }, io: Io): Promise<number | void>;
}

export interface Command {
  ownsSignals: boolean;
  help(): string;
  run(args: readonly string[], io: Io): Promise<number>;
}

/** Makes a command of its description. Words that do not fit end with exit code 64 and its usage. */
export function command<const O extends Options>(spec: Spec<O>): Command {
  return {
    ownsSignals: spec.ownsSignals ?? false,
    help: () => helpOf(spec),
    run: async (args, io) => (await spec.run(parse(spec, args), io)) ?? EXIT.done,
  };
}

/** A command that reads its words itself. */
export function rawCommand(spec: {
  usage: string;
  about: string;
  // biome-ignore lint/suspicious/noConfusingVoidType: as above
  run(args: readonly string[], io: Io): Promise<number | void>;
}): Command {
  const { usage, about } = spec;
  return {
    ownsSignals: false,
    help: () => helpOf({ usage, about, options: {} }),
    run: async (args, io) => (await spec.run(args, io)) ?? EXIT.done,
  };
}

function parse<O extends Options>(spec: Spec<O>, args: readonly string[]): { values: Values<O>; words: readonly string[] } {
  const options = Object.fromEntries(
    Object.entries(spec.options).map(([name, { type, multiple = false }]) => [name, { type, multiple }]),
  );
  const wrong = (why: string) => new Told(`${why}\nUsage: psa ${spec.usage}`, { exit: EXIT.wrongWords });
  const { values, positionals } = (() => {
    try {
      return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
    } catch (error) {
      // The sentence of parseArgs goes on with advice about positionals, which is of no help here.
      const line = error instanceof Error ? error.message : String(error);
      throw wrong(line.replace(/\. To specify .*$/s, '.'));
    }
  })();
  const { least, most } = spec.words ?? { least: 0, most: 0 };
  if (positionals.length < least) throw wrong('Something is missing.');
  if (positionals.length > most) throw wrong(`"${positionals[most]}" is one word too many.`);
  return { values: values as Values<O>, words: positionals };
}

function helpOf(spec: Pick<Spec<Options>, 'usage' | 'about' | 'options' | 'exits'>): string {
  const options = Object.entries(spec.options).map(([name, { value, type, says }]): [string, string] => [
    `--${name}${type === 'string' ? ` ${value ?? 'VALUE'}` : ''}`,
    says,
  ]);
  const exits = Object.entries({
    0: 'done',
    1: 'not done: the reason is printed',
    ...spec.exits,
    64: 'the words after psa were not understood',
  });
  return [
    `psa ${spec.usage}`,
    '',
    spec.about.trim(),
    '',
    'Options',
    ...columns([...options, ['--help', 'this page']]),
    '',
    'Exit codes',
    ...columns(exits),
  ].join('\n');
}

/** Two columns, the second aligned. */
export function columns(rows: readonly (readonly [string, string])[]): string[] {
  const wide = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(wide)}  ${right}`);
}
