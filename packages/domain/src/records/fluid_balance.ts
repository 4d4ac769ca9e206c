import { CLINICIANS, NOBODY } from '../access.ts';
import { choice, instant, integer, link, text } from '../fields.ts';
import { defineRecord } from '../record.ts';

const INTAKE = ['Oral', 'Intravenous', 'Nasogastric feed', 'Blood product', 'Irrigation in'] as const;
const OUTPUT = ['Urine', 'Drain', 'Vomit', 'Nasogastric aspirate', 'Stool', 'Blood loss', 'Irrigation out'] as const;
const sqlList = (words: readonly string[]) => words.map((w) => `'${w}'`).join(', ');

export const fluid_balance = defineRecord({
  name: 'fluid_balance',
  title: 'Fluid entry',
  titles: 'Fluid balance',
  about: 'One intake or output. Balances are computed from these entries, never typed.',
  scope: 'clinical',
  merge: 'append',
  fields: {
    patient_id: link('Patient', 'patients', { required: true }),
    admission_id: link('Admission', 'patient_admissions'),
    measured_at: instant('When', { required: true }),
    direction: choice('In or out', ['Intake', 'Output'], { required: true }),
    route: choice('By', [...INTAKE, ...OUTPUT], { required: true }),
    volume: integer('Volume', { least: 0, most: 20_000, unit: 'mL', required: true }),
    fluid: text('Fluid', { max: 200, help: "For example Ringer's lactate, haemoserous." }),
    site: text('Site or drain', { help: 'Which drain or line.' }),
    recorded_by: link('Recorded by', 'users', { merge: 'server', stamp: { as: 'who' } }),
  },
  access: { read: CLINICIANS, create: CLINICIANS, edit: NOBODY, retract: CLINICIANS },
  checks: [
    {
      name: 'fluid_balance_route_of_direction',
      fields: ['route'],
      say: 'This is not a way in which fluid goes in that direction.',
      sql: `(direction = 'Intake') = (route in (${sqlList(INTAKE)}))`,
      test: (row) => (row.direction === 'Intake') === INTAKE.some((route) => route === row.route),
    },
  ],
  across: [
    {
      name: 'fluid_balance_same_patient',
      fields: ['admission_id'],
      same: 'patient_id',
      say: 'This admission is of another patient.',
    },
  ],
  indexed: ['measured_at'],
  list: ['measured_at', 'direction', 'route', 'volume', 'fluid'],
});
