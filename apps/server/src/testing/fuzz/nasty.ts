import type { Chance, Json } from '@psa/domain';

/** Text that has broken programs before: it must be kept as it is or refused with its field, never acted upon. */
const TEXTS: readonly string[] = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\u0001\u001b[2J',
  '\ud800',
  'x\udfff',
  '\ufeff',
  '\u202etxet',
  "' or '1'='1",
  "'; drop table patients; --",
  '$1',
  "E'\\\\'",
  '%',
  '%_\\',
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '{{7*7}}',
  '../../../../etc/passwd',
  'null',
  'undefined',
  '[object Object]',
  'NaN',
  '__proto__',
  'constructor',
  'toString',
  '1e999',
  '-0',
  '9007199254740993',
  '2026-02-30',
  '0000-00-00',
  '+275760-09-13',
  '2026-11-22T25:61:61.000Z',
  '24:00',
  '00000000-0000-0000-0000-000000000000',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
  '🙂'.repeat(20),
  'Ọ̀'.repeat(40),
];

const NUMBERS: readonly number[] = [
  0,
  -0,
  -1,
  1,
  0.1,
  1.5,
  1e21,
  1e308,
  -1e308,
  2 ** 31,
  2 ** 53,
  -(2 ** 63),
  Number.MIN_VALUE,
];

const OTHERS: readonly Json[] = [
  null,
  true,
  false,
  [],
  {},
  [[]],
  [null],
  { a: null },
  ['x', 1, {}],
  { length: 3 },
  { $ne: null },
];

/** A value that a field may not expect. Long ones are rare: they cost both sides time. */
export function nastyValue(chance: Chance): Json {
  const kind = chance.below(20);
  if (kind < 9) return chance.pick(TEXTS);
  if (kind < 13) return chance.pick(NUMBERS);
  if (kind < 17) return copy(chance.pick(OTHERS));
  if (kind === 17) return 'x'.repeat(chance.pick([101, 256, 2_001, 10_001, 70_000]));
  if (kind === 18) return nested(chance.pick([5, 12, 31, 40, 400]), chance.odds(0.5));
  return Array.from({ length: chance.pick([101, 1_000]) }, () => chance.pick(TEXTS));
}

function nested(depth: number, lists: boolean): Json {
  let value: Json = 'deep';
  for (let i = 0; i < depth; i++) value = lists ? [value] : { d: value };
  return value;
}

/** The same tree, shared with nobody: trees are changed in place. Far quicker than structuredClone for small ones. */
export function copy<T extends Json>(value: T): T {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(copy) as unknown as T;
  const out: { [key: string]: Json } = {};
  for (const [key, inner] of Object.entries(value)) {
    if (key === '__proto__') set(out, key, copy(inner));
    else out[key] = copy(inner);
  }
  return out as T;
}

export const nastyText = (chance: Chance): string => chance.pick(TEXTS);

type Parent = { [key: string]: Json } | Json[];
const keysOf = (parent: Parent): string[] => Object.keys(parent);

/** Every place of a tree that holds a value, at most a few hundred. */
function places(root: Json): [Parent, string][] {
  const found: [Parent, string][] = [];
  const visit = (value: Json): void => {
    if (value === null || typeof value !== 'object' || found.length > 300) return;
    for (const key of keysOf(value)) {
      found.push([value, key]);
      visit((value as { [key: string]: Json })[key] ?? null);
    }
  };
  visit(root);
  return found;
}

const get = (parent: Parent, key: string): Json => (parent as { [key: string]: Json })[key] ?? null;
function set(parent: Parent, key: string, value: Json): void {
  // A plain assignment of __proto__ would not make a key.
  Object.defineProperty(parent, key, { value, enumerable: true, configurable: true, writable: true });
}

/** The same tree with one to three changes: a value replaced, left out, doubled, moved, or something beside it that nobody asked for. */
export function mutated(chance: Chance, tree: Json, ids: readonly string[]): Json {
  let root = copy(tree);
  for (let i = 1 + chance.below(3); i > 0; i--) {
    const all = places(root);
    if (all.length === 0 || chance.below(40) === 0) {
      root = nastyValue(chance);
      continue;
    }
    const [parent, key] = chance.pick(all);
    const way = chance.below(10);
    if (way < 5) set(parent, key, nastyValue(chance));
    else if (way === 5) Reflect.deleteProperty(parent, key);
    else if (way === 6) set(parent, key, [get(parent, key), copy(get(parent, key))]);
    else if (way === 7) set(parent, key, copy(get(...chance.pick(all))));
    else if (way === 8 && ids.length > 0) set(parent, key, chance.pick(ids));
    else if (!Array.isArray(parent)) set(parent, chance.pick([...EXTRA, nastyText(chance)]), nastyValue(chance));
  }
  return root;
}

/** Keys that would matter if anybody took them. */
const EXTRA: readonly string[] = [
  'id',
  'facility_id',
  'created_by',
  'updated_at',
  'deleted',
  'row_version',
  'field_ver',
  'role',
  'is_approved',
  'password',
  '__proto__',
  'constructor',
  'toString',
  'items',
  'limit',
];
