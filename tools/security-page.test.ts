import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PAGES = ['security.md', 'asvs.md', 'privacy.md'];
const read = (page: string): string => readFileSync(join(ROOT, 'docs', page), 'utf8');

const files = new Set(
  ['apps', 'packages', 'e2e', 'tools', 'bench'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => !path.includes('node_modules'))
      .map((path) => basename(path)),
  ),
);

test.each(PAGES)('every file that %s names is there', (page) => {
  const named = [...read(page).matchAll(/`((?:[\w.-]+\/)*[\w-]+(?:\.[\w-]+)*\.tsx?)`/g)].map(([, path = '']) => basename(path));
  expect(named.filter((name) => !files.has(name))).toEqual([]);
  const links = [...read(page).matchAll(/\]\(((?!https?:|#)[^)#]+)/g)].map(([, to = '']) => to);
  expect(links.filter((to) => !existsSync(join(ROOT, 'docs', to)))).toEqual([]);
});

/** How many requirements of levels 1 and 2 each section of ASVS 5.0.0 has, but for those of level 3. */
const LEVELS_1_AND_2: Readonly<Record<string, number>> = {
  ...{ '1.1': 2, '1.2': 9, '1.3': 11, '1.4': 3, '1.5': 2, '2.1': 3, '2.2': 3, '2.3': 4, '2.4': 1 },
  ...{ '3.2': 2, '3.3': 4, '3.4': 6, '3.5': 5, '3.7': 2, '4.1': 3, '4.2': 1, '4.3': 2, '4.4': 4 },
  ...{ '5.1': 1, '5.2': 3, '5.3': 2, '5.4': 3, '6.1': 3, '6.2': 12, '6.3': 4, '6.4': 4, '6.5': 5, '6.6': 3, '6.8': 4 },
  ...{ '7.1': 3, '7.2': 4, '7.3': 2, '7.4': 5, '7.5': 2, '7.6': 2, '8.1': 2, '8.2': 3, '8.3': 1, '8.4': 1 },
  ...{ '9.1': 3, '9.2': 4, '11.1': 2, '11.2': 3, '11.3': 3, '11.4': 4, '11.5': 1, '11.6': 1 },
  ...{ '12.1': 3, '12.2': 2, '12.3': 4, '13.1': 1, '13.2': 5, '13.3': 2, '13.4': 5 },
  ...{ '14.1': 2, '14.2': 4, '14.3': 3, '15.1': 3, '15.2': 3, '15.3': 7 },
  ...{ '16.1': 1, '16.2': 5, '16.3': 4, '16.4': 3, '16.5': 3 },
};

test('asvs.md answers each requirement of levels 1 and 2 once, and says for each whether it is met', () => {
  const rows = read('asvs.md')
    .split('\n')
    .filter((line) => /^\| \d/.test(line));
  const numbers = rows.flatMap((line) => (line.split('|')[1] ?? '').split(',').map((n) => n.trim()));
  expect(numbers.filter((n, i) => numbers.indexOf(n) !== i)).toEqual([]);
  const counts: Record<string, number> = {};
  for (const n of numbers) {
    const section = n.split('.').slice(0, 2).join('.');
    counts[section] = (counts[section] ?? 0) + 1;
  }
  expect(counts).toEqual(LEVELS_1_AND_2);
  for (const row of rows) expect(['met', 'part', 'missing', '–'], row).toContain((row.split('|')[3] ?? '').trim());
});
