import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

function find(env: Record<string, string>) {
  const run = spawnSync(process.execPath, ['--import', 'tsx', 'tools/browser.ts'], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, PSA_BROWSER: '', ...env },
  });
  return { code: run.status, out: run.stdout, err: run.stderr };
}

test('a browser that was named is used', () => {
  const { code, out } = find({ PSA_BROWSER: process.execPath });
  expect({ code, out }).toEqual({ code: 0, out: `${process.execPath}\n(env)\n` });
});

test('a browser that was named but is not there stops at once', () => {
  const { code, err } = find({ PSA_BROWSER: '/nowhere/chrome' });
  expect(code).toBe(1);
  expect(err).toContain('/nowhere/chrome');
});

test('with no browser anywhere, the command that installs one is named', () => {
  const { code, err } = find({ PSA_BROWSER_HIDE: 'own,system,fetched' });
  expect(code).toBe(1);
  expect(err).toMatch(/apt-get install|brew install|winget install|playwright install/);
});

test('with the system’s browsers hidden, none of them is used', () => {
  const { code, out } = find({ PSA_BROWSER_HIDE: 'system,fetched' });
  const [path = ''] = out.split('\n');
  expect(code === 1 || (existsSync(path) && out.includes('(own)'))).toBe(true);
});
