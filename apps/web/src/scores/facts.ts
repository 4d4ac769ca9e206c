/**
 * What the record already holds that a score asks for, each with its date. Pure. What is missing, of another unit, or too old to stand for today is
 * left empty: a wrong weight is worse than none.
 */
import type { Json, RECORDS, Row } from '@psa/domain';
import type { Calculator, Fact, InputSpec } from '@psa/domain/clinical';
import type { Present, Raws } from '../record/form.ts';
import { ageInYears } from '../ui/age.ts';
import { dayIn, showDay, timeIn } from '../ui/days.ts';
import { showNumber } from '../ui/numbers.ts';

type Records = typeof RECORDS;

/** A recorded fact: what stands in the box, and where it comes from. */
export interface Known {
  raw: string;
  /** As recorded; absent where a value needs none. */
  unit?: string;
  /** `72 kg, weighed 3 Nov 2026` */
  said: string;
}

export type Facts = Readonly<Partial<Record<Fact, Known>>>;

/** What is read of the record. */
export interface Source {
  patient: Row<Records['patients']>;
  measurements: readonly Row<Records['body_measurements']>[];
  labs: readonly Row<Records['lab_investigations']>[];
  burns: readonly Row<Records['burn_assessments']>[];
}

/** Days that a fact may stand for today; children grow, blood changes. */
const FRESH_DAYS = { weight: 30, weight_child: 7, height: 1825, height_child: 90, blood: 3, kidney: 7, albumin: 14, burn: 30 };
/** Below this age in years, weight and height soon pass. */
const GROWING_YEARS = 18;

const DAY_MS = 86_400_000;

/** The newest of rows that have a value and are not older than so many days, nor of the future. */
function newest<R>(rows: readonly R[], at: (row: R) => string | null, days: number, present: Present): R | undefined {
  const age = (row: R) => Date.parse(present.now) - Date.parse(at(row) ?? '');
  return rows
    .filter((row) => age(row) >= 0 && age(row) <= days * DAY_MS)
    .sort((a, b) => age(a) - age(b))
    .at(0);
}

/** Names under which laboratories report, in lower case. */
const NAMES = {
  creatinine: /^(serum |plasma |s-|p-)?creatinine$/,
  haemoglobin: /^(ha?emoglobin|hb|hgb)$/,
  albumin: /^(serum |plasma |s-|p-)?albumin$/,
} as const;

interface Measured {
  value: number;
  unit: string;
  at: string;
}

/** Every value of that name with its unit; a value without unit or with words counts for nothing. */
function measured(labs: Source['labs'], name: RegExp): Measured[] {
  return labs.flatMap((lab) => {
    const at = lab.sample_collection_date ?? lab.result_date;
    if (lab.status !== 'Completed' || !at || !Array.isArray(lab.result_values)) return [];
    return lab.result_values.flatMap((one) => {
      if (typeof one !== 'object' || one === null || Array.isArray(one)) return [];
      const { name: called, value, unit } = one as Readonly<Record<string, Json>>;
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
      if (typeof called !== 'string' || typeof unit !== 'string' || typeof number !== 'number' || !Number.isFinite(number))
        return [];
      return name.test(called.trim().toLowerCase()) ? [{ value: number, unit: sameUnit(unit), at }] : [];
    });
  });
}

/** Spellings of the same unit: `µmol/l`, `umol/L`. */
const sameUnit = (unit: string): string => unit.trim().replace(/[µμ]/g, 'u').replace(/\/l$/, '/L').replace(/\/dl$/i, '/dL');

