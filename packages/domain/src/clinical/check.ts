import type { AnswerItem, InputSpec, Inputs, ValuesOf } from './input.ts';
import { type Refusal, type RefusalCode, refuse } from './refusal.ts';

type Checked = { value: unknown } | { code: RefusalCode };
const INVALID: Checked = { code: 'INVALID_VALUE' };

/**
 * Reads what was given against what is asked, in the order asked; the first field that fails is told.
 * Keys that are not asked for are ignored. Nothing is converted but instants (to milliseconds).
 */
export function readInputs<I extends Inputs>(asked: I, given: unknown): { values: ValuesOf<I> } | Refusal {
  const raw: Readonly<Record<string, unknown>> = isObject(given) ? given : {};
  const values: Record<string, unknown> = {};
  for (const [name, spec] of Object.entries(asked)) {
    const value = Object.hasOwn(raw, name) ? raw[name] : undefined;
    if (value === undefined || value === null) {
      if (isNeeded(spec, raw)) return refuse('MISSING_INPUT', name);
      values[name] = null;
      continue;
    }
    const checked = checkValue(spec, value);
    if ('code' in checked) return refuse(checked.code, name);
    values[name] = checked.value;
  }
  return { values: values as ValuesOf<I> };
}

/** Whether this input must be given beside the others. */
export function isNeeded(spec: InputSpec, given: Readonly<Record<string, unknown>>): boolean {
  if (spec.optional) return false;
  if (!spec.requiredWhen) return true;
  const { field, is } = spec.requiredWhen;
  return is.includes(String(given[field]));
}

function checkValue(spec: InputSpec, value: unknown): Checked {
  switch (spec.type) {
    case 'number':
    case 'integer': {
      if (typeof value === 'string' && spec.alsoAllow && Object.hasOwn(spec.alsoAllow, value)) return { value };
      return checkNumber(value, spec, spec.type === 'integer');
    }
    case 'enum':
      return checkChoice(value, spec.values);
    case 'boolean':
      return typeof value === 'boolean' ? { value } : INVALID;
    case 'datetime': {
      const ms = typeof value === 'string' ? readInstant(value) : null;
      return ms === null ? INVALID : { value: ms };
    }
    case 'string':
      return typeof value === 'string' ? { value } : INVALID;
    case 'object':
      return isObject(value) ? { value } : INVALID;
    case 'array<enum>':
      return isArrayOf(value, (x) => typeof x === 'string' && Object.hasOwn(spec.values, x))
        ? { value: [...new Set(value)] }
        : INVALID;
    case 'array<string>':
      return isArrayOf(value, (x) => typeof x === 'string') ? { value } : INVALID;
    case 'array<integer>': {
      if (!isArrayOf(value, Number.isInteger) || value.length !== spec.items.length) return INVALID;
      const { min, max } = spec;
      return value.every((x) => typeof x === 'number' && x >= min && x <= max) ? { value } : { code: 'OUT_OF_RANGE' };
    }
  }
}

/** A finite number within its bounds; also for the answers of an `object`. */
export function checkNumber(
  value: unknown,
  bounds: { min: number; max: number; exclusiveMin?: boolean },
  whole: boolean,
): Checked {
  if (typeof value !== 'number' || !Number.isFinite(value) || (whole && !Number.isInteger(value))) return INVALID;
  const tooLow = bounds.exclusiveMin ? value <= bounds.min : value < bounds.min;
  return tooLow || value > bounds.max ? { code: 'OUT_OF_RANGE' } : { value };
}

/**
 * Reads answers by id, in the order given; null is no answer. An id that is not among `items` is INVALID_VALUE.
 * @param field the input they are; an answer is told as `field.id`
 */
export function readAnswers<Id extends string, V extends string | number>(
  items: Readonly<Record<Id, AnswerItem>>,
  given: Readonly<Record<string, unknown>>,
  field: string,
): { answers: Readonly<Partial<Record<Id, V>>> } | Refusal {
  const answers: Record<string, unknown> = {};
  for (const [id, value] of Object.entries(given)) {
    const item: AnswerItem | undefined = Object.hasOwn(items, id) ? items[id as Id] : undefined;
    if (!item) return refuse('INVALID_VALUE', `${field}.${id}`);
    if (value === null || value === undefined) continue;
    const checked = 'values' in item ? checkChoice(value, item.values) : checkNumber(value, item, item.integer === true);
    if ('code' in checked) return refuse(checked.code, `${field}.${id}`);
    answers[id] = checked.value;
  }
  return { answers: answers as Partial<Record<Id, V>> };
}

const checkChoice = (value: unknown, values: Readonly<Record<string, string>>): Checked =>
  typeof value === 'string' && Object.hasOwn(values, value) ? { value } : INVALID;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isArrayOf = (value: unknown, test: (x: unknown) => boolean): value is readonly unknown[] =>
  Array.isArray(value) && value.every(test);

const ISO = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?:Z|([+-]\d{2}):?(\d{2}))$/;

/**
 * ISO 8601 with a zone offset, of a day and time that exist; else null. A moment without its zone is no moment.
 * Counted here, for what else `Date.parse` accepts depends on the machine. @returns milliseconds, what is finer cut off
 */
export function readInstant(text: string): number | null {
  const parts = ISO.exec(text);
  if (!parts) return null;
  const [, year, month, day, hour, minute, second = '0', fraction = '', zoneHours = '+00', zoneMinutes = '0'] = parts;
  const east = Math.abs(Number(zoneHours)) * 60 + Number(zoneMinutes);
  const at = new Date(0).setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  // A day that is not falls into another month.
  const dayExists = new Date(at).getUTCMonth() + 1 === Number(month);
  const timeExists = Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60;
  const zoneExists = east <= 14 * 60 && Number(zoneMinutes) < 60;
  if (!dayExists || !timeExists || !zoneExists) return null;
  const minutes = Number(hour) * 60 + Number(minute) - (zoneHours.startsWith('-') ? -east : east);
  return at + minutes * 60_000 + Number(second) * 1000 + Number(fraction.slice(0, 3).padEnd(3, '0'));
}
