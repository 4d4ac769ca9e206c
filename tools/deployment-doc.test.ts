import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../apps/server/src/cli/commands.ts';
import { blocksOf, commandsIn } from './deployment-doc.ts';
import { ROOT } from './tidy/sources.ts';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const DOCS = ['docs/deployment.md', 'docs/operations.md', 'README.md', 'CONTRIBUTING.md'];

/** What is wrong with a command as a document writes it; null when the tool takes it. */
async function wrong([name = '', ...words]: readonly string[]): Promise<string | null> {
  if (name === '--help' || name === 'COMMAND') return null;
  const entry = COMMANDS.find((one) => one.name === name);
  if (!entry) return `there is no command ${name}`;
  const help = (await entry.load()).default.help();
  const unknown = words
    .filter((word) => word.startsWith('--') && word !== '--help')
    .find((word) => !new RegExp(`${word.split('=')[0]}\\b`).test(help));
  return unknown === undefined ? null : `${name} does not know ${unknown}`;
}

describe('the documents', () => {
  // It loads all that the commands need, which is most of the server.
  test.each(DOCS)('%s names no command or option that the tool does not know', { timeout: 120_000 }, async (path) => {
    const faults = [];
    for (const words of commandsIn(read(path))) {
      const fault = await wrong(words);
      if (fault) faults.push(`${path}: psa ${words.join(' ')}: ${fault}`);
    }
    expect(faults).toEqual([]);
  });

  test('a command that does not exist, and an option that does not, are found', async () => {
    const [made, option] = commandsIn('```sh\npsa bakcup\npsa backup --lits | head\n```');
    expect(await wrong(made ?? [])).toMatch(/no command bakcup/);
    expect(await wrong(option ?? [])).toMatch(/does not know --lits/);
  });

  test('every block of shell is a shell’s, and those that are executed stand alone', () => {
    const blocks = blocksOf(read('docs/deployment.md')).filter(({ marks }) => marks[0] === 'sh');
    expect(blocks.filter(({ marks }) => marks.includes('run')).length).toBeGreaterThan(6);
    for (const { text, line } of blocks)
      expect(() => execFileSync('sh', ['-n'], { input: text }), `line ${line}`).not.toThrow();
  });
});
