/**
 * What a form knows and what it makes of it. Pure. A *raw* is what stands in a widget: text as typed, a chosen word, yes or no, a list; it is what
 * a draft keeps. Empty is null: nothing is ticked or filled before somebody does it.
 */
import {
  brokenChecks,
  type FieldKind,
  type FieldProblems,
  type FieldSpec,
  type Json,
  mergeRuleOf,
  type Patch,
  problemsOf,
  type RecordDef,
  valueSchema,
} from '@psa/domain';
import { dayIn, type Parsed, parseDay, parseInstant, showDay, timeIn } from '../ui/days.ts';
import { parseNumber } from '../ui/numbers.ts';
import { readStructure, showStructure } from './structure.ts';

export type Raws = Readonly<Record<string, Json>>;

/** The present, for what is typed relative to it. */
export interface Present {
  /** ISO 8601 UTC. */
  now: string;
  /** `YYYY-MM-DD` in `zone`. */
  today: string;
  /** IANA name of the hospital's zone. */
  zone: string;
}

const tidy = (raw: Json): Parsed<Json> => ({
  value: typeof raw === 'string' ? raw.trim().replace(/\s*[\r\n]+\s*/g, ' ') : raw,
});
const asIs = (raw: Json): Parsed<Json> => ({ value: raw });

const READ: Readonly<Record<FieldKind, (raw: Json, field: FieldSpec, present: Present) => Parsed<Json>>> = {
  text: tidy,
  note: (raw) => ({ value: typeof raw === 'string' ? raw.trim() : raw }),
  choice: asIs,
  flag: asIs,
  date: (raw, _field, present) => parseDay(String(raw), present.today),
  instant: (raw, _field, present) => parseInstant(String(raw), present.now, present.zone),
  time: tidy,
  integer: (raw) => parseNumber(String(raw), 0),
  number: (raw, field) => parseNumber(String(raw), field.decimals ?? 0),
  link: asIs,
  texts: asIs,
  json: (raw) => (typeof raw === 'string' ? readStructure(raw) : { value: raw }),
};

const isEmpty = (raw: Json | undefined) =>
  raw === undefined || raw === null || raw === '' || (Array.isArray(raw) && raw.length === 0);

/** The value a raw stands for: null when empty, a sentence when it cannot be read or is not allowed. */
export function readRaw(field: FieldSpec, raw: Json | undefined, present: Present): Parsed<Json> {
  if (raw === undefined || isEmpty(raw) || (typeof raw === 'string' && raw.trim() === '')) return { value: null };
  const read = READ[field.kind](raw, field, present);
  if ('problem' in read) return read;
  const checked = valueSchema(field).safeParse(read.value);
  return checked.success ? { value: checked.data } : { problem: checked.error.issues[0]?.message ?? 'This cannot be kept.' };
}

/** What stands in the widget of a stored value; reading it back gives the same value. */
export function rawOf(field: FieldSpec, value: Json | undefined, present: Present): Json {
  if (value === undefined || value === null) return null;
  if (field.kind === 'date') return showDay(String(value));
  if (field.kind === 'instant') return `${showDay(dayIn(String(value), present.zone))} ${timeIn(String(value), present.zone)}`;
  if (field.kind === 'json') return showStructure(value);
  if (field.kind === 'integer' || field.kind === 'number') return String(value);
  return value;
}

/**
 * Names of the fields a person fills in, by section; sections left empty are not listed.
 * @param all also what only the server writes, for reading.
 */
export function sectionsOf(def: RecordDef, only?: readonly string[], all = false): { title: string; fields: string[] }[] {
  const offered = (name: string) => {
    const field = def.fields[name];
    if (!field || field.hidden || (!all && mergeRuleOf(def, name) === 'server')) return false;
    return only ? only.includes(name) : true;
  };
  const placed = new Set((def.form ?? []).flatMap((s) => [...s.fields] as string[]));
  const rest = Object.keys(def.fields).filter((name) => !placed.has(name));
  const sections = [
    ...(def.form ?? []).map((s) => ({ title: s.title, fields: ([...s.fields] as string[]).filter(offered) })),
    { title: def.form ? 'Other' : '', fields: rest.filter(offered) },
  ];
  return sections.filter((s) => s.fields.length > 0);
}

export interface Reading {
  /** create: what was given; edit: what differs from the row. */
  patch: Patch;
  /** Sentences by field; empty when it may be saved. */
  problems: FieldProblems;
}

/**
 * Reads a whole form.
 * @param before the row being edited, absent for a new one.
 * @param copied the row that a new one is begun from: what was not touched goes over to the last digit.
 * @param fixed values that are given but not shown.
 * @param fields what this form shows.
 */
export function readForm(
  def: RecordDef,
  raws: Raws,
  options: {
    before?: Readonly<Record<string, Json>>;
    copied?: Readonly<Record<string, Json>>;
    fixed?: Patch;
    fields: readonly string[];
    present: Present;
  },
): Reading {
  const { before, copied, fixed = {}, fields, present } = options;
  const problems: Record<string, string> = {};
  const patch: Patch = {};
  for (const name of fields) {
    const field = def.fields[name];
    if (!field) continue;
    // What was not touched keeps its stored value to the last digit, seconds included.
    const kept = before ?? copied;
    const untouched =
      kept !== undefined && JSON.stringify(raws[name] ?? null) === JSON.stringify(rawOf(field, kept[name], present));
    if (untouched && copied && (copied[name] ?? null) !== null) patch[name] = copied[name] as Json;
    if (untouched && (before || patch[name] !== undefined)) continue;
    const read = readRaw(field, raws[name], present);
    if ('problem' in read) problems[name] = read.problem;
    else if (before ? JSON.stringify(read.value) !== JSON.stringify(before[name] ?? null) : read.value !== null)
      patch[name] = read.value;
    if ('value' in read && read.value === null && field.required) problems[name] = `${field.label} is needed.`;
  }
  for (const [name, value] of Object.entries(fixed)) {
    if (!before || JSON.stringify(before[name] ?? null) !== JSON.stringify(value)) patch[name] = value;
  }
  const declared = problemsOf(def, before ? 'edit' : 'create', patch) ?? {};
  for (const [name, say] of Object.entries(declared)) problems[name] ??= say;
  if (Object.keys(problems).length === 0) {
    const whole: Record<string, Json> = {};
    for (const name of Object.keys(def.fields))
      whole[name] = patch[name] !== undefined ? patch[name] : (before?.[name] ?? null);
    for (const rule of brokenChecks(def, whole)) {
      const shown = rule.fields.filter((f) => fields.includes(f));
      for (const name of shown.length > 0 ? shown : rule.fields) problems[name] ??= rule.say;
    }
  }
  return { patch, problems };
}
