/**
 * What stands in the form of a score, and what it means. Pure. A *raw* is text as typed, a chosen word, yes or no, a list, or raws by item; empty is
 * null. Nothing is filled in for anybody: what was not answered is missing, and named.
 */
import type { Json } from '@psa/domain';
import type { AnswerItem, Calculator, InputSpec, Refusal, Result } from '@psa/domain/clinical';
import type { Present, Raws } from '../record/form.ts';
import { type Parsed, parseInstant, showInstant } from '../ui/days.ts';
import { rangeWords, refusalWords } from './refusals.ts';
import type { Rules } from './rules.ts';

/** How deep a region is burned; kept beside its percentage. */
export const DEPTHS = { superficial: 'Superficial', deep: 'Deep partial', full: 'Full thickness' } as const;
export type Depth = keyof typeof DEPTHS;

/** Where the depths of an input with regions are kept: the rule ignores them, the record does not. */
export const depthsOf = (field: string): string => `${field}_depth`;

/** An unanswered input, or `field.item` of one, with its label. */
interface Missing {
  field: string;
  label: string;
}

export interface Reading {
  /** The answers as the rule is given them. */
  given: Readonly<Record<string, Json>>;
  /** What is still to be answered, in the order asked. */
  missing: readonly Missing[];
  /** Sentences by field, and by `field.item` of what has items. */
  problems: Readonly<Record<string, string>>;
  /** Only when nothing is missing and nothing wrong. */
  outcome: { result: Result; working: readonly string[] } | null;
}

const isMap = (raw: Json | undefined): raw is Readonly<Record<string, Json>> =>
  typeof raw === 'object' && raw !== null && !Array.isArray(raw);

/** What stands under a name among raws by item; empty for anything else. */
export const mapOf = (raw: Json | undefined): Readonly<Record<string, Json>> => (isMap(raw) ? raw : {});

const isEmpty = (raw: Json | undefined): boolean =>
  raw === undefined || raw === null || (typeof raw === 'string' && raw.trim() === '');

interface Bounds {
  min: number;
  max: number;
  exclusiveMin?: boolean;
  unit?: string;
}

/** A number as typed: `38.5` and `38,5` are the same. `1,000` may mean one or a thousand, and text after the number another unit: both are refused. */
export function readNumber(typed: string, bounds: Bounds, whole: boolean): Parsed<number> {
  const text = typed.trim().replace('−', '-');
  const range = rangeWords(bounds);
  if (/^[+-]?\d{1,3},\d{3}$/.test(text))
    return { problem: 'Leave out the comma between thousands; for a fraction write a point.' };
  const plain = text.replace(',', '.');
  if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(plain)) return { problem: `Write a number${range && `, ${range}`}.` };
  const value = Number(plain);
  if (whole && !Number.isInteger(value)) return { problem: `A whole number${range && `, ${range}`}.` };
  const low = bounds.exclusiveMin ? value <= bounds.min : value < bounds.min;
  return low || value > bounds.max ? { problem: `This must be ${range}.` } : { value: Object.is(value, -0) ? 0 : value };
}

/** What one raw stands for; null when empty. */
function readInput(spec: InputSpec, raw: Json | undefined, present: Present): Parsed<Json> {
  if (isEmpty(raw)) return { value: null };
  switch (spec.type) {
    case 'number':
    case 'integer': {
      const typed = String(raw);
      if (spec.alsoAllow && Object.hasOwn(spec.alsoAllow, typed)) return { value: typed };
      return readNumber(typed, spec, spec.type === 'integer');
    }
    case 'datetime': {
      const read = parseInstant(String(raw), present.now, present.zone);
      if (!spec.happened || 'problem' in read || Date.parse(read.value) <= Date.parse(present.now)) return read;
      return { problem: `${showInstant(read.value, present.zone, present.now)} has not come yet: write when it was.` };
    }
    case 'string':
      return { value: String(raw).trim() };
    case 'array<string>': {
      // Chosen from what is offered, or typed one on each line.
      if (Array.isArray(raw)) return { value: raw };
      const parts = String(raw).split(/[\n,;]/);
      return { value: parts.map((part) => part.trim()).filter((part) => part !== '') };
    }
    case 'enum':
    case 'boolean':
    case 'array<enum>':
    case 'array<integer>':
    case 'object':
      return { value: raw ?? null };
  }
}

/** Whether an input, or an item of one, is asked beside the other answers. */
export function isAsked(rules: Rules, spec: InputSpec, given: Readonly<Record<string, Json>>): boolean {
  return spec.requiredWhen === undefined || rules.isNeeded({ ...spec, optional: false }, given);
}

const itemAsked = (item: AnswerItem, given: Readonly<Record<string, Json>>): boolean =>
  item.when === undefined || item.when.is.includes(String(given[item.when.field]));

