import { lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { linkLibraries } from './binaries.ts';

test('library names that an install without scripts leaves out are made once, beside what is there', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'psa-links-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const lib = join(folder, 'native/lib');
  mkdirSync(lib, { recursive: true });
  writeFileSync(join(lib, 'libone.so.1.2'), 'one');
  writeFileSync(join(lib, 'libtwo.so.3'), 'two');
  const list = [
    { source: 'native/lib/libone.so.1.2', target: 'native/lib/libone.so.1' },
    { source: 'native/lib/libone.so.1.2', target: 'native/lib/libtwo.so.3' },
  ];
  writeFileSync(join(folder, 'native/pg-symlinks.json'), JSON.stringify(list));
  expect(await linkLibraries(folder)).toBe(1);
  expect(lstatSync(join(lib, 'libone.so.1')).isSymbolicLink()).toBe(true);
  expect(readFileSync(join(lib, 'libone.so.1'), 'utf8')).toBe('one');
  expect(readFileSync(join(lib, 'libtwo.so.3'), 'utf8')).toBe('two');
  expect(await linkLibraries(folder)).toBe(0);
});
