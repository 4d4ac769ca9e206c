/** Results in words. Pure. */
import type { Json } from '@psa/domain';
import type { AnswerItem, Band, Calculator, InputSpec, OutputSpec, Result } from '@psa/domain/clinical';
import { showInstant } from '../ui/days.ts';
import { showNumber } from '../ui/numbers.ts';
import type { Tone } from '../ui/Pieces.tsx';

/** Where and when it is read. */
export interface Reader {
  zone: string;
  now: string;
}

/** A band by its urgency: 0 reassuring, 1 watch, 2 act, 3 act now. Its words always stand beside the colour. */
export const TONES: Readonly<Record<Band['level'], Tone>> = { 0: 'done', 1: 'info', 2: 'caution', 3: 'danger' };

const word = (spec: OutputSpec, value: Json): string => {
  const key = String(value);
  if (spec.bands && Object.hasOwn(spec.bands, key)) return spec.bands[key]?.label ?? key;
  return spec.values && Object.hasOwn(spec.values, key) ? (spec.values[key] ?? key) : key;
};

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** One value of a result in words, with its unit; what cannot be told says so. */
export function sayOutput(spec: OutputSpec, value: Json | undefined, reader: Reader): string {
  if (value === null || value === undefined) return 'Cannot be told from these answers';
  if (Array.isArray(value)) return value.length === 0 ? 'None' : value.map((one) => word(spec, one)).join(', ');
  if (typeof value === 'object')
    return Object.entries(value)
      .map(([key, one]) => `${capital(key.replaceAll('_', ' '))}: ${word(spec, one)}`)
      .join('; ');
  const named = word(spec, value);
  if (named !== String(value)) return named;
  if (typeof value === 'boolean') return value ? 'Yes' : 'No';
  if (typeof value === 'number') return showNumber(value, spec.unit);
  return spec.type === 'datetime' ? showInstant(value, reader.zone, reader.now) : named;
}

/** The class a result falls in, with what its source says follows; undefined where the rule has none. */
export function bandOf(calculator: Calculator, result: Result): Band | undefined {
  const { band } = calculator.headline;
  const bands = band === undefined ? undefined : calculator.outputs[band]?.bands;
  const key = band === undefined ? '' : String(result[band]);
  return bands && Object.hasOwn(bands, key) ? bands[key] : undefined;
}

/** The value a person looks at first, in words. */
export function headlineWords(calculator: Calculator, result: Result, reader: Reader): string {
  const { value } = calculator.headline;
  const spec = calculator.outputs[value];
  return spec ? sayOutput(spec, result[value], reader) : '';
}

/** `1 still missing: Weight`; further ones are counted. Empty when nothing is. */
export function missingWords(missing: readonly { label: string }[], most = 3): string {
  if (missing.length === 0) return '';
  const named = missing
    .slice(0, most)
    .map((one) => one.label)
    .join(', ');
  const more = missing.length > most ? ` and ${missing.length - most} more` : '';
  return `${missing.length} still missing: ${named}${more}`;
}

const inWords = (words: Readonly<Record<string, string>>, value: Json): string => words[String(value)] ?? String(value);

/** One answer in words, as it was given. */
export function sayAnswer(spec: InputSpec | AnswerItem, value: Json, reader: Reader): string {
  if (Array.isArray(value)) return value.length === 0 ? 'None of these' : sayList(spec, value);
  if (typeof value === 'object' && value !== null) {
    const items = 'items' in spec && !Array.isArray(spec.items) ? (spec.items as Readonly<Record<string, AnswerItem>>) : {};
    return Object.entries(value)
      .map(([id, one]) => (items[id] ? `${items[id].label}: ${sayAnswer(items[id], one, reader)}` : `${id}: ${String(one)}`))
      .join('; ');
  }
  if (typeof value === 'boolean') return value ? 'Yes' : 'No';
  if ('values' in spec) return inWords(spec.values, value);
  if ('offered' in spec && spec.offered) return inWords(spec.offered, value);
  if ('type' in spec && spec.type === 'datetime') return showInstant(String(value), reader.zone, reader.now);
  if (typeof value === 'string') return 'alsoAllow' in spec && spec.alsoAllow ? inWords(spec.alsoAllow, value) : value;
  const step = 'steps' in spec ? spec.steps?.[Number(value)] : undefined;
  return step ? `${value} ${step}` : showNumber(Number(value), 'unit' in spec ? spec.unit : undefined);
}

function sayList(spec: InputSpec | AnswerItem, values: readonly Json[]): string {
  if ('items' in spec && Array.isArray(spec.items)) {
    const names: readonly string[] = spec.items;
    return values.map((one, n) => `${names[n] ?? n + 1}: ${String(one)}`).join('; ');
  }
  const words = 'values' in spec ? spec.values : 'offered' in spec ? spec.offered : undefined;
  return values.map((one) => (words ? inWords(words, one) : String(one))).join(', ');
}
