/** Laboratory values as rows of a form: name, value, unit; and what the reference says of each. Pure. */
import type { FieldProblems, Json, Patch } from '@psa/domain';
import type { Flagged } from '@psa/domain/checks';
import type { Raws } from '../../record/form.ts';
import { readStructure } from '../../record/structure.ts';

export interface ValueRow {
  name: string;
  /** A number where it is written as one; else as typed. */
  value: number | string;
  unit: string;
  /** What else is kept of it: an interval of the laboratory. */
  more: Readonly<Record<string, Json>>;
}

export type FlagOf = (row: ValueRow) => Flagged | null;

const text = (value: Json | undefined): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');

/** What is kept of a row as it was typed; a flag is computed anew. */
function rowOf(one: Json): ValueRow | null {
  if (typeof one !== 'object' || one === null || Array.isArray(one)) return null;
  const { name, value, unit, flag: _flag, reference: _reference, ...more } = one;
  return { name: text(name), value: typeof value === 'number' ? value : text(value), unit: text(unit), more };
}

/** The rows in a raw; null when it holds something else, which is then written as text. */
export function rowsOf(raw: Json | undefined): ValueRow[] | null {
  if (raw === undefined || raw === null || raw === '') return [];
  const read = typeof raw === 'string' ? readStructure(raw) : { value: raw };
  if (!('value' in read) || !Array.isArray(read.value)) return null;
  const rows = read.value.map(rowOf);
  return rows.every((row) => row !== null) ? rows : null;
}

/** A number only where nothing of what was typed is lost. */
export const valueTyped = (typed: string): number | string =>
  /^-?\d+(\.\d+)?$/.test(typed.trim()) && String(Number(typed)) === typed.trim() ? Number(typed) : typed;

const isBlank = ({ name, value, unit }: ValueRow): boolean => name === '' && value === '' && unit === '';

/** As a raw; empty rows are none. */
export function rawOfRows(rows: readonly ValueRow[]): Json {
  const filled = rows.filter((row) => !isBlank(row));
  return filled.length === 0 ? null : filled.map(({ name, value, unit, more }) => ({ name, value, unit, ...more }));
}

const DECIDE = 'A value is critical by the reference. Say whether this result is critical.';
const TOLD = 'A critical value: write who was told, or that nobody could be reached.';
const WHY_NOT = 'A value is critical by the reference. Say here why this result is not.';

/**
 * What must be written before it is saved, and the values with their flags.
 * @param touched whether the values were typed in this form; what was stored is not judged again.
 */
export function judgeValues(
  raws: Raws,
  flagOf: FlagOf,
  critical: (flagged: Flagged) => boolean,
  offered: readonly string[],
): { problems: FieldProblems; more: Patch } {
  const rows = Array.isArray(raws.result_values) ? rowsOf(raws.result_values) : null;
  if (rows === null || rows.length === 0 || !offered.includes('result_values')) return { problems: {}, more: {} };
  const problems: Record<string, string> = {};
  if (rows.some((row) => row.name.trim() === '' || row.value === ''))
    problems.result_values = 'Every value needs the name of its test and the value.';
  const flagged = rows.map((row) => ({ row, flag: flagOf(row) }));
  const grave = flagged.some(({ flag }) => flag !== null && critical(flag));
  const blank = (field: string) => offered.includes(field) && !(typeof raws[field] === 'string' && raws[field].trim() !== '');
  if (grave && offered.includes('is_critical') && typeof raws.is_critical !== 'boolean') problems.is_critical = DECIDE;
  else if (grave && raws.is_critical === true && blank('critical_told_to')) problems.critical_told_to = TOLD;
  else if (grave && raws.is_critical === false && blank('interpretation')) problems.interpretation = WHY_NOT;
  const kept = flagged.map(({ row, flag }): Json => {
    const { name, value, unit, more } = row;
    const as = { name: name.trim(), value, unit: unit.trim(), ...more };
    return flag?.flag && flag.entry ? { ...as, flag: flag.flag, reference: `${flag.entry.key}, ${flag.entry.version}` } : as;
  });
  return { problems, more: { result_values: kept } };
}
