import type { FieldSpec, Json, RecordDef } from '@psa/domain';
import { idsOf, type LegacyRow } from './source.ts';
import { readDay, readInstant, wallOf } from './times.ts';
import { plainWord, type Words } from './words.ts';

/** Something that was not taken over as it was: which field, what stood there, what stands here now (null: nothing), and why. */
export interface Note {
  field: string;
  was: Json;
  now: Json;
  why: string;
}

/** What the reading of a row asks of the world. */
export interface Around {
  /** IANA name: how times without a zone are meant. */
  zone: string;
  /** IANA name: where the hospital is, and its days begin. */
  home: string;
  /** Today's day there. */
  today: string;
  /** The record of this kind that a row of the earlier app became, by its id there; undefined when it was not taken over. */
  linked(kind: string, id: string): string | undefined;
  /** The ward of this name, code or alias. */
  ward(name: string): string | undefined;
}

/** Text that means that nothing was entered. */
const EMPTY = new Set(['', 'null', 'undefined', '[]', '{}']);

/**
 * Reads the fields of one row and notes all that does not arrive as it was. Nothing is made up: what cannot be read stays away, with a
 * note, or is a problem for which the whole row waits.
 */
export class Reading {
  readonly notes: Note[] = [];
  /** Sentences by field: for these the row is refused. */
  readonly problems: Record<string, string> = {};
  readonly #row: LegacyRow;
  readonly #around: Around;
  readonly #read = new Set<string>(['id', 'synced', 'deleted', 'created_at', 'updated_at', 'created_by', 'updated_by']);

  constructor(row: LegacyRow, around: Around) {
    this.#row = row;
    this.#around = around;
  }

  note(field: string, was: unknown, now: Json, why: string): void {
    this.notes.push({ field, was: (was ?? null) as Json, now, why });
  }

