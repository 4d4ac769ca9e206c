import { CLINICIANS, NOBODY, rolesOf } from '../access.ts';
import { choice, instant, integer, link, note, number } from '../fields.ts';
import { defineRecord } from '../record.ts';

const MEASURED = [
  'temperature',
  'pulse',
  'respiratory_rate',
  'systolic_pressure',
  'diastolic_pressure',
  'oxygen_saturation',
] as const;

export const blood_transfusion_observations = defineRecord({
  name: 'blood_transfusion_observations',
  title: 'Transfusion check',
  titles: 'Transfusion checks',
  about: 'One set of observations before, during or after a transfusion.',
  scope: 'clinical',
  merge: 'append',
  fields: {
    patient_id: link('Patient', 'patients', { required: true }),
    blood_transfusion_id: link('Transfusion', 'blood_transfusions', { required: true }),
    stage: choice('Stage', ['Before', '15 minutes', '30 minutes', 'Hourly', 'After', 'Reaction'], { required: true }),
    observed_at: instant('Observed', { required: true }),
    temperature: number('Temperature', { least: 20, most: 45, decimals: 1, unit: '°C' }),
    pulse: integer('Pulse', { least: 0, most: 350, unit: '/min' }),
    respiratory_rate: integer('Breathing', { least: 0, most: 120, unit: '/min' }),
    systolic_pressure: integer('Systolic pressure', { least: 0, most: 350, unit: 'mmHg' }),
    diastolic_pressure: integer('Diastolic pressure', { least: 0, most: 250, unit: 'mmHg' }),
    oxygen_saturation: integer('Oxygen saturation', { least: 0, most: 100, unit: '%' }),
    remarks: note('Remarks', { max: 1000 }),
    observed_by: link('Observed by', 'users', { merge: 'server', stamp: { as: 'who' } }),
  },
  access: { read: rolesOf('clinical'), create: CLINICIANS, edit: NOBODY, retract: CLINICIANS },
  checks: [
    {
      name: 'blood_transfusion_observations_something_measured',
      fields: ['pulse'],
      say: 'Enter at least one observation.',
      sql: `num_nonnulls(${MEASURED.join(', ')}) > 0`,
      test: (row) => MEASURED.some((f) => row[f] !== null),
    },
    {
      name: 'blood_transfusion_observations_pressures_in_order',
      fields: ['diastolic_pressure'],
      say: 'The diastolic pressure cannot be above the systolic one.',
      sql: 'diastolic_pressure is null or systolic_pressure is null or diastolic_pressure <= systolic_pressure',
      test: ({ systolic_pressure: high, diastolic_pressure: low }) =>
        high === null || low === null || Number(low) <= Number(high),
    },
  ],
  across: [
    {
      name: 'blood_transfusion_observations_same_patient',
      fields: ['blood_transfusion_id'],
      same: 'patient_id',
      say: 'This transfusion is of another patient.',
    },
  ],
  indexed: ['observed_at'],
  form: [{ title: 'Observation', fields: ['stage', 'observed_at', ...MEASURED, 'remarks'] }],
  list: ['observed_at', 'stage', 'temperature', 'pulse', 'systolic_pressure', 'oxygen_saturation'],
});
