import { describe, expect, test } from 'vitest';
import { badHabits, brokenLinks, impurities, lockProblems, longFiles, quotedRules, rulesOf, secrets } from './habits.ts';
import { strayImports } from './rooms.ts';

/** A repository of one file. */
const file = (path: string, text: string) => [{ path, text }];
const libraries = { 'apps/server': ['fastify'], 'apps/web': ['react'] };

describe('a planted import is found', () => {
  const SERVER = 'apps/server/src/db/store.ts';
  const WEB = 'apps/web/src/screens/today.tsx';
  const PURE = 'packages/sync/src/server/end.ts';
  test.each([
    [PURE, `import { readFile } from 'node:fs/promises';`],
    [PURE, `import type { Pool } from 'pg';`],
    [PURE, `import { RECORDS } from '../../../domain/src/index.ts';`],
    [PURE, `export { buildApp } from '@psa/server';`],
    [PURE, `const x = await import('node:crypto');`],
    ['packages/domain/src/ids.ts', `import { PUSH_BYTES_MAX } from '@psa/sync';`],
    [SERVER, `import { login } from '../routes/login.ts';`],
    [SERVER, `import { buildApp } from '../app.ts';`],
    [SERVER, `import { open } from '@psa/web';`],
    [SERVER, `import leftPad from 'left-pad';`],
    ['apps/server/src/auth/login.ts', `import { x } from '../routes/x.ts';`],
    ['apps/server/src/fhir/import.ts', `import {\n  y,\n} from '../auth/x.ts';`],
    [WEB, `import { db } from '../sync/http.ts';`],
    [WEB, `import fs from 'node:fs';`],
    ['apps/web/src/store/memory.ts', `import { Page } from '../screens/page.tsx';`],
    ['apps/web/src/ui/theme.ts', `import { useRows } from '../store/index.ts';`],
    ['apps/web/src/sync/http.ts', `import '../store/index.ts';`],
  ])('%s: %s', (path, text) => {
    expect(strayImports(file(path, text), libraries)).toHaveLength(1);
  });

  test.each([
    [PURE, `import { z } from 'zod';\nimport { may } from '@psa/domain';\nimport { x } from './decide.ts';`],
    [PURE, "type Origin = 'rest' | 'import';\nconst say = 'x';"],
    [PURE, `// import x from 'pg'\nconst say = "import { y } from the ward";`],
    ['packages/sync/src/x.test.ts', `import { test } from 'vitest';\nimport { gzipSync } from 'node:zlib';`],
    [SERVER, `import fastify from 'fastify';\nimport { join } from 'node:path';`],
    ['apps/server/src/main.ts', `import { buildApp } from './app.ts';\nimport { x } from './db/pool.ts';`],
    [
      WEB,
      `import { Form } from '../record/form.tsx';\nimport { theme } from '../ui/theme.ts';\nimport { device } from '../store/index.ts';`,
    ],
  ])('%s may: %s', (path, text) => {
    expect(strayImports(file(path, text), libraries)).toEqual([]);
  });
});

describe('a planted impurity is found', () => {
  test.each([
    'const now = Date.now();',
    'const now = new Date();',
    'const luck = Math.random();',
    'setTimeout(() => undefined, 5);',
    'const id = crypto.randomUUID();',
    'await fetch("/api/health");',
    'const say = `at $'.concat('{Date.now()}`;'),
    'const port = process.env.PORT;',
  ])('%s', (text) => {
    expect(impurities(file('packages/domain/src/ids.ts', text))).toHaveLength(1);
    expect(impurities(file('packages/domain/src/ids.test.ts', text))).toEqual([]);
  });

  test.each([
    'const d = new Date(ms);',
    '// never Date.now()',
    "const say = 'fetch(';",
    'link.fetch(x);',
    '  async fetch(x: number): Promise<void> {',
    'env.crypto.sign(x);',
  ])('but not %s', (text) => {
    expect(impurities(file('packages/domain/src/ids.ts', text))).toEqual([]);
  });
});

describe('a planted bad habit is found', () => {
  test.each([
    'const x = y as any;',
    'function f(x: any) {}',
    '// @ts-ignore',
    "test.skip('later', () => {});",
    "describe.only('x', () => {});",
    "test.todo('x');",
    '// TODO later',
    "const home = '/home/someone/project';",
  ])('%s', (text) => {
    expect(badHabits(file('apps/web/src/store/x.test.ts', text))).toHaveLength(1);
  });

  test('but words are not code', () => {
    expect(badHabits(file('apps/web/src/ui/x.ts', "const say = 'as any nurse knows: any';"))).toEqual([]);
  });

  test('a long file', () => {
    expect(longFiles(file('apps/web/src/x.ts', 'x\n'.repeat(401)))).toHaveLength(1);
    expect(longFiles(file('apps/web/src/x.ts', 'x\n'.repeat(400)))).toEqual([]);
  });
});

describe('a planted secret is found', () => {
  test.each([
    `const mail = 'ada.obi@${'gmail.com'}';`,
    `-----BEGIN ${'PRIVATE'} KEY-----`,
    `const token = 'ghp${'_'}${'a1B2'.repeat(9)}';`,
    `DATABASE_URL=postgres://unit:${'correct-horse'}@db.unit.ng/psa`,
  ])('%s', (text) => {
    expect(secrets(file('docs/x.md', text))).not.toEqual([]);
  });

  test('but the seeded accounts and examples are fine', () => {
    expect(secrets(file('docs/x.md', 'admin@unth.edu.ng name@example.ng zod@4.6.7 postgres://u:password@127.0.0.1/x'))).toEqual(
      [],
    );
  });

  test('a package from elsewhere, or without a checksum', () => {
    const lock = (entry: object) => JSON.stringify({ packages: { 'node_modules/a': entry } });
    expect(lockProblems(lock({ resolved: 'https://mirror.invalid/a.tgz', integrity: 'sha512-x' }))).toHaveLength(1);
    expect(lockProblems(lock({ resolved: 'https://registry.npmjs.org/a.tgz' }))).toHaveLength(1);
    expect(lockProblems(lock({ resolved: 'https://registry.npmjs.org/a.tgz', integrity: 'sha512-x' }))).toEqual([]);
  });
});

test('a link to nowhere is found', () => {
  const doc = file('docs/x.md', '[a](sync.md) [b](../README.md#top) [c](https://example.org) [d](gone.md)');
  expect(brokenLinks(doc, (path) => path === 'docs/sync.md' || path === 'README.md')).toEqual(['docs/x.md links to gone.md']);
});

test('rules and quotes are read', () => {
  expect(rulesOf('- **S1** One.\n- **S20** Two (S1).\n')).toEqual(['S1', 'S20']);
  const quotes = quotedRules(file('packages/sync/src/x.test.ts', `test('[S1] a'); test('[S2, S3] b'); // [S9]`));
  expect([...quotes.keys()]).toEqual(['S1', 'S2', 'S3']);
});