/** What is known today. */
export function factsOf(source: Source, present: Present): Facts {
  const { patient, measurements, labs, burns } = source;
  const on = (iso: string) => showDay(dayIn(iso, present.zone));
  const years = patient.date_of_birth ? ageInYears(patient.date_of_birth, present.today) : null;
  const growing = years === null || years < GROWING_YEARS;
  const facts: Partial<Record<Fact, Known>> = {};

  if (patient.date_of_birth && years !== null && years >= 0) {
    const about = patient.date_of_birth_precision === 'Estimated' ? ', an estimated date' : '';
    facts.age_years = { raw: String(years), said: `from the date of birth, ${showDay(patient.date_of_birth)}${about}` };
  }
  if (patient.gender === 'Male' || patient.gender === 'Female')
    facts.sex = { raw: patient.gender.toLowerCase(), said: `${patient.gender}, as registered` };
  if (patient.blood_group) facts.blood_group = { raw: patient.blood_group, said: `${patient.blood_group}, as registered` };
  if (patient.genotype) facts.genotype = { raw: patient.genotype, said: `${patient.genotype}, as registered` };

  const basis = (word: string | null) => (word && word !== 'Measured' ? `${word.toLowerCase()} ` : '');
  const weight = newest(
    measurements.filter((m) => m.weight !== null),
    (m) => m.measured_at,
    growing ? FRESH_DAYS.weight_child : FRESH_DAYS.weight,
    present,
  );
  if (weight?.weight != null) {
    const how = weight.weight_basis === 'Measured' ? 'weighed ' : basis(weight.weight_basis);
    facts.weight_kg = {
      raw: String(weight.weight),
      unit: 'kg',
      said: `${showNumber(weight.weight, 'kg')}, ${how}${on(weight.measured_at)}`,
    };
  }
  const height = newest(
    measurements.filter((m) => m.height !== null),
    (m) => m.measured_at,
    growing ? FRESH_DAYS.height_child : FRESH_DAYS.height,
    present,
  );
  if (height?.height != null) {
    const how = height.height_basis === 'Measured' ? 'measured ' : basis(height.height_basis);
    facts.height_cm = {
      raw: String(height.height),
      unit: 'cm',
      said: `${showNumber(height.height, 'cm')}, ${how}${on(height.measured_at)}`,
    };
  }
  for (const [fact, days] of [
    ['creatinine', FRESH_DAYS.kidney],
    ['haemoglobin', FRESH_DAYS.blood],
    ['albumin', FRESH_DAYS.albumin],
  ] as const) {
    const found = newest(measured(labs, NAMES[fact]), (m) => m.at, days, present);
    if (found)
      facts[fact] = {
        raw: String(found.value),
        unit: found.unit,
        said: `${showNumber(found.value, found.unit)}, sample of ${on(found.at)}`,
      };
  }
  const burn = newest(burns, (b) => b.assessed_at, FRESH_DAYS.burn, present);
  if (burn?.tbsa != null)
    facts.tbsa_pct = { raw: String(burn.tbsa), unit: '%', said: `${burn.tbsa} %, burn assessed ${on(burn.assessed_at)}` };
  if (burn?.burned_at) {
    const raw = `${on(burn.burned_at)} ${timeIn(burn.burned_at, present.zone)}`;
    facts.injury_at = { raw, said: `${raw}, burn assessed ${on(burn.assessed_at)}` };
  }
  return facts;
}

/** The moment is known without a patient. */
export const CLOCK: Known = { raw: 'now', said: 'by the clock of this device' };

/** The input beside a laboratory value that says its unit. */
const UNIT_FIELD = 'unit';

/** What a fact puts into this input; undefined where it does not fit it, in unit or in kind. */
function fitted(spec: InputSpec, known: Known, units: readonly string[] | undefined): string | undefined {
  switch (spec.type) {
    case 'enum':
      return Object.hasOwn(spec.values, known.raw) ? known.raw : undefined;
    case 'integer':
      return spec.fact === 'age_years' ? String(Math.floor(Number(known.raw))) : byUnit(spec.unit, known, units);
    case 'number':
      return spec.fact === 'age_years' ? known.raw : byUnit(spec.unit, known, units);
    case 'datetime':
      return known.raw;
    default:
      return undefined;
  }
}

const byUnit = (unit: string | undefined, known: Known, units: readonly string[] | undefined) =>
  (unit === undefined ? units?.includes(known.unit ?? '') : sameUnit(unit) === known.unit) ? known.raw : undefined;

/** What stands in a form before anybody typed, and where each value comes from, by field. */
export function startOf(calculator: Calculator, facts: Facts): { raws: Raws; said: Readonly<Record<string, string>> } {
  const raws: Record<string, Json> = {};
  const said: Record<string, string> = {};
  const inputs = Object.entries<InputSpec>(calculator.inputs);
  const unitSpec: InputSpec | undefined = calculator.inputs[UNIT_FIELD];
  const units = unitSpec?.type === 'enum' ? Object.keys(unitSpec.values) : undefined;
  for (const [name, spec] of inputs) {
    const known = spec.fact === 'now' ? CLOCK : spec.fact && facts[spec.fact];
    const raw = known && fitted(spec, known, units);
    if (known === undefined || raw === undefined) continue;
    raws[name] = raw;
    said[name] = spec.fact === 'age_years' ? `${raw} years, ${known.said}` : known.said;
    if (units && !('unit' in spec) && known.unit && units.includes(known.unit)) {
      raws[UNIT_FIELD] = known.unit;
      said[UNIT_FIELD] = known.said;
    }
  }
  return { raws, said };
}
