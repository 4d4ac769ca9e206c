import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { auditFindings } from './audit.ts';
import { isAllowed, licenceProblems } from './licences.ts';
import { secretsIn } from './secrets.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const LOCK = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, { license?: string; link?: boolean }>;
};

/** What would be handed out: every file that is kept, and those that are new and not ignored. */
const files = (): string[] =>
  execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: ROOT, encoding: 'utf8' })
    .split('\0')
    .filter((path) => path !== '');

const textOf = (path: string): string | undefined => {
  const bytes = readFileSync(join(ROOT, path));
  return bytes.includes(0) ? undefined : bytes.toString('utf8');
};

test('no secret lies in the repository', () => {
  const found = files().flatMap((path) => {
    try {
      return secretsIn(path, textOf(path));
    } catch {
      // Removed, and not yet out of the index.
      return [];
    }
  });
  expect(found).toEqual([]);
});

test.each([
  ['a private key', `-----BEGIN ${'RSA '}PRIVATE KEY-----`],
  ['AWS', `key = AKIA${'A2'.repeat(8)}`],
  ['GitHub', `ghp_${'a1'.repeat(18)}`],
  ['npm', `token npm_${'a1'.repeat(18)}`],
  ['a registry', `//registry.example/:_${'authToken'}=abc`],
  ['Digital Ocean', `dop_v1_${'0f'.repeat(32)}`],
  ['Slack', `xoxb-${'1234567890-'.repeat(3)}abc`],
  ['a language model', `sk-proj-${'a1B2'.repeat(9)}`],
  ['Google', `AIza${'Sy0_a'.repeat(7)}`],
  ['a JWT', `eyJ${'a'.repeat(12)}.eyJ${'b'.repeat(12)}.${'c'.repeat(30)}`],
  ['an address', `postgres://psa:${'Tr0ub4dor'}&${'3@'}sql.hospital.ng/psa`],
])('the search finds %s', (_what, line) => {
  expect(secretsIn('some/file.ts', `first\n${line}`)).toEqual([expect.stringMatching(/^some\/file\.ts:2: /)]);
});

test.each(['.env', 'deploy/.env.production', 'tls/server.key', 'id_ed25519'])('the name %s gives a secret away', (path) =>
  expect(secretsIn(path, '')).toHaveLength(1),
);

test('every package may be used in what we hand out', () => {
  expect(licenceProblems(LOCK.packages)).toEqual([]);
});

test('a licence that takes more than it gives, or none, is found', () => {
  expect(isAllowed('(MIT OR GPL-3.0)')).toBe(true);
  expect(isAllowed('MIT AND GPL-3.0')).toBe(false);
  expect(licenceProblems({ 'node_modules/x': { license: 'AGPL-3.0' }, 'node_modules/y': {}, 'packages/z': {} })).toEqual([
    'x: AGPL-3.0',
    'y: says none',
  ]);
});

test('what npm audit says is read: what is grave, what is only told, and an answer that is none', () => {
  const of = (severity: string) =>
    JSON.stringify({ vulnerabilities: { left: { severity, via: ['x'], fixAvailable: true } }, metadata: {} });
  expect(auditFindings(of('critical'))).toMatchObject({ grave: ['left: critical, a mended version is there'] });
  expect(auditFindings(of('low'))).toMatchObject({ grave: [], told: ['left: low, a mended version is there'] });
  expect(auditFindings('{"vulnerabilities":{},"metadata":{}}')).toEqual({ grave: [], told: [] });
  for (const none of ['', '<html>', '{"message":"no such endpoint"}', '{"error":{"code":"ENOAUDIT"}}']) {
    expect(auditFindings(none), none).toBeNull();
  }
});
