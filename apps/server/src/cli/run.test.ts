import { describe, expect, test } from 'vitest';
import { command, type Io, Told } from './command.ts';
import { COMMANDS } from './commands.ts';
import { progressOn } from './progress.ts';
import { overview, runLine } from './run.ts';

function terminal(): Io & { said: string[] } {
  const said: string[] = [];
  const { signal } = new AbortController();
  const progress = () => ({ to: () => undefined, end: () => undefined });
  return { said, say: (line) => void said.push(line), note: () => undefined, env: {}, signal, progress };
}
const line = async (...args: string[]) => {
  const io = terminal();
  const code = await runLine(args, io, () => undefined);
  return { code, text: io.said.join('\n') };
};
/** How a line is refused. */
const refusal = (...args: string[]) =>
  line(...args).then(
    () => expect.unreachable(),
    (error: unknown) => error as Told,
  );

describe('psa', () => {
  // It loads all that the commands need, which is most of the server.
  test('lists every command, and explains each with its options and exit codes', { timeout: 120_000 }, async () => {
    const { code, text } = await line('--help');
    expect(code).toBe(0);
    for (const { name, summary } of COMMANDS) {
      expect(text).toContain(`${name} `);
      expect(text).toContain(summary);
      const page = await line(name, '--help');
      expect(page.code).toBe(0);
      expect(page.text).toMatch(new RegExp(`^psa ${name}`));
      expect(page.text).toContain('Exit codes');
      expect((await line('help', name)).text).toBe(page.text);
    }
    expect(new Set(COMMANDS.map(({ name }) => name)).size).toBe(COMMANDS.length);
  });

  test('without a word it shows the list and ends with 64', async () => {
    expect(await line()).toEqual({ code: 64, text: overview() });
  });

  test.each([
    [['restroe'], /^There is no command "restroe"\./],
    [['migrate', '--dry'], /--dry/],
    [['migrate', 'now'], /^"now" is one word too many\.\nUsage: psa migrate/],
    [['seed', '--patients'], /--patients/],
    [['seed', '--patients', 'many'], /number from 1/],
  ])('what is not understood (%j) is said, with exit code 64', async (args, sentence) => {
    const told = await refusal(...args);
    expect(told).toBeInstanceOf(Told);
    expect([told.exit, told.message]).toEqual([64, expect.stringMatching(sentence)]);
  });
});

describe('a command', () => {
  const echo = command({
    usage: 'echo WORD... [--loud] [--to NAME]',
    about: 'Says it again.',
    options: {
      loud: { type: 'boolean', says: 'louder' },
      to: { type: 'string', multiple: true, value: 'NAME', says: 'to whom' },
    },
    words: { least: 1, most: 2 },
    exits: { 3: 'nobody heard' },
    run: async ({ values, words }, io) => {
      io.say(JSON.stringify([values.loud ?? false, values.to ?? [], words]));
      return values.loud ? 0 : 3;
    },
  });
  test('reads its words and options, and ends with its own code', async () => {
    const io = terminal();
    expect(await echo.run(['a', '--to', 'x', '--to=y', 'b'], io)).toBe(3);
    expect(io.said).toEqual(['[false,["x","y"],["a","b"]]']);
    await expect(echo.run([], io)).rejects.toThrow(/missing/);
    await expect(echo.run(['a', 'b', 'c'], io)).rejects.toThrow('"c" is one word too many.');
  });
  test('documents its own exit codes', () => {
    expect(echo.help()).toMatch(/ 3 +nobody heard/);
  });
});

describe('progress', () => {
  const drawn = (isTTY: boolean, steps: number) => {
    const out: string[] = [];
    let at = 0;
    const bar = progressOn({ isTTY, write: (text) => out.push(text) }, 'Rows', () => (at += 10));
    for (let i = 1; i <= steps; i++) bar.to(i, steps);
    bar.end();
    return out;
  };
  test('is a bar on a terminal: drawn over itself, not at every step, and taken away', () => {
    const out = drawn(true, 100);
    expect(out.length).toBeLessThan(15);
    expect(out.at(-2)).toBe(`\r\x1b[KRows  [${'#'.repeat(30)}] 100 %`);
    expect(out.at(-1)).toBe('\r\x1b[K');
  });
  test('is a line at each tenth elsewhere, without control characters', () => {
    expect(drawn(false, 1000)).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90].map((n) => `Rows: ${n} %\n`));
    expect(drawn(false, 1)).toEqual([]);
  });
});
