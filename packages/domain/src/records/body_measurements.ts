import { CLINICIANS, NOBODY, rolesOf } from '../access.ts';
import { choice, instant, link, number } from '../fields.ts';
import { defineRecord } from '../record.ts';

export const body_measurements = defineRecord({
  name: 'body_measurements',
  title: 'Weight and height',
  titles: 'Weight and height',
  about: 'A weight or height, and how it was obtained: doses are computed from these.',
  scope: 'medicines',
  merge: 'append',
  fields: {
    patient_id: link('Patient', 'patients', { required: true }),
    measured_at: instant('Measured', { required: true }),
    weight: number('Weight', { least: 0.3, most: 400, decimals: 2, unit: 'kg' }),
    weight_basis: choice('Weight was', ['Measured', 'Stated', 'Estimated']),
    height: number('Height', { least: 20, most: 260, decimals: 1, unit: 'cm' }),
    height_basis: choice('Height was', ['Measured', 'Stated', 'Estimated']),
    recorded_by: link('Recorded by', 'users', { merge: 'server', stamp: { as: 'who' } }),
  },
  access: { read: rolesOf('medicines'), create: CLINICIANS, edit: NOBODY, retract: CLINICIANS },
  checks: [
    {
      name: 'body_measurements_something_measured',
      fields: ['weight'],
      say: 'Enter a weight or a height.',
      sql: 'num_nonnulls(weight, height) > 0',
      test: (row) => row.weight !== null || row.height !== null,
    },
    {
      name: 'body_measurements_weight_basis',
      fields: ['weight_basis'],
      say: 'Say whether the weight was measured, stated or estimated.',
      sql: '(weight is null) = (weight_basis is null)',
      test: (row) => (row.weight === null) === (row.weight_basis === null),
    },
    {
      name: 'body_measurements_height_basis',
      fields: ['height_basis'],
      say: 'Say whether the height was measured, stated or estimated.',
      sql: '(height is null) = (height_basis is null)',
      test: (row) => (row.height === null) === (row.height_basis === null),
    },
  ],
  indexed: ['measured_at'],
  list: ['measured_at', 'weight', 'weight_basis', 'height', 'height_basis'],
});
