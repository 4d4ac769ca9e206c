import { z } from 'zod';
import type { FieldSpec, Json } from './fields.ts';
import type { FieldProblems } from './problems.ts';
import type { CheckRule, Patch, RecordDef } from './record.ts';

export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** PostgreSQL cannot hold NUL, and half a surrogate pair would be altered on the way: both are refused, not mended. */
const UNSTORABLE = /\0|\p{Surrogate}/u;
/** The same as JSON writes it. */
const UNSTORABLE_JSON = /(?<!\\)(\\\\)*\\u(0000|d[89a-f][0-9a-f]{2})/;

const DAY = /^(\d{4})-(\d{2})-(\d{2})$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
const TIME_OF_DAY = /^([01]\d|2[0-3]):[0-5]\d$/;

/** Whether `text` is a real calendar day between 1800 and 2199. */
export function isDay(text: string): boolean {
  const m = DAY.exec(text);
  if (!m) return false;
  const [year, month, day] = [Number(m[1]), Number(m[2]), Number(m[3])];
  if (year < 1800 || year > 2199) return false;
  const made = new Date(Date.UTC(year, month - 1, day));
  return made.getUTCMonth() === month - 1 && made.getUTCDate() === day;
}

/** Whether `text` is a real moment in the canonical form. */
export function isInstant(text: string): boolean {
  if (!INSTANT.test(text) || !isDay(text.slice(0, 10))) return false;
  const ms = Date.parse(text);
  return Number.isFinite(ms) && new Date(ms).toISOString() === text;
}

const storable = (max: number) =>
  z
    .string({ error: 'This must be text.' })
    .max(max, { error: `At most ${max} characters.` })
    .refine((s) => !UNSTORABLE.test(s), { error: 'This contains characters that cannot be stored.' });

const JSON_LENGTH_MAX = 20_000;
const JSON_DEPTH_MAX = 8;

