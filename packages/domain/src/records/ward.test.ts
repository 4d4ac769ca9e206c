import { expect, test } from 'vitest';
import type { Json } from '../fields.ts';
import type { RecordDef } from '../record.ts';
import { brokenChecks, problemsOf } from '../schemas.ts';
import { recordOf } from './index.ts';

/** Rules of the ward's records: each has a row that breaks it and a row next to it that does not. */
const AT = '2026-03-01T08:00:00.000Z';
const LATER = '2026-03-01T09:00:00.000Z';

const rows: readonly [rule: string, kind: string, broken: Record<string, Json>, right: Record<string, Json>][] = [
  ['ward_rounds_something_written', 'ward_rounds', {}, { impression: 'Settling.' }],
  ['vital_signs_something_measured', 'vital_signs', { remarks: 'asleep' }, { pulse: 0 }],
  [
    'vital_signs_pressures_in_order',
    'vital_signs',
    { systolic_pressure: 80, diastolic_pressure: 120 },
    { systolic_pressure: 120, diastolic_pressure: 80 },
  ],
  [
    'vital_signs_flow_on_oxygen',
    'vital_signs',
    { oxygen_flow: 2, pulse: 90 },
    { oxygen_flow: 2, supplemental_oxygen: true, pulse: 90 },
  ],
  ['body_measurements_something_measured', 'body_measurements', {}, { weight: 3.2, weight_basis: 'Measured' }],
  ['body_measurements_weight_basis', 'body_measurements', { weight: 60 }, { weight: 60, weight_basis: 'Estimated' }],
  ['body_measurements_height_basis', 'body_measurements', { height: 160 }, { height: 160, height_basis: 'Stated' }],
  [
    'fluid_balance_route_of_direction',
    'fluid_balance',
    { direction: 'Intake', route: 'Urine' },
    { direction: 'Output', route: 'Urine' },
  ],
  [
    'wound_care_records_signs_named',
    'wound_care_records',
    { infection_signs: 'pus' },
    { infection_signs: 'pus', signs_of_infection: true },
  ],
  ['burn_assessments_full_within_whole', 'burn_assessments', { full_thickness: 5 }, { full_thickness: 5, tbsa: 5 }],
  [
    'burn_assessments_after_the_burn',
    'burn_assessments',
    { assessed_at: AT, burned_at: LATER },
    { assessed_at: LATER, burned_at: AT },
  ],
  [
    'burn_assessments_circumferential_where',
    'burn_assessments',
    { circumferential_sites: 'left forearm' },
    { circumferential: true, circumferential_sites: 'left forearm' },
  ],
  ['clinical_photos_consent', 'clinical_photos', { consent_given: false }, { consent_given: true }],
  [
    'clinical_photos_content_whole',
    'clinical_photos',
    { consent_given: true, content_type: 'image/png' },
    { consent_given: true, content_type: 'image/png', content_bytes: 9, content_hash: 'a'.repeat(64) },
  ],
  [
    'discharges_against_advice_explained',
    'discharges',
    { outcome: 'Against medical advice', is_final: true, final_diagnosis: 'Burn', destination: 'Home' },
    { outcome: 'Against medical advice', is_final: false },
  ],
  [
    'discharges_death_and_mortuary',
    'discharges',
    { outcome: 'Improved', destination: 'Mortuary' },
    { outcome: 'Deceased', destination: 'Mortuary' },
  ],
  [
    'discharges_final_whole',
    'discharges',
    { is_final: true },
    { is_final: true, final_diagnosis: 'Burn', destination: 'Home' },
  ],
  ['duty_roster_ends_after_start', 'duty_roster', { starts_at: AT, ends_at: AT }, { starts_at: AT, ends_at: LATER }],
];

const whole = (def: RecordDef, values: Record<string, Json>) => ({
  ...Object.fromEntries(Object.keys(def.fields).map((name) => [name, null as Json])),
  ...values,
});

function defOf(kind: string): RecordDef {
  const def = recordOf(kind);
  if (!def) throw new Error(`${kind} is not declared`);
  return def;
}

test.each(rows)('%s', (rule, kind, broken, right) => {
  const def = defOf(kind);
  expect(brokenChecks(def, whole(def, broken)).map((check) => check.name)).toEqual([rule]);
  expect(brokenChecks(def, whole(def, right))).toEqual([]);
});

test('every rule of these records has its rows', () => {
  const kinds = new Set(rows.map(([, kind]) => kind));
  const rules = [...kinds].flatMap((kind) => (defOf(kind).checks ?? []).map((check) => check.name));
  expect(rows.map(([rule]) => rule).sort()).toEqual(rules.sort());
});

test('what no living person shows is refused; what is merely abnormal is not', () => {
  const vital = (values: Record<string, Json>) => problemsOf(defOf('vital_signs'), 'edit', values);
  expect(vital({ temperature: 46, pulse: 351, oxygen_saturation: 101, respiratory_rate: 12.5 })).toEqual({
    temperature: 'Between 20 and 45 °C.',
    pulse: 'Between 0 and 350 /min.',
    oxygen_saturation: 'Between 0 and 100 %.',
    respiratory_rate: 'A whole number.',
  });
  expect(vital({ temperature: 24.1, pulse: 0, oxygen_saturation: 41, respiratory_rate: 60 })).toBeUndefined();
});

test('two duties of one person at once need a reason; one after the other do not', () => {
  const [rule] = defOf('duty_roster').against ?? [];
  const duty = (starts_at: string, ends_at: string, overlap_reason: string | null = null) => ({
    starts_at,
    ends_at,
    overlap_reason,
  });
  const night = duty('2026-03-01T17:00:00.000Z', '2026-03-02T07:00:00.000Z');
  expect(rule?.test(duty('2026-03-02T06:59:00.000Z', '2026-03-02T17:00:00.000Z'), [night])).toBe(false);
  expect(rule?.test(duty('2026-03-02T06:59:00.000Z', '2026-03-02T17:00:00.000Z', 'covers for two'), [night])).toBe(true);
  expect(rule?.test(duty('2026-03-02T07:00:00.000Z', '2026-03-02T17:00:00.000Z'), [night])).toBe(true);
});
