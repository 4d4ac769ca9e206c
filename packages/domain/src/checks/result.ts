import { calculate } from '../clinical/calculator.ts';
import { labFlag } from '../clinical/laboratory/lab_flag.ts';
import { isRefusal } from '../clinical/refusal.ts';
import { round } from '../clinical/round.ts';
import type { EntryMark } from './finding.ts';
import { folded } from './names.ts';

/** One test of the laboratory reference. Ages in years, bounds in `unit`; null is open. */
export interface LabTestEntry {
  id: string;
  name: string;
  resultType: string;
  unit: string | null;
  /** A value in the other unit is the value in `unit` times this. */
  altUnit: { unit: string; multiplyBy: number } | null;
  reference: readonly { sex: string; ageMinY: number; ageMaxY: number; low: number | null; high: number | null }[];
  critical: { low: number | null; high: number | null } | null;
  options: readonly string[] | null;
  abnormalOptions: readonly string[] | null;
  criticalOptions: readonly string[] | null;
}

/** What the flags need, wherever it is kept. */
export interface LabReference {
  tests: readonly LabTestEntry[];
  /** The version of an entry, and whether somebody has signed it. */
  mark(id: string): EntryMark | null;
}

export type ResultFlag = 'critical_low' | 'low' | 'normal' | 'high' | 'critical_high' | 'abnormal' | 'critical';

export interface Flagged {
  /** Null: not judged; `say` tells why. */
  flag: ResultFlag | null;
  say: string;
  /** The interval it was held against, in the unit of the reference; null where open or none. */
  low: number | null;
  high: number | null;
  unit: string | null;
  entry: EntryMark | null;
}

/** Other names of the same test in daily use. */
const SYNONYMS: Readonly<Record<string, readonly string[]>> = {
  hb: ['hgb', 'hemoglobin'],
  pcv: ['packed cell volume', 'haematocrit', 'hematocrit', 'hct'],
  wbc: ['wcc', 'white blood cell count', 'white blood cells', 'total white cell count'],
  plt: ['platelets'],
  esr: ['erythrocyte sedimentation rate'],
  pt: ['prothrombin time'],
  aptt: ['activated partial thromboplastin time'],
  na: ['na+'],
  k: ['k+'],
  cl: ['cl-'],
  hco3: ['hco3-'],
  creatinine: ['serum creatinine', 'plasma creatinine'],
  urea: ['serum urea', 'blood urea'],
  albumin: ['serum albumin'],
  calcium: ['total calcium', 'calcium'],
  glucose_f: ['fasting glucose', 'fasting blood glucose', 'fbs'],
  glucose_r: ['random glucose', 'random blood glucose', 'rbs'],
};

/** The test of exactly this name, or of a known other one. */
export function testNamed(typed: string, tests: readonly LabTestEntry[]): LabTestEntry | undefined {
  const name = folded(typed);
  const names = ({ id, name: said }: LabTestEntry) => [id, said, ...(Object.hasOwn(SYNONYMS, id) ? (SYNONYMS[id] ?? []) : [])];
  return name === '' ? undefined : tests.find((test) => names(test).some((one) => folded(one) === name));
}

/** Spellings of the same unit: `µmol/l` is `umol/L`, `x10*9/L` is `10^9/L`. Never another unit. */
const spelling = (unit: string): string =>
  unit
    .trim()
    .toLowerCase()
    .replace(/[µμ]/g, 'u')
    .replace(/^[x×]\s*(?=10)/, '')
    .replaceAll('*', '^')
    .replaceAll(' ', '');

/** Units that a value without one has. */
const BARE = ['ratio', 'pH'];

const BOUNDS: Readonly<Record<string, string>> = {
  critical_low: 'Critically low',
  low: 'Low',
  normal: 'Within the interval',
  high: 'High',
  critical_high: 'Critically high',
};

const none = (say: string, entry: EntryMark | null, unit: string | null = null): Flagged => ({
  flag: null,
  say,
  low: null,
  high: null,
  unit,
  entry,
});

function coded(test: LabTestEntry, value: string, entry: EntryMark | null): Flagged {
  const among = (options: readonly string[] | null) => (options ?? []).some((one) => folded(one) === folded(value));
  const is = (flag: ResultFlag, say: string): Flagged => ({ ...none(say, entry), flag });
  if (among(test.criticalOptions)) return is('critical', 'Critical');
  if (among(test.abnormalOptions)) return is('abnormal', 'Abnormal');
  if (among(test.options)) return is('normal', 'Not abnormal');
  return none(`Not flagged: the reference knows ${(test.options ?? []).join(', ') || 'no answers'}.`, entry);
}

/** The value in the unit of the reference; null when that is not its unit, nor the other one. */
function inUnit(test: LabTestEntry, value: number, unit: string | null): number | null {
  const given = spelling(unit ?? '');
  if (test.unit !== null && (given === spelling(test.unit) || (given === '' && BARE.includes(test.unit)))) return value;
  if (test.altUnit && given === spelling(test.altUnit.unit)) return round(value / test.altUnit.multiplyBy, 6);
  return null;
}

/**
 * Whether a result is low, high or critical for this patient.
 * @param value a number, or one of the answers of a test that has answers.
 * @param unit as typed; an unknown or missing one gives no flag.
 * @param sex null: not recorded; intervals of one sex are then not used. Critical bounds stand for everybody.
 * @param ageYears null: not recorded.
 */
export function flagResult(
  test: string,
  value: number | string,
  unit: string | null,
  sex: 'male' | 'female' | null,
  ageYears: number | null,
  reference: LabReference,
): Flagged {
  const found = testNamed(test, reference.tests);
  if (!found) return none('Not flagged: the reference has no test of exactly this name.', null);
  const entry = reference.mark(found.id);
  if (found.resultType === 'coded' && typeof value === 'string') return coded(found, value, entry);
  if (found.resultType !== 'numeric' || typeof value === 'string')
    return none(found.resultType === 'numeric' ? 'Not flagged: this is no number.' : '', entry);
  const units = [found.unit, found.altUnit?.unit].filter(Boolean).join(' or ');
  const same = inUnit(found, value, unit);
  if (same === null) return none(`Not flagged: the unit must be ${units}.`, entry, found.unit);
  const rows = found.reference.filter(
    (row) => ageYears !== null && row.ageMinY <= ageYears && ageYears <= row.ageMaxY && (row.sex === 'any' || row.sex === sex),
  );
  // A row of this sex goes before one for both.
  const row = rows.find((one) => one.sex !== 'any') ?? rows.at(0);
  const result = calculate(labFlag, {
    value: same,
    refLow: row?.low ?? null,
    refHigh: row?.high ?? null,
    critLow: found.critical?.low ?? null,
    critHigh: found.critical?.high ?? null,
  });
  if (isRefusal(result)) return none('Not flagged: no laboratory reports such a value.', entry, found.unit);
  const flag = String(result.flag) as ResultFlag;
  if (flag === 'normal' && !row) {
    const why =
      ageYears === null
        ? 'the date of birth is not recorded'
        : `no interval for this ${sex === null ? 'age without a sex' : 'sex and age'}`;
    return none(`No critical bound crossed; no interval: ${why}.`, entry, found.unit);
  }
  return { flag, say: BOUNDS[flag] ?? '', low: row?.low ?? null, high: row?.high ?? null, unit: found.unit, entry };
}

/** Whether somebody must be called. */
export const isCritical = ({ flag }: Flagged): boolean =>
  flag === 'critical' || flag === 'critical_low' || flag === 'critical_high';
