import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { badHabits, brokenLinks, impurities, lockProblems, longFiles, quotedRules, rulesOf, secrets } from './habits.ts';
import { ROOMS, strayImports } from './rooms.ts';
import { ROOT, readSources } from './sources.ts';

const sources = readSources();
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** Names in the package.json of each room: what it may import, by folder. */
const libraries = Object.fromEntries(
  ROOMS.map(({ dir }) => {
    const pack = JSON.parse(read(`${dir}/package.json`)) as Record<'dependencies' | 'devDependencies', Record<string, string>>;
    return [dir, [...Object.keys(pack.dependencies ?? {}), ...Object.keys(pack.devDependencies ?? {})]];
  }),
);

describe('the repository', () => {
  test('imports only what the table of rooms and layers allows', () => {
    expect(strayImports(sources, libraries)).toEqual([]);
  });

  test('keeps clock, chance, network and disk out of the pure rooms', () => {
    expect(impurities(sources)).toEqual([]);
  });

  test('gives up no types, skips no tests, silences no tools and leaves no work in comments', () => {
    expect(badHabits(sources)).toEqual([]);
  });

  test('has no file longer than anyone should have to read', () => {
    expect(longFiles(sources)).toEqual([]);
  });

  test('holds no secret and no address of a real person', () => {
    expect(secrets(sources)).toEqual([]);
  });

  test('installs from the public registry only, every package with its checksum', () => {
    expect(lockProblems(read('package-lock.json'))).toEqual([]);
  });

  test('links to nothing that is not there', () => {
    expect(brokenLinks(sources, (path) => existsSync(join(ROOT, path)))).toEqual([]);
  });
});

describe('the rules of sync', () => {
  const rules = rulesOf(read('docs/sync.md'));
  const quoted = quotedRules(sources);

  test('are numbered once each', () => {
    expect(rules.length).toBeGreaterThan(30);
    expect(new Set(rules).size).toBe(rules.length);
  });

  test.each(rules)('%s is quoted by a test', (rule) => {
    expect(quoted.get(rule) ?? []).not.toEqual([]);
  });

  test('are quoted only by numbers that exist', () => {
    expect([...quoted].filter(([rule]) => !rules.includes(rule))).toEqual([]);
  });
});
