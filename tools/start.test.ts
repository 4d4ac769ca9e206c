import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

const script = fileURLToPath(new URL('start.mjs', import.meta.url));

/** How the start of an empty project ends: the script alone, in a folder of its own. */
function startAlone(args: readonly string[] = []) {
  const folder = mkdtempSync(join(tmpdir(), 'psa-alone-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'tools'));
  cpSync(script, join(folder, 'tools/start.mjs'));
  const { status, stdout, stderr } = spawnSync(process.execPath, [...args, join(folder, 'tools/start.mjs')], {
    encoding: 'utf8',
  });
  return { status, said: stdout + stderr };
}

test('without the libraries, the command that installs them is named', () => {
  expect(startAlone()).toEqual({ status: 1, said: 'The libraries are not installed; run "npm ci" first.\n' });
});

test('a Node that is too old is told before anything else', () => {
  const pretend = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.18.3' } })`;
  expect(startAlone(['--import', `data:text/javascript,${encodeURIComponent(pretend)}`])).toEqual({
    status: 1,
    said: 'Node 20.18.3 is too old; install Node 20.19 or newer.\n',
  });
});