function depthOf(value: Json): number {
  if (value === null || typeof value !== 'object') return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

const jsonValue: z.ZodType<Json> = z.json() as z.ZodType<Json>;
/** What the server writes itself is not limited: a conflict holds whole rows. */
const sentJson = jsonValue
  .refine((v) => JSON.stringify(v).length <= JSON_LENGTH_MAX, { error: `At most ${JSON_LENGTH_MAX} characters.` })
  .refine((v) => depthOf(v) <= JSON_DEPTH_MAX, { error: `At most ${JSON_DEPTH_MAX} levels.` })
  .refine((v) => !UNSTORABLE_JSON.test(JSON.stringify(v)), { error: 'This contains characters that cannot be stored.' });

const valueSchemas: Readonly<Record<FieldSpec['kind'], (f: FieldSpec) => z.ZodType<Json>>> = {
  text: (f) => {
    const base = storable(f.max ?? 100).refine((s) => s.trim() === s && !/[\r\n]/.test(s), {
      error: 'One line, without spaces at the ends.',
    });
    const filled = base.refine((s) => s !== '', { error: 'This cannot be empty.' });
    const { pattern } = f;
    return pattern ? filled.refine((s) => new RegExp(pattern.source, 'u').test(s), { error: pattern.say }) : filled;
  },
  note: (f) => storable(f.max ?? 10_000).refine((s) => s.trim() !== '', { error: 'This cannot be empty.' }),
  choice: (f) => z.enum([...(f.choices ?? [])] as [string, ...string[]], { error: `One of: ${(f.choices ?? []).join(', ')}.` }),
  flag: () => z.boolean({ error: 'Yes or no.' }),
  date: () => z.string({ error: 'A date.' }).refine(isDay, { error: 'A real date, written YYYY-MM-DD.' }),
  instant: () =>
    z.string({ error: 'A date and time.' }).refine(isInstant, { error: 'A date and time, written 2026-11-22T09:30:00.000Z.' }),
  time: () => z.string({ error: 'A time.' }).regex(TIME_OF_DAY, { error: 'A time of day, written HH:MM.' }),
  integer: (f) => bounded(f, z.int({ error: 'A whole number.' })),
  number: (f) => {
    const step = 10 ** (f.decimals ?? 0);
    return bounded(f, z.number({ error: 'A number.' })).refine(
      (n) => Math.abs((n as number) * step - Math.round((n as number) * step)) < 1e-6,
      { error: `At most ${f.decimals ?? 0} digits after the point.` },
    );
  },
  link: () => z.string({ error: 'A link to another record.' }).regex(UUID, { error: 'A link to another record.' }),
  texts: (f) =>
    z
      .array(
        storable(f.max ?? 100).refine((s) => s.trim() !== '', { error: 'This cannot be empty.' }),
        { error: 'A list.' },
      )
      .max(200),
  json: (f) => (f.merge === 'server' ? jsonValue : sentJson),
};

function bounded(f: FieldSpec, base: z.ZodNumber): z.ZodType<Json> {
  const unit = f.unit ? ` ${f.unit}` : '';
  const say = `Between ${f.least} and ${f.most}${unit}.`;
  return base.min(f.least ?? Number.MIN_SAFE_INTEGER, { error: say }).max(f.most ?? Number.MAX_SAFE_INTEGER, { error: say });
}

/** The schema of one value of a field, null not included. */
export function valueSchema(field: FieldSpec): z.ZodType<Json> {
  return valueSchemas[field.kind](field);
}

interface Schemas {
  create: z.ZodType<Patch>;
  edit: z.ZodType<Patch>;
}

const made = new WeakMap<RecordDef, Schemas>();

/**
 * Schemas of what a person may send for a record.
 * - `create`: required fields present and not null, others optional.
 * - `edit`: any subset; null clears an optional field.
 * Unknown fields are refused. Fields of merge rule `server` are accepted here; the one way in refuses them by origin.
 */
export function schemasOf(def: RecordDef): Schemas {
  const known = made.get(def);
  if (known) return known;
  const create: Record<string, z.ZodType> = {};
  const edit: Record<string, z.ZodType> = {};
  for (const [name, field] of Object.entries(def.fields)) {
    const value = valueSchema(field);
    create[name] = field.required ? value : value.nullable().optional();
    edit[name] = field.required ? value.optional() : value.nullable().optional();
  }
  const schemas = {
    create: z.strictObject(create) as unknown as z.ZodType<Patch>,
    edit: z.strictObject(edit) as unknown as z.ZodType<Patch>,
  };
  made.set(def, schemas);
  return schemas;
}

/** Checks what a person sent. Returns sentences by field, or undefined when it may pass. */
export function problemsOf(def: RecordDef, op: 'create' | 'edit', patch: unknown): FieldProblems | undefined {
  const parsed = schemasOf(def)[op].safeParse(patch, REPORT_INPUT);
  return parsed.success ? undefined : fieldProblems(parsed.error, def);
}

/** Parse with this where `fieldProblems` tells what went wrong: it knows what is missing from what is of the wrong kind. */
export const REPORT_INPUT = { reportInput: true } as const;

/** Sentences by field from a Zod error; the first problem of a field is the one told. */
export function fieldProblems(error: z.ZodError, def?: RecordDef): FieldProblems {
  const out: Record<string, string> = {};
  for (const issue of error.issues) {
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) out[[...issue.path, key].join('.')] ??= 'This field is not known.';
      continue;
    }
    const name = issue.path.join('.');
    const missing = issue.code === 'invalid_type' && (issue.input ?? null) === null;
    const label = def?.fields[String(issue.path[0])]?.label;
    out[name === '' ? '_' : name] ??= missing ? `${label ?? 'This'} is needed.` : issue.message;
  }
  return out;
}

/** The cross-field rules that a whole row breaks; empty when it may be kept. */
export function brokenChecks(def: RecordDef, row: Readonly<Record<string, Json>>): readonly CheckRule[] {
  return (def.checks ?? []).filter((rule) => !rule.test(row));
}
