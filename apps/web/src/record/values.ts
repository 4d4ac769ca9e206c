/** Values of records in words. Pure; tolerates rows that lack a field, as an older copy may. */
import { type FieldKind, type FieldSpec, type Json, type RecordDef, ROLE_TITLES, recordOf } from '@psa/domain';
import { showDay, showInstant } from '../ui/days.ts';
import { fullName } from '../ui/names.ts';
import { showNumber } from '../ui/numbers.ts';
import { showStructure } from './structure.ts';

/** A row of any kind, perhaps without all its fields. */
export type Loose = { readonly [field: string]: Json | undefined };

/** A row as something to look fields up in; what is not there is undefined. */
export const loose = (row: object): Loose => row as Loose;

/** The word for a value of a choice: roles have titles, others stand as they are. */
export function choiceTitle(value: string): string {
  return Object.hasOwn(ROLE_TITLES, value) ? ROLE_TITLES[value as keyof typeof ROLE_TITLES] : value;
}

const word = (v: Json | undefined) => (typeof v === 'string' && v !== '' ? v : undefined);

/** Fields that name a row by themselves, where a record has them. */
const NAMING = [
  'full_name',
  'name',
  'item_name',
  'substance',
  'assertion',
  'procedure_name',
  'plan_name',
  'step_name',
  'medication_name',
  'test_name',
  'meeting_title',
  'topic_name',
  'question_text',
  'title',
  'message',
  'wound_location',
  'instrument',
];
const TITLE_MAX = 80;

/** What one row is called: a patient's name, a ward's, a person's; else its first listed field; never empty. */
export function titleOf(kind: string, found: object | undefined): string {
  if (!found) return 'Not on this device';
  const row = loose(found);
  if (kind === 'patients') {
    return fullName({
      last_name: word(row.last_name) ?? null,
      first_name: word(row.first_name) ?? null,
      other_names: word(row.other_names) ?? null,
    });
  }
  const def = recordOf(kind);
  for (const name of [...NAMING, ...(def?.list ?? [])]) {
    const field = def?.fields[name]?.kind;
    const said = field === 'text' || field === 'note' || field === 'choice' ? word(row[name]) : undefined;
    if (said) return said.length > TITLE_MAX ? `${said.slice(0, TITLE_MAX).trimEnd()}…` : said;
  }
  return def?.title ?? kind;
}

export interface Saying {
  zone: string;
  now: string;
  /** The name of a linked row. */
  linked(kind: string, id: string): string;
  /** The names of the lines of an entry, where lines are at hand. */
  lines?(kind: string, field: string, id: string): string[];
}

const SAY: Readonly<Record<FieldKind, (value: Json, field: FieldSpec, how: Saying) => string>> = {
  text: String,
  note: String,
  choice: (v) => choiceTitle(String(v)),
  flag: (v) => (v === true ? 'Yes' : 'No'),
  date: (v) => showDay(String(v)),
  instant: (v, _f, how) => showInstant(String(v), how.zone, how.now),
  time: String,
  integer: (v, f) => showNumber(Number(v), f.unit),
  number: (v, f) => showNumber(Number(v), f.unit),
  link: (v, f, how) => how.linked(f.to ?? '', String(v)),
  texts: (v) => (Array.isArray(v) ? v.join(', ') : String(v)),
  json: showStructure,
};

/** A value in words; undefined when nobody gave one. */
export function sayValue(field: FieldSpec | undefined, value: Json | undefined, how: Saying): string | undefined {
  if (value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)) return undefined;
  return field ? SAY[field.kind](value, field, how) : typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** The label of a field; a field this version does not know keeps its name. */
export function labelOf(def: RecordDef | undefined, name: string): string {
  if (name === 'deleted') return 'Removed';
  return def?.fields[name]?.label ?? name;
}
