import type { Chance } from './chance.ts';
import type { FieldSpec, Json } from './fields.ts';
import type { Patch, RecordDef } from './record.ts';
import { brokenChecks } from './schemas.ts';

const WORDS = ['Ọbịnna', 'ward', 'Ẹ̀bùn', 'left hand', "O'Neil", 'graft', '"quoted"', 'naïve', 'β-lactam', '50 %', 'ɗan', '—'];
const MAX_TRIES = 500;

const pad = (n: number, width = 2) => String(n).padStart(width, '0');

function words(chance: Chance, max: number): string {
  let out = chance.pick(WORDS);
  while (chance.below(3) > 0) out = `${out} ${chance.pick(WORDS)}`;
  const unique = `${out} ${chance.below(1_000_000_000)}`;
  return [...unique].slice(-max).join('').trim().slice(-max).trim() || 'x';
}

const day = (chance: Chance) => `${1900 + chance.below(200)}-${pad(1 + chance.below(12))}-${pad(1 + chance.below(28))}`;
const clock = (chance: Chance) => `${pad(chance.below(24))}:${pad(chance.below(60))}`;

/** The smallest text that a pattern of the declarations accepts, made different each time. */
function patterned(chance: Chance, source: string): string {
  const n = chance.below(1_000_000_000);
  const made = [`p${n}@ward.example`, `https://p${n}.example/v1`, n.toString(16).padStart(64, '0')].find((value) =>
    new RegExp(source, 'u').test(value),
  );
  if (made === undefined) throw new Error(`No random value is known for the pattern ${source}.`);
  return made;
}

const values: Readonly<Record<FieldSpec['kind'], (f: FieldSpec, chance: Chance) => Json>> = {
  text: (f, c) => (f.pattern ? patterned(c, f.pattern.source) : words(c, f.max ?? 100)),
  note: (f, c) => `${words(c, Math.min(60, f.max ?? 60))}${(f.max ?? 0) > 100 ? '\n- second line' : ''}`,
  choice: (f, c) => c.pick(f.choices ?? []),
  flag: (_f, c) => c.below(2) === 0,
  date: (_f, c) => day(c),
  instant: (_f, c) => `${day(c)}T${clock(c)}:${pad(c.below(60))}.${pad(c.below(1000), 3)}Z`,
  time: (_f, c) => clock(c),
  integer: (f, c) => (f.least ?? 0) + c.below(Math.min((f.most ?? 0) - (f.least ?? 0) + 1, 1_000_000)),
  number: (f, c) => {
    const step = 10 ** (f.decimals ?? 0);
    const span = Math.min(((f.most ?? 0) - (f.least ?? 0)) * step + 1, 1_000_000_000);
    return Math.round((f.least ?? 0) * step + c.below(span)) / step;
  },
  link: () => null,
  texts: (f, c) => Array.from({ length: c.below(4) }, () => words(c, f.max ?? 100)),
  json: (_f, c) => c.pick<Json>([0, true, 'text', [], [1, 'two', null], { a: { b: [1.5, null] } }, [0], [0, 2]]),
};

/** A valid value of a field, null not included; for a link use the ids you have. */
export function randomValue(field: FieldSpec, chance: Chance): Json {
  return values[field.kind](field, chance);
}

/**
 * The declared fields of a row that breaks no rule of its own: every field present, optional ones null a third of the time.
 * @param links ids that links may point to, by record name; an optional link without ids is null, a required one throws.
 */
export function randomFields(def: RecordDef, chance: Chance, links: Readonly<Record<string, readonly string[]>> = {}): Patch {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const row = anyFields(def, chance, links);
    if (brokenChecks(def, row).length === 0) return row;
  }
  throw new Error(`No valid ${def.name} was found in ${MAX_TRIES} tries.`);
}

/** As `randomFields`, each field valid by itself, but the rules across fields may be broken. */
export function anyFields(def: RecordDef, chance: Chance, links: Readonly<Record<string, readonly string[]>> = {}): Patch {
  const row: Patch = {};
  for (const [name, field] of Object.entries(def.fields)) {
    if (!field.required && chance.below(3) === 0) row[name] = null;
    else if (field.kind === 'link') row[name] = linkOf(def, name, field, chance, links);
    else row[name] = randomValue(field, chance);
  }
  return row;
}

function linkOf(
  def: RecordDef,
  name: string,
  field: FieldSpec,
  chance: Chance,
  links: Readonly<Record<string, readonly string[]>>,
): Json {
  const ids = links[field.to ?? ''] ?? [];
  if (ids.length > 0) return chance.pick(ids);
  if (field.required) throw new Error(`${def.name}.${name} needs the id of one of ${field.to}.`);
  return null;
}
