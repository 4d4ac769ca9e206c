import { CALCULATORS, type Calculator } from '@psa/domain/clinical';
import { describe, expect, test } from 'vitest';
import { ageInYears } from '../ui/age.ts';
import { factsOf, type Source, startOf } from './facts.ts';

const PRESENT = { now: '2026-11-22T13:00:00.000Z', today: '2026-11-22', zone: 'Africa/Lagos' };

const rule = (id: string): Calculator => {
  const found = CALCULATORS[id];
  if (!found) throw new Error(`no rule ${id}`);
  return found;
};

const ADULT = {
  date_of_birth: '1980-03-12',
  date_of_birth_precision: 'Exact',
  gender: 'Female',
  blood_group: null,
  genotype: null,
};

/** Rows of a record with only what is looked at. */
const source = (given: {
  patient?: object;
  measurements?: readonly object[];
  labs?: readonly object[];
  burns?: readonly object[];
}): Source => {
  const { patient = {}, measurements = [], labs = [], burns = [] } = given;
  const all: unknown = { patient: { ...ADULT, ...patient }, measurements, labs, burns };
  return all as Source;
};
const weighed = (measured_at: string, weight: number | null, more: object = {}) => ({
  measured_at,
  weight,
  weight_basis: weight === null ? null : 'Measured',
  height: null,
  height_basis: null,
  ...more,
});

describe('weight', () => {
  test('the latest one, with its date', () => {
    const measurements = [
      weighed('2026-11-01T08:00:00.000Z', 70),
      weighed('2026-11-03T08:00:00.000Z', 72),
      weighed('2026-11-10T08:00:00.000Z', null, { height: 170, height_basis: 'Stated' }),
    ];
    const facts = factsOf(source({ measurements }), PRESENT);
    expect(facts.weight_kg).toEqual({ raw: '72', unit: 'kg', said: '72 kg, weighed 3 Nov 2026' });
    expect(facts.height_cm?.said).toBe('170 cm, stated 10 Nov 2026');
    expect(startOf(rule('bmi'), facts).raws).toEqual({ weightKg: '72', heightCm: '170' });
  });

  test('one that is too old, or of the future, is none; that of a child passes sooner', () => {
    const of = (at: string, patient: object = {}) =>
      factsOf(source({ patient, measurements: [weighed(at, 20)] }), PRESENT).weight_kg;
    expect(of('2026-10-23T13:00:00.000Z')).toBeDefined();
    expect(of('2026-10-23T12:59:59.999Z')).toBeUndefined();
    expect(of('2026-11-22T13:00:00.001Z')).toBeUndefined();
    const child = { date_of_birth: '2020-01-01' };
    expect(of('2026-11-15T13:00:00.000Z', child)).toBeDefined();
    expect(of('2026-11-15T12:00:00.000Z', child)).toBeUndefined();
    // Who may be a child counts as one.
    expect(of('2026-11-01T12:00:00.000Z', { date_of_birth: null })).toBeUndefined();
  });
});

describe('laboratory', () => {
  const lab = (values: readonly object[], more: object = {}) => ({
    status: 'Completed',
    sample_collection_date: '2026-11-21T07:00:00.000Z',
    result_date: '2026-11-22T07:00:00.000Z',
    result_values: values,
    ...more,
  });

  test('a value brings its unit along', () => {
    const facts = factsOf(source({ labs: [lab([{ name: 'Creatinine', value: 88, unit: 'µmol/l' }])] }), PRESENT);
    const { raws, said } = startOf(rule('ckd_epi_2021'), facts);
    expect(raws).toMatchObject({ creatinine: '88', unit: 'umol/L', ageYears: '46', sex: 'female' });
    expect(said.creatinine).toBe('88 umol/L, sample of 21 Nov 2026');
  });

  test('another unit, no unit, no number, an unfinished or an old one: none', () => {
    const of = (...labs: readonly object[]) => factsOf(source({ labs }), PRESENT);
    const albumin = of(lab([{ name: 'Albumin', value: 4.1, unit: 'g/dL' }]));
    expect(albumin.albumin?.unit).toBe('g/dL');
    expect(startOf(rule('corrected_calcium'), albumin).raws).toEqual({});
    expect(of(lab([{ name: 'Creatinine', value: 88 }])).creatinine).toBeUndefined();
    expect(of(lab([{ name: 'Creatinine', value: 'haemolysed', unit: 'umol/L' }])).creatinine).toBeUndefined();
    expect(of(lab([{ name: 'Urine creatinine', value: 9000, unit: 'umol/L' }])).creatinine).toBeUndefined();
    expect(of(lab([{ name: 'Creatinine', value: 88, unit: 'umol/L' }], { status: 'Processing' })).creatinine).toBeUndefined();
    const old = { sample_collection_date: '2026-11-10T07:00:00.000Z' };
    expect(of(lab([{ name: 'Creatinine', value: 88, unit: 'umol/L' }], old)).creatinine).toBeUndefined();
  });
});

test('age from the day of birth, in months below two years; an estimated day says so', () => {
  expect(ageInYears('1980-11-22', '2026-11-22')).toBe(46);
  expect(ageInYears('1980-11-23', '2026-11-22')).toBe(45);
  expect(ageInYears('2025-11-23', '2026-11-22')).toBe(0.91);
  expect(ageInYears('2025-11-22', '2026-11-22')).toBe(1);
  const baby = factsOf(source({ patient: { date_of_birth: '2026-05-22', date_of_birth_precision: 'Estimated' } }), PRESENT);
  const { raws, said } = startOf(rule('lund_browder'), baby);
  expect(raws).toEqual({ ageYears: '0.5' });
  expect(said.ageYears).toContain('an estimated date');
  expect(startOf(rule('news2'), baby).raws).toMatchObject({ ageYears: '0' });
  const unborn = factsOf(source({ patient: { date_of_birth: '2027-01-23', date_of_birth_precision: 'Exact' } }), PRESENT);
  expect(startOf(rule('lund_browder'), unborn).raws).toEqual({});
  const unknown = factsOf(source({ patient: { date_of_birth: null, date_of_birth_precision: 'Unknown' } }), PRESENT);
  expect(startOf(rule('lund_browder'), unknown).raws).toEqual({});
});

test('sex other than male or female is asked; a blood group goes only where it means the same', () => {
  const other = factsOf(source({ patient: { gender: 'Other', blood_group: 'AB-' } }), PRESENT);
  expect(other.sex).toBeUndefined();
  expect(startOf(rule('rbc_compat'), other).raws).toEqual({ recipient: 'AB-' });
  expect(startOf(rule('plasma_compat'), other).raws).toEqual({});
});

test('the burn gives surface and time, the clock the present', () => {
  const burns = [{ assessed_at: '2026-11-22T10:00:00.000Z', tbsa: 22.5, burned_at: '2026-11-22T08:30:00.000Z' }];
  const { raws, said } = startOf(rule('burn_resuscitation'), factsOf(source({ burns }), PRESENT));
  expect(raws).toMatchObject({ tbsaPct: '22.5', injuryAt: '22 Nov 2026 09:30', now: 'now' });
  expect(said.now).toBe('by the clock of this device');
});

test('a form of nobody starts empty, but for the clock', () => {
  for (const calculator of Object.values(CALCULATORS)) {
    const values = Object.values(startOf(calculator, {}).raws);
    expect(values.every((value) => value === 'now')).toBe(true);
  }
});
