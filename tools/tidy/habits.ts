import { posix } from 'node:path';
import { codeOnly, isCode, isTest, type Source, withoutComments } from './sources.ts';

/** Longest file we ask anyone to read. */
const LINES_MAX = 400;

/** Written by hand, but long by nature: lists of data, not programs. */
const LONG_BY_NATURE = /\.json$|\.svg$|^CHANGELOG\.md$/;

/** Clock, chance, network and disk: arguments of the pure rooms, never known to them. */
const IMPURE: readonly [RegExp, string][] = [
  [/\bDate\s*\.\s*now\b/, 'reads the clock'],
  [/\bnew\s+Date\s*\(\s*\)/, 'reads the clock'],
  [/(?<!new\s+)(?<![\w.])Date\s*\(\s*\)/, 'reads the clock'],
  [/\bperformance\s*\.\s*now\b/, 'reads the clock'],
  [/\bMath\s*\.\s*random\b/, 'throws dice'],
  [/(?<![\w.])crypto\s*[.?[]/, 'throws dice'],
  [/(?<![\w.])(?:setTimeout|setInterval|setImmediate|queueMicrotask|requestAnimationFrame)\s*\(/, 'keeps a timer'],
  // A method may be called so: its declaration is no call.
  [/(?<![\w.#])(?<!async\s+)(?:fetch|XMLHttpRequest|WebSocket|EventSource)\s*\((?![^\n]*\{\s*$)/, 'talks to a network'],
  [/(?<![\w.])(?:localStorage|sessionStorage|indexedDB|process|globalThis)\b/, 'knows where it runs'],
];

const FORBIDDEN_CODE: readonly [RegExp, string][] = [
  [/\bas\s+any\b|:\s*any\b(?!\s*\()|<any>|\bany\[\]/, 'gives up types'],
  [/\b(?:test|it|describe)\s*\.\s*(?:skip|only|todo|fails|fixme|skipIf|runIf)\b/, 'a test that does not run'],
  [/\b(?:xit|xdescribe|fdescribe|fit)\s*\(/, 'a test that does not run'],
];

const FORBIDDEN_TEXT: readonly [RegExp, string][] = [
  [/@ts-(?:ignore|expect-error|nocheck)/, 'silences the compiler'],
  [/\beslint-disable|oxlint-disable/, 'silences the linter'],
  [/\b(?:TODO|FIXME|XXX|HACK)\b/, 'leaves work in a comment'],
  [/(?:^|[\s"'`(=:])\/(?:work|root|home|Users)\/\w/m, 'names a folder of somebody’s machine'],
];

/** Addresses of real people have no place here: only the seeded accounts and names reserved for examples. */
const EMAIL = /[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\b/gi;
const EMAIL_FINE = /@(?:[\w-]+\.)*(?:unth\.edu\.ng|example(?:\.(?:com|org|net|ng|edu\.ng))?|test|invalid|localhost)$/i;
/** `name@1.2.3` and `user@host` of connection texts are not addresses. */
const NOT_EMAIL = /@\d|^\/\//;

const SECRETS: readonly [RegExp, string][] = [
  [/-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/, 'a private key'],
  [/\bAKIA[0-9A-Z]{16}\b/, 'a cloud key'],
  [/\b(?:ghp|gho|ghs|github_pat|glpat|npm|sk|sk-proj|xox[bap])[-_][A-Za-z0-9_-]{20,}/, 'a token'],
  [/\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\./, 'a signed token'],
  [
    /\bpostgres(?:ql)?:\/\/[^\s:/@'"`$]+:(?!password@)[^\s:/@'"`$]{6,}@(?!localhost|127\.0\.0\.1)[\w.-]+/,
    'a password in an address',
  ],
];

/** This file and its test must be able to say what is forbidden. */
const MAY_SAY = /^tools\/tidy/;

function linesWith(text: string, patterns: readonly [RegExp, string][], path: string): string[] {
  return text
    .split('\n')
    .flatMap((line, i) => patterns.filter(([pattern]) => pattern.test(line)).map(([, why]) => `${path}:${i + 1} ${why}`));
}

/** Uses of clock, chance, network or disk in the pure rooms (not in their tests). */
export function impurities(sources: readonly Source[]): string[] {
  return sources
    .filter(({ path }) => /^packages\/(?:domain|sync)\/src\//.test(path) && isCode(path) && !isTest(path))
    .flatMap(({ path, text }) => linesWith(codeOnly(text), IMPURE, path));
}

/** Types given up, tests that do not run, silenced tools, work left in comments, folders of one machine. */
export function badHabits(sources: readonly Source[]): string[] {
  return sources
    .filter(({ path }) => !MAY_SAY.test(path) && path !== 'package-lock.json')
    .flatMap(({ path, text }) => [
      ...(isCode(path) ? linesWith(codeOnly(text), FORBIDDEN_CODE, path) : []),
      ...linesWith(text, FORBIDDEN_TEXT, path),
    ]);
}

/** Files longer than anyone should have to read. */
export function longFiles(sources: readonly Source[]): string[] {
  return sources
    .filter(({ path }) => !LONG_BY_NATURE.test(path))
    .map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > LINES_MAX)
    .map(({ path, lines }) => `${path} has ${lines} lines`);
}

/** Secrets, and addresses of people who are not made up. */
export function secrets(sources: readonly Source[]): string[] {
  return sources
    .filter(({ path }) => !MAY_SAY.test(path) && path !== 'package-lock.json')
    .flatMap(({ path, text }) => [
      ...linesWith(text, SECRETS, path),
      ...[...text.matchAll(EMAIL)]
        .map(([address]) => address)
        .filter((address) => !EMAIL_FINE.test(address) && !NOT_EMAIL.test(address))
        .map((address) => `${path} names ${address}`),
    ]);
}

/** The lock file must install from anywhere: whole, and from the public registry only. */
export function lockProblems(text: string): string[] {
  const lock = JSON.parse(text) as { packages: Record<string, { resolved?: string; link?: boolean; integrity?: string }> };
  return Object.entries(lock.packages).flatMap(([name, entry]) => {
    if (!name.includes('node_modules/') || entry.link) return [];
    const { resolved } = entry;
    const elsewhere = resolved !== undefined && !resolved.startsWith('https://registry.npmjs.org/');
    return [...(elsewhere ? [`${name} comes from ${resolved}`] : []), ...(entry.integrity ? [] : [`${name} has no integrity`])];
  });
}

/** Links of the documents to files that are not there. `exists`: whether a path from the top is. */
export function brokenLinks(sources: readonly Source[], exists: (path: string) => boolean): string[] {
  return sources
    .filter(({ path }) => path.endsWith('.md'))
    .flatMap(({ path, text }) =>
      [...text.matchAll(/\]\(([^)\s]+)\)/g)]
        .map(([, to]) => (to ?? '').replace(/#.*$/, ''))
        .filter((to) => to !== '' && !/^[a-z]+:/.test(to) && !exists(posix.join(posix.dirname(path), to)))
        .map((to) => `${path} links to ${to}`),
    );
}

/** Numbers of the rules in docs/sync.md, such as `S7`. */
export function rulesOf(doc: string): string[] {
  return [...doc.matchAll(/^- \*\*(S\d+)\*\*/gm)].map(([, rule]) => rule ?? '');
}

/** Rules that tests and contract suites quote in square brackets: `[S7]`, `[S4, S7]`. */
export function quotedRules(sources: readonly Source[]): Map<string, string[]> {
  const quoted = new Map<string, string[]>();
  const tests = sources.filter(
    ({ path }) => isCode(path) && (isTest(path) || /\/contracts\//.test(path)) && !MAY_SAY.test(path),
  );
  for (const { path, text } of tests) {
    for (const [, list] of withoutComments(text).matchAll(/\[(S\d+(?:\s*[,;+]?\s*S\d+)*)\]/g)) {
      for (const [rule] of (list ?? '').matchAll(/S\d+/g)) quoted.set(rule, [...(quoted.get(rule) ?? []), path]);
    }
  }
  return quoted;
}
