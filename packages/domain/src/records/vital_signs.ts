import { CLINICIANS, NOBODY } from '../access.ts';
import { choice, flag, instant, integer, link, note, number } from '../fields.ts';
import { defineRecord } from '../record.ts';

/** Bounds refuse what no living person shows, not what is abnormal. */
export const vital_signs = defineRecord({
  name: 'vital_signs',
  title: 'Observation set',
  titles: 'Vital signs',
  about: 'One set of observations. Early-warning scores are computed from it, never typed.',
  scope: 'clinical',
  merge: 'append',
  fields: {
    patient_id: link('Patient', 'patients', { required: true }),
    admission_id: link('Admission', 'patient_admissions'),
    observed_at: instant('Observed', { required: true }),
    temperature: number('Temperature', { least: 20, most: 45, decimals: 1, unit: '°C' }),
    pulse: integer('Pulse', { least: 0, most: 350, unit: '/min' }),
    respiratory_rate: integer('Breathing', { least: 0, most: 120, unit: '/min' }),
    systolic_pressure: integer('Systolic pressure', { least: 0, most: 350, unit: 'mmHg' }),
    diastolic_pressure: integer('Diastolic pressure', { least: 0, most: 250, unit: 'mmHg' }),
    oxygen_saturation: integer('Oxygen saturation', { least: 0, most: 100, unit: '%' }),
    supplemental_oxygen: flag('On oxygen'),
    oxygen_flow: number('Oxygen flow', { least: 0, most: 60, decimals: 1, unit: 'L/min' }),
    consciousness: choice('Consciousness', ['Alert', 'New confusion', 'Responds to voice', 'Responds to pain', 'Unresponsive']),
    pain_score: integer('Pain', { least: 0, most: 10, help: '0 none, 10 worst imaginable.' }),
    glucose: number('Blood glucose', { least: 0, most: 80, decimals: 1, unit: 'mmol/L' }),
    urine_output: integer('Urine in the last hour', { least: 0, most: 3000, unit: 'mL' }),
    remarks: note('Remarks', { max: 1000 }),
    recorded_by: link('Recorded by', 'users', { merge: 'server', stamp: { as: 'who' } }),
  },
  access: { read: CLINICIANS, create: CLINICIANS, edit: NOBODY, retract: CLINICIANS },
  checks: [
    {
      name: 'vital_signs_something_measured',
      fields: ['pulse'],
      say: 'Enter at least one observation.',
      sql:
        'num_nonnulls(temperature, pulse, respiratory_rate, systolic_pressure, diastolic_pressure, oxygen_saturation, consciousness, ' +
        'pain_score, glucose, urine_output) > 0',
      test: (row) =>
        [
          row.temperature,
          row.pulse,
          row.respiratory_rate,
          row.systolic_pressure,
          row.diastolic_pressure,
          row.oxygen_saturation,
          row.consciousness,
          row.pain_score,
          row.glucose,
          row.urine_output,
        ].some((v) => v !== null),
    },
    {
      name: 'vital_signs_pressures_in_order',
      fields: ['diastolic_pressure'],
      say: 'The diastolic pressure cannot be above the systolic one.',
      sql: 'diastolic_pressure is null or systolic_pressure is null or diastolic_pressure <= systolic_pressure',
      test: (row) =>
        row.diastolic_pressure === null ||
        row.systolic_pressure === null ||
        Number(row.diastolic_pressure) <= Number(row.systolic_pressure),
    },
    {
      name: 'vital_signs_flow_on_oxygen',
      fields: ['oxygen_flow'],
      say: 'A flow is given only to a patient on oxygen.',
      sql: 'oxygen_flow is null or supplemental_oxygen is true',
      test: (row) => row.oxygen_flow === null || row.supplemental_oxygen === true,
    },
  ],
  across: [
    {
      name: 'vital_signs_same_patient',
      fields: ['admission_id'],
      same: 'patient_id',
      say: 'This admission is of another patient.',
    },
  ],
  indexed: ['observed_at'],
  form: [
    { title: 'When', fields: ['observed_at'] },
    {
      title: 'Observations',
      fields: [
        'respiratory_rate',
        'oxygen_saturation',
        'supplemental_oxygen',
        'oxygen_flow',
        'systolic_pressure',
        'diastolic_pressure',
        'pulse',
        'consciousness',
        'temperature',
      ],
    },
    { title: 'Also', fields: ['pain_score', 'glucose', 'urine_output', 'remarks'] },
  ],
  list: ['observed_at', 'temperature', 'pulse', 'systolic_pressure', 'respiratory_rate', 'oxygen_saturation'],
});
