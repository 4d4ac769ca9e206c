import fc from 'fast-check';
import { expect, it } from 'vitest';
import { laboratoryOf, shippedLaboratory } from '../reference/given.ts';
import file from '../reference/labs.json' with { type: 'json' };
import { flagResult, isCritical, testNamed } from './result.ts';

const LABS = laboratoryOf(shippedLaboratory(file));
type Sex = 'male' | 'female' | null;
const flag = (test: string, value: number | string, unit: string | null, sex: Sex = 'female', age: number | null = 30) =>
  flagResult(test, value, unit, sex, age, LABS);

it.each([
  ['Haemoglobin', 12, 'g/dL', 'female', 30, 'normal'],
  ['Haemoglobin', 12, 'g/dL', 'male', 30, 'low'],
  ['Hb', 120, 'g/L', 'female', 30, 'normal'],
  ['hb', 119, 'g/l', 'female', 30, 'low'],
  ['Haemoglobin', 11.2, 'g/dL', 'male', 3, 'normal'],
  ['Haemoglobin', 7, 'g/dL', 'female', 30, 'critical_low'],
  ['Haemoglobin', 7.1, 'g/dL', 'female', 30, 'low'],
  ['Potassium', 6.2, 'mmol/L', 'male', 60, 'critical_high'],
  ['Potassium', 6.1, 'mmol/L', 'male', 60, 'high'],
  ['K+', 5, 'mmol/l', null, 60, 'normal'],
  ['White cell count', 1.9, 'x10*9/L', 'male', 60, 'critical_low'],
  ['PCV', 0.2, 'L/L', 'male', 60, 'critical_low'],
  ['INR', 5, null, 'male', 60, 'critical_high'],
  ['creatinine', 5, 'mg/dL', 'male', 60, 'critical_high'],
  ['creatinine', 442, 'µmol/L', 'male', 60, 'critical_high'],
  ['Malaria rapid antigen test', 'Mixed', null, 'male', 60, 'abnormal'],
  ['Malaria rapid antigen test', 'negative', null, 'male', 60, 'normal'],
  // A wrong, missing or unknown unit, an unknown name, words: no flag.
  ['Haemoglobin', 120, 'g/dl blood', 'female', 30, null],
  ['Haemoglobin', 6.2, null, 'female', 30, null],
  ['Potassium', 7, 'mg/dL', 'male', 60, null],
  ['Haemoglobins', 7, 'g/dL', 'male', 60, null],
  ['Potassium', '7', 'mmol/L', 'male', 60, null],
  ['Malaria rapid antigen test', '+++', null, 'male', 60, null],
  ['toString', 7, 'g/dL', 'male', 60, null],
] as const)('%s %s %s, %s of %s: %s', (test, value, unit, sex, age, expected) => {
  expect(flag(test, value, unit, sex, age).flag).toBe(expected);
});

it('what is not recorded of the patient is said, and critical bounds stand for everybody', () => {
  expect(flag('Haemoglobin', 12.5, 'g/dL', null, 30)).toMatchObject({ flag: null, low: null, high: null });
  expect(flag('Haemoglobin', 12.5, 'g/dL', 'male', null).say).toContain('the date of birth is not recorded');
  expect(flag('Haemoglobin', 6.9, 'g/dL', null, null)).toMatchObject({ flag: 'critical_low' });
  expect(flag('Potassium', 4, 'mg/dL').say).toBe('Not flagged: the unit must be mmol/L.');
  expect(flag('Potassium', 4, 'mmol/L')).toMatchObject({
    low: 3.5,
    high: 5,
    entry: { key: 'lab_test/k', version: '1', unreviewed: true },
  });
});

it('every test is found by its name', () => {
  for (const test of LABS.tests) expect(testNamed(test.name, LABS.tests)?.id).toBe(test.id);
});

it('in both units the same flag, and a value further out is never milder', () => {
  const numeric = LABS.tests.filter(({ resultType, unit }) => resultType === 'numeric' && unit !== null);
  const rank = { critical_low: 2, low: 1, normal: 0, high: 1, critical_high: 2, abnormal: 0, critical: 0 };
  fc.assert(
    fc.property(
      fc.constantFrom(...numeric),
      fc.integer({ min: 0, max: 20_000 }),
      fc.constantFrom<Sex>('male', 'female', null),
      fc.integer({ min: 0, max: 100 }),
      (test, hundredths, sex, age) => {
        const value = hundredths / 100;
        const got = flag(test.name, value, test.unit, sex, age);
        if (test.altUnit) {
          const other = flag(test.name, value * test.altUnit.multiplyBy, test.altUnit.unit, sex, age);
          expect(other.flag).toBe(got.flag);
        }
        if (got.flag === 'high' || got.flag === 'critical_high') {
          const further = flag(test.name, value + 1, test.unit, sex, age).flag;
          expect(further === null ? -1 : rank[further]).toBeGreaterThanOrEqual(rank[got.flag]);
          expect(['high', 'critical_high']).toContain(further);
        }
        expect(isCritical(got)).toBe(got.flag?.startsWith('critical') ?? false);
      },
    ),
  );
});
