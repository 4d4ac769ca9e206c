import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The top of the repository. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Made by tools or by running the app, never by hand. */
const NOT_OURS = new Set([
  'node_modules',
  'dist',
  'data',
  '.git',
  '.cache',
  'coverage',
  'test-results',
  'playwright-report',
  '.tmp',
  'reports',
]);

/** Kinds of files that people write and read. */
const TEXT = /\.(?:ts|tsx|mjs|js|json|css|html|sql|md|yml|yaml|sh|svg|txt)$|^LICENSE$|^\.ci\//;

/** One file of ours: its path from the top (with `/`) and its text. */
export interface Source {
  path: string;
  text: string;
}

/** All text files of the repository that people write, in the order of their paths. */
export function readSources(): Source[] {
  return walk('')
    .filter((path) => TEXT.test(path))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
}

function walk(dir: string): string[] {
  return readdirSync(join(ROOT, dir)).flatMap((name) => {
    const path = dir === '' ? name : `${dir}/${name}`;
    if (NOT_OURS.has(name)) return [];
    const stat = statSync(join(ROOT, path), { throwIfNoEntry: false });
    if (!stat) return [];
    return stat.isDirectory() ? walk(path) : [path];
  });
}

/** Whether a path holds a program. */
export const isCode = (path: string): boolean => /\.(?:ts|tsx|mjs|js)$/.test(path);

/** Whether a path is a test, or what only tests use. */
export const isTest = (path: string): boolean => /\.test\.tsx?$|\.e2e\.ts$|\/testing\/|\.bench\.ts$/.test(path);

/** Comments, and the insides of quoted text, blanked out: what is left is what the program does. Line numbers stay. */
export function codeOnly(text: string): string {
  return blank(text, true);
}

/** Comments blanked out, quoted text kept. Line numbers stay. */
export function withoutComments(text: string): string {
  return blank(text, false);
}

const TOKENS =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`|\/(?![*/\s])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[dgimsuvy]*(?=\s*[.,;)\]:?]|\s*$)/gm;

function blank(text: string, strings: boolean): string {
  return text.replace(TOKENS, (token) => {
    if (token.startsWith('//') || token.startsWith('/*')) return token.replace(/[^\n]/g, ' ');
    if (!strings) return token;
    // A template may compute: its `${…}` stays.
    if (token.startsWith('`')) return token.replace(/\$\{[^}]*\}|[^\n]/g, (part) => (part.length > 1 ? part : ' '));
    return `${token[0]}${' '.repeat(Math.max(0, token.length - 2))}${token.at(-1)}`;
  });
}

/** What a file imports, exports from or loads, with the line. */
export function importsOf(text: string): { from: string; line: number }[] {
  const code = withoutComments(text);
  const found = code.matchAll(
    /\b(?:import|export)\s+(?:type\s+)?[\w*{}\s,$]*?\bfrom\s*['"]([^'"]+)['"]|(?<!['"])\bimport\s*\(?\s*['"]([^'"\n]+)['"]/g,
  );
  return [...found].map((m) => ({ from: m[1] ?? m[2] ?? '', line: code.slice(0, m.index).split('\n').length }));
}
