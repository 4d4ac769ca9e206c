import { flagResult, isCritical, laboratoryOf, shippedLaboratory } from '@psa/domain/checks';
import labs from '@psa/domain/reference/labs.json' with { type: 'json' };
import { describe, expect, test } from 'vitest';
import { readPrescription } from '../patients/prescription.ts';
import { type FlagOf, judgeValues, rawOfRows, rowsOf, valueTyped } from './lab-values.ts';
import { EXPLAIN, isExplained, type PrescribingSource, prescribingFacts } from './prescribing.ts';

const PRESENT = { now: '2026-11-22T13:00:00.000Z', today: '2026-11-22', zone: 'Africa/Lagos' };
const P = '019ca869-5000-7253-9d71-97f51fd61648';

/** Rows of a record with only what is looked at. */
const source = (given: object): PrescribingSource => {
  const patient = { date_of_birth: '1980-03-12', date_of_birth_precision: 'Exact', gender: 'Female', blood_group: null };
  const none = { measurements: [], labs: [], burns: [], allergies: [], prescriptions: [], items: [], assessments: [] };
  const all: unknown = { ...none, ...given, patient: { ...patient, allergies: null, genotype: null } };
  return all as PrescribingSource;
};

describe('what the record says to a prescription', () => {
  const item = (id: string, prescription_id: string, is_stopped: boolean | null = null) => ({
    id,
    prescription_id,
    is_stopped,
    medication_name: `drug ${id}`,
  });
  test('only what is given now counts, and never the line itself', () => {
    const given = source({
      prescriptions: [
        { id: 'p', status: 'Active' },
        { id: 'h', status: 'On Hold' },
        { id: 'c', status: 'Completed' },
      ],
      items: [item('1', 'p'), item('2', 'p', true), item('3', 'h'), item('4', 'c'), item('5', 'unknown')],
    });
    expect(prescribingFacts(given, PRESENT).active).toEqual(['drug 1', 'drug 3']);
    expect(prescribingFacts(given, PRESENT, '1').active).toEqual(['drug 3']);
  });
  test.each([
    [[], null],
    [[{ pregnancy_excluded: 'Not tested', assessed_at: '2026-11-22T08:00:00.000Z' }], null],
    [[{ pregnancy_excluded: 'Test positive', assessed_at: '2026-11-20T08:00:00.000Z' }], true],
    [[{ pregnancy_excluded: 'Test negative', assessed_at: '2026-11-20T08:00:00.000Z' }], false],
    [[{ pregnancy_excluded: 'Test negative', assessed_at: '2026-10-01T08:00:00.000Z' }], null],
  ])('pregnancy from %j: %s', (assessments, value) => {
    expect(prescribingFacts(source({ assessments }), PRESENT).pregnant?.value ?? null).toBe(value);
  });
  test('what is not recorded is null', () => {
    expect(prescribingFacts(source({}), PRESENT)).toMatchObject({
      weight_kg: null,
      creatinine: null,
      age_years: 46,
      sex: 'female',
    });
  });
});

test('a stopped line is saved with a reason only, and keeps what the reason overrules', () => {
  const raws = { medication_name: 'Amoxicillin', dosage: '500 mg', route: 'Oral', frequency: 'tds' };
  const read = (more: object, unexplained: boolean) =>
    readPrescription({ id: P, head: {}, lines: [{ id: 'a', raws: { ...raws, ...more } }] }, { patient_id: P }, PRESENT, [
      { unexplained, warnings: 'allergy.avoid Amoxicillin is to be avoided.', used: 'drug/amoxicillin, 1.1' },
    ]);
  expect(read({}, true).lines).toEqual([{ override_reason: EXPLAIN }]);
  const explained = read({ override_reason: 'Tolerated in May.' }, false);
  expect(explained.lines).toEqual([{}]);
  expect(explained.wishes[1]?.patch).toMatchObject({
    override_reason: 'Tolerated in May.',
    override_warnings: 'allergy.avoid Amoxicillin is to be avoided.',
  });
  const stop = { code: 'dose.single', severity: 'stop', item: 0, say: '', why: '', source: '', entry: null } as const;
  expect([isExplained([stop], ' '), isExplained([stop], 'Yes.'), isExplained([{ ...stop, severity: 'warn' }], null)]).toEqual([
    false,
    true,
    true,
  ]);
});

describe('laboratory values', () => {
  const LABS = laboratoryOf(shippedLaboratory(labs));
  const flagOf: FlagOf = ({ name, value, unit }) => flagResult(name, value, unit || null, 'male', 40, LABS);
  const judge = (raws: Parameters<typeof judgeValues>[0]) =>
    judgeValues(raws, flagOf, isCritical, ['result_values', 'is_critical', 'critical_told_to', 'interpretation']);
  const low = [{ name: 'Haemoglobin', value: 6.2, unit: 'g/dL' }];

  test('rows are read from what is stored and written back as the same', () => {
    const stored = '[{"name":"Sodium","value":140,"unit":"mmol/L","low":135,"high":145}]';
    expect(rawOfRows(rowsOf(stored) ?? [])).toEqual(JSON.parse(stored));
    expect(rowsOf('Sodium: 140 mmol/L')).toBeNull();
    expect(rowsOf(null)).toEqual([]);
    expect(rawOfRows([{ name: '', value: '', unit: '', more: {} }])).toBeNull();
    expect([valueTyped('6.2'), valueTyped('6.'), valueTyped('1.50'), valueTyped('<5')]).toEqual([6.2, '6.', '1.50', '<5']);
  });

  test('a critical value is decided upon, then told to somebody or explained', () => {
    expect(judge({ result_values: low }).problems).toHaveProperty('is_critical');
    expect(judge({ result_values: low, is_critical: true }).problems).toHaveProperty('critical_told_to');
    expect(judge({ result_values: low, is_critical: true, critical_told_to: 'Nurse in charge' }).problems).toEqual({});
    expect(judge({ result_values: low, is_critical: false }).problems).toHaveProperty('interpretation');
    expect(judge({ result_values: low, is_critical: false, interpretation: 'Known, stable.' }).problems).toEqual({});
    expect(judge({ result_values: [{ name: 'Haemoglobin', value: 14, unit: 'g/dL' }] }).problems).toEqual({});
    expect(judge({ result_values: [{ name: 'Haemoglobin', value: '', unit: 'g/dL' }] }).problems).toHaveProperty(
      'result_values',
    );
  });

  test('the flag is kept with the version of its entry; without the unit there is none; what was stored is not judged again', () => {
    expect(judge({ result_values: low, is_critical: true, critical_told_to: 'A' }).more).toEqual({
      result_values: [{ name: 'Haemoglobin', value: 6.2, unit: 'g/dL', flag: 'critical_low', reference: 'lab_test/hb, 1' }],
    });
    expect(judge({ result_values: [{ name: 'Haemoglobin', value: 6.2, unit: '' }] }).more).toEqual({
      result_values: [{ name: 'Haemoglobin', value: 6.2, unit: '' }],
    });
    expect(judge({ result_values: JSON.stringify(low) })).toEqual({ problems: {}, more: {} });
  });
});
