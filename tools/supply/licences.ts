/** Licences under which a package may be used in what we hand out under the MIT licence. */
const LICENCES: ReadonlySet<string> = new Set([
  ...[
    'MIT',
    'MIT-0',
    'ISC',
    '0BSD',
    'BSD-2-Clause',
    'BSD-3-Clause',
    'Apache-2.0',
    'Unlicense',
    'CC0-1.0',
    'BlueOak-1.0.0',
    'Zlib',
  ],
  // Of data, fonts and the like; named where they are used.
  ...['CC-BY-4.0', 'OFL-1.1', 'Python-2.0', 'PostgreSQL'],
  // Only for building and testing, and linked to nothing of ours.
  'MPL-2.0',
]);

/** Packages whose terms are a text of their own, which was read. */
const READ: Readonly<Record<string, string>> = {
  // Development only (the shapes that FHIR files are tested with): BSD-like, by the National Library of Medicine.
  '@lhncbc/ucum-lhc': 'SEE LICENSE IN LICENSE.md',
};

/** Whether an SPDX expression leaves one licence that is allowed. */
export function isAllowed(expression: string): boolean {
  const plain = expression.replaceAll(/[()]/g, ' ').trim();
  if (/\sOR\s/.test(plain)) return plain.split(/\sOR\s/).some((part) => isAllowed(part));
  if (/\sAND\s/.test(plain)) return plain.split(/\sAND\s/).every((part) => isAllowed(part));
  return LICENCES.has(plain);
}

/** What of a lock file is not allowed, or says nothing: `name licence`. */
export function licenceProblems(
  packages: Readonly<Record<string, { license?: unknown; link?: boolean; version?: string }>>,
): string[] {
  return Object.entries(packages).flatMap(([path, { license, link }]) => {
    if (!path.startsWith('node_modules/') || link) return [];
    const said = typeof license === 'string' ? license : 'says none';
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    return isAllowed(said) || READ[name] === said ? [] : [`${name}: ${said}`];
  });
}
