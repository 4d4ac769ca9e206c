import type { FieldSpec, Json } from '../fields.ts';
import type { AnyRow } from '../record.ts';
import { recordOf } from '../records/index.ts';

/** Where something stands: an entry and one of its fields. Without an id, the whole list of that kind was looked through. */
export interface Source {
  kind: string;
  id: string | null;
  field: string | null;
}

/** One sentence of a draft, with every entry that it comes from. */
export interface Sentence {
  section: string;
  text: string;
  sources: readonly Source[];
  /** It says that something is not recorded. */
  missing: boolean;
}

/** What a draft is made from. Lists that were not read are left out: nothing is said about them. */
export interface Chart {
  patient: AnyRow;
  stay: AnyRow;
  /** Rows by kind, none retracted. */
  rows: Readonly<Record<string, readonly AnyRow[] | undefined>>;
  /** The words for a linked row (a person's name, a ward's), when it is known. */
  nameOf(kind: string, id: string): string | undefined;
  /** IANA name of the zone that days and times are told in. */
  time_zone: string;
}

/** Parts of a sentence: words of ours, and values with where they stand. */
export type Part = string | { text: string; source: Source };

/** Joins parts to a sentence that begins with a capital and ends with a point. */
export function sentence(section: string, parts: readonly Part[], missing = false): Sentence {
  const joined = parts
    .map((part) => (typeof part === 'string' ? part : part.text))
    .join('')
    .trim();
  const capital = joined.charAt(0).toUpperCase() + joined.slice(1);
  const seen = new Set<string>();
  const sources = parts
    .flatMap((part) => (typeof part === 'string' ? [] : [part.source]))
    .filter(({ kind, id, field }) => !seen.has(`${kind}/${id}/${field}`) && seen.add(`${kind}/${id}/${field}`));
  return { section, text: /[.!?…]$/.test(capital) ? capital : `${capital}.`, sources, missing };
}

/** A part that shows no value but rests on an entry. */
export const restsOn = (kind: string, id: string | null, field: string | null): Part => ({
  text: '',
  source: { kind, id, field },
});

const format = (zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat => {
  try {
    return new Intl.DateTimeFormat('en-GB', { ...options, timeZone: zone });
  } catch {
    // A zone that nobody knows: the one zone that everybody has.
    return new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC', timeZoneName: 'short' });
  }
};
const DAY = { day: 'numeric', month: 'long', year: 'numeric' } as const;

/** `22 November 2026`. */
export const dayWords = (day: string): string => format('UTC', DAY).format(Date.parse(`${day}T00:00:00.000Z`));

/** `22 November 2026, 09:30`, in the zone. */
export const momentWords = (at: string, zone: string): string =>
  format(zone, { ...DAY, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
    .format(Date.parse(at))
    .replace(' at ', ', ');

/** A value in words, with its unit; undefined when nothing is recorded, or when it is nothing to be read aloud. */
function words(field: FieldSpec, value: Json, chart: Chart): string | undefined {
  if (value === null || value === undefined || value === '') return undefined;
  if (field.kind === 'flag') return value === true ? 'yes' : 'no';
  if (field.kind === 'date') return dayWords(String(value));
  if (field.kind === 'instant') return momentWords(String(value), chart.time_zone);
  if (field.kind === 'link') return chart.nameOf(field.to ?? '', String(value));
  if (field.kind === 'texts') return Array.isArray(value) && value.length > 0 ? value.join(', ') : undefined;
  if (field.kind === 'json') return undefined;
  const text = String(value)
    .trim()
    .replace(/\s*\n\s*/g, '; ');
  return field.unit ? `${text} ${field.unit}` : text;
}

/** The value of a field in words, with its source; undefined when nothing is recorded. */
export function recorded(chart: Chart, kind: string, row: AnyRow, field: string): { text: string; source: Source } | undefined {
  const spec = recordOf(kind)?.fields[field];
  if (!spec) return undefined;
  const text = words(spec, row[field] ?? null, chart);
  return text === undefined ? undefined : { text, source: { kind, id: row.id, field } };
}

/** How a field is called, inside a sentence. */
export function labelOf(kind: string, field: string): string {
  const label = recordOf(kind)?.fields[field]?.label ?? field.replaceAll('_', ' ');
  // Abbreviations keep their capitals.
  return /^\p{Lu}{2}/u.test(label) ? label : label.charAt(0).toLowerCase() + label.slice(1);
}

/** Parts put one after another with a sign between. */
export const joined = (parts: readonly Part[], sign: string): Part[] =>
  parts.flatMap((part, i) => (i === 0 ? [part] : [sign, part]));