/** The items of an input that are asked now: those of the chosen phase of a checklist, say. */
export const itemsAsked = (
  items: Readonly<Record<string, AnswerItem>>,
  given: Readonly<Record<string, Json>>,
): [id: string, item: AnswerItem][] => Object.entries(items).filter(([, item]) => itemAsked(item, given));

/** Reads a whole form, and computes when nothing is missing. */
export function readAnswers(rules: Rules, calculator: Calculator, raws: Raws, present: Present): Reading {
  const given: Record<string, Json> = {};
  const problems: Record<string, string> = {};
  const asked = Object.entries<InputSpec>(calculator.inputs);
  for (const [name, spec] of asked) {
    if (spec.type === 'object') continue;
    const read = readInput(spec, raws[name], present);
    if ('problem' in read) problems[name] = read.problem;
    else if (read.value !== null) given[name] = read.value;
  }
  for (const [name, spec] of asked) {
    if (isAsked(rules, spec, given)) continue;
    delete given[name];
    delete problems[name];
  }
  const missing: Missing[] = [];
  for (const [name, spec] of asked) {
    if (spec.type === 'object') readItems(name, spec.items, raws, given, problems);
    if (spec.type === 'array<integer>') readRow(name, spec.items, given, missing);
    else if (given[name] === undefined && !problems[name] && rules.isNeeded(spec, given)) {
      if (spec.type !== 'object' || !Object.keys(problems).some((key) => key.startsWith(`${name}.`)))
        missing.push({ field: name, label: spec.label });
    }
  }
  const inOrder = Object.fromEntries(Object.entries(given));
  if (missing.length > 0 || Object.keys(problems).length > 0) return { given: inOrder, missing, problems, outcome: null };
  return compute(rules, calculator, inOrder);
}

function readItems(
  name: string,
  items: Readonly<Record<string, AnswerItem>>,
  raws: Raws,
  given: Record<string, Json>,
  problems: Record<string, string>,
): void {
  const standing = mapOf(raws[name]);
  const read: Record<string, Json> = {};
  for (const [id, item] of itemsAsked(items, given)) {
    const raw = standing[id];
    if (isEmpty(raw)) continue;
    if ('values' in item) read[id] = raw ?? null;
    else {
      const number = readNumber(String(raw), item, item.integer === true);
      if ('problem' in number) problems[`${name}.${id}`] = number.problem;
      else read[id] = number.value;
    }
  }
  if (Object.keys(read).length === 0) return;
  given[name] = read;
  const depths = Object.entries(mapOf(raws[depthsOf(name)])).filter(([id]) => Number(read[id]) > 0);
  if (depths.length > 0) given[depthsOf(name)] = Object.fromEntries(depths);
}

/** A list of items is given whole or not at all. */
function readRow(name: string, items: readonly string[], given: Record<string, Json>, missing: Missing[]): void {
  const raw = given[name];
  const standing = Array.isArray(raw) ? raw : [];
  const open = items.map((label, n) => ({ field: `${name}.${n}`, label })).filter((_item, n) => isEmpty(standing[n]));
  if (open.length === 0) given[name] = items.map((_item, n) => Number(standing[n]));
  else {
    delete given[name];
    missing.push(...open);
  }
}

const ASKS_MOST = 100;

/** Computes. What the rule itself finds missing is named, all of it: each is answered for the sake of the question and asked again. */
function compute(rules: Rules, calculator: Calculator, given: Readonly<Record<string, Json>>): Reading {
  const first = rules.explain(calculator, given);
  if (!('error' in first)) return { given, missing: [], problems: {}, outcome: first };
  if (first.error.code !== 'MISSING_INPUT')
    return { given, missing: [], problems: { [first.error.field]: refusalWords(calculator, first) }, outcome: null };
  const missing: Missing[] = [];
  let trial: Readonly<Record<string, Json>> = given;
  for (let n = 0; n < ASKS_MOST; n++) {
    const answer: Refusal | object = rules.explain(calculator, trial);
    if (!rules.isRefusal(answer) || answer.error.code !== 'MISSING_INPUT') break;
    const [name = '', id] = answer.error.field.split('.');
    const spec: InputSpec | undefined = calculator.inputs[name];
    const item = id !== undefined && spec?.type === 'object' ? spec.items[id] : undefined;
    missing.push({ field: answer.error.field, label: (item ?? spec)?.label ?? answer.error.field });
    if (item && id !== undefined) {
      const filler = 'values' in item ? (Object.keys(item.values)[0] ?? '') : item.min;
      trial = { ...trial, [name]: { ...mapOf(trial[name]), [id]: filler } };
    } else if (spec && 'min' in spec && spec.type !== 'array<integer>') trial = { ...trial, [name]: spec.max };
    else break;
  }
  return { given, missing, problems: {}, outcome: null };
}