  /** The first of these fields that holds something; undefined when none does. */
  raw(...names: readonly string[]): unknown {
    for (const name of names) this.#read.add(name);
    return names.map((name) => this.#row[name]).find(holds);
  }

  text(...names: readonly string[]): string | null {
    const value = this.raw(...names);
    if (value === undefined) return null;
    if (typeof value === 'string') return value.trim();
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    const list = asLines(value);
    this.note(names[0] ?? '', value as Json, list, 'A list or an object, written as lines.');
    return list;
  }

  flag(name: string): boolean | null {
    const value = this.raw(name);
    if (value === undefined) return null;
    if (typeof value === 'boolean') return value;
    if (value === 1 || value === '1' || value === 'true') return true;
    if (value === 0 || value === '0' || value === 'false') return false;
    this.note(name, value, null, 'Neither yes nor no.');
    return null;
  }

  number(name: string): number | null {
    const value = this.raw(name);
    if (value === undefined) return null;
    const number = typeof value === 'number' ? value : Number(String(value).trim());
    if (Number.isFinite(number)) return number;
    this.note(name, value, null, 'Not a number.');
    return null;
  }

  /** A whole number; one with decimals is noted and left out. */
  whole(name: string): number | null {
    const number = this.number(name);
    if (number === null || Number.isInteger(number)) return number;
    this.note(name, number, null, 'Not a whole number.');
    return null;
  }

  /** A day, whatever way it was written; see readDay. */
  day(...names: readonly string[]): string | null {
    const [field = ''] = names;
    const value = this.raw(...names);
    if (value === undefined) return null;
    const read = readDay(String(value).trim(), this.#around.home);
    if (read.how !== undefined && read.how !== 'midnight') this.note(field, value, read.day, DAY_WHY[read.how]);
    return read.day;
  }

  instant(...names: readonly string[]): string | null {
    const [field = ''] = names;
    const value = this.raw(...names);
    if (value === undefined) return null;
    const read = readInstant(typeof value === 'number' ? value : String(value), this.#around.zone);
    if (!read) this.note(field, value, null, 'Not a time that can be read.');
    else if (read.assumed) this.note(field, value, read.at, `No zone was given; read as the time in ${this.#around.zone}.`);
    return read?.at ?? null;
  }

  /** `HH:MM` of what may have seconds. */
  time(name: string): string | null {
    const text = this.text(name);
    if (text === null) return null;
    const found = /^([01]?\d|2[0-3]):([0-5]\d)/.exec(text);
    if (!found) {
      this.note(name, text, null, 'Not a time of day.');
      return null;
    }
    return `${String(found[1]).padStart(2, '0')}:${found[2]}`;
  }

  /** One of the values of a choice: as it is, or by its other spellings. Unknown words are noted and left out. */
  choice(def: RecordDef, field: string, words: Words = {}, ...names: readonly string[]): string | null {
    const value = this.raw(...(names.length > 0 ? names : [field]));
    if (value === undefined) return null;
    const choices = choicesOf(def.fields[field]);
    const text = String(value).trim();
    if (choices.includes(text)) return text;
    const plain = plainWord(text);
    const found = words[plain] ?? choices.find((choice) => plainWord(choice) === plain);
    this.note(field, value, found ?? null, found === undefined ? 'Not a word that is known here.' : 'Spelt as it is here.');
    return found ?? null;
  }

  /**
   * As `choice`, for a state that must be there: where the earlier app left it empty (its own API did), the default of its table is meant.
   */
  status(def: RecordDef, otherwise: string, words: Words = {}, ...names: readonly string[]): string | null {
    const value = this.raw(...(names.length > 0 ? names : ['status']));
    if (value !== undefined) return this.choice(def, 'status', words, ...names);
    this.note(
      'status',
      null,
      otherwise,
      'Empty, as the earlier app’s own requests left it: the default of its table is meant.',
    );
    return otherwise;
  }

  /** The record of a kind that a row became. One that is not here is a problem when the link is required, else noted. */
  link(kind: string, required: boolean, ...names: readonly string[]): string | null {
    const [field = ''] = names;
    const value = this.raw(...names);
    if (value === undefined) return null;
    const found = this.#around.linked(kind, String(value).trim().toLowerCase());
    if (found !== undefined) return found;
    const why = `Points to ${kind} ${String(value)}, which is not here.`;
    if (required) this.problems[field] = why;
    else this.note(field, value, null, why);
    return null;
  }

  /** The ward of a name. One that is not known makes the row wait: it would be lost from the ward board. */
  ward(...names: readonly string[]): string | null {
    const [field = ''] = names;
    const name = this.text(...names);
    if (name === null) return null;
    const found = this.#around.ward(name);
    if (found === undefined)
      this.problems[field] =
        `No ward is called “${name}”: add it, or this name to a ward's other names, or to "wards" of the corrections, and run again.`;
    return found ?? null;
  }

  get today(): string {
    return this.#around.today;
  }

  /** The row as it was. */
  get row(): LegacyRow {
    return this.#row;
  }

  /** Its id there. */
  get id(): string {
    return idsOf(this.#row)[0] ?? '';
  }

  /** Day and time of day as they were entered: in the zone of times that name none. */
  wall(at: string): { day: string; time: string } {
    const { day, time } = wallOf(new Date(at), this.#around.zone);
    return { day, time: time.slice(0, 5) };
  }

  /** All of the row is taken over, as words. */
  readAll(): void {
    for (const name of Object.keys(this.#row)) this.#read.add(name);
  }

  /** Fields that hold something and that nothing has asked for. */
  unread(): string[] {
    return Object.keys(this.#row).filter((name) => !this.#read.has(name) && holds(this.#row[name]));
  }
}

const holds = (value: unknown): boolean =>
  value !== null &&
  value !== undefined &&
  !(typeof value === 'string' && EMPTY.has(value.trim())) &&
  !(Array.isArray(value) && value.length === 0);

const DAY_WHY = {
  shifted: 'Printed as midnight of the hospital in UTC, which is the day before: read as the day it was.',
  timed: 'Had a time of day; the day in the hospital was taken.',
  turned: 'Written day first.',
  ambiguous: 'Day and month could be either way round.',
  unreadable: 'Not a day that can be read.',
  zero: 'Zeros in place of a day.',
} as const;

const choicesOf = (field: FieldSpec | undefined): readonly string[] => field?.choices ?? [];

/** A list or object of the earlier app, in lines that a person can read. */
export function asLines(value: unknown, depth = 0): string {
  const lead = '  '.repeat(depth);
  if (value === null || value === undefined) return `${lead}–`;
  if (Array.isArray(value)) return value.map((one) => asLines(one, depth)).join('\n');
  if (typeof value !== 'object') return `${lead}${String(value)}`;
  return Object.entries(value)
    .filter(([, one]) => one !== null && one !== undefined && one !== '')
    .map(([key, one]) => {
      const label = `${lead}${key.replaceAll('_', ' ')}:`;
      return typeof one === 'object' ? `${label}\n${asLines(one, depth + 1)}` : `${label} ${String(one)}`;
    })
    .join('\n');
}
