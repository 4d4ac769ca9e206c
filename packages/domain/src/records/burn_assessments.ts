import { CLINICIANS } from '../access.ts';
import { choice, flag, instant, json, link, note, number, text } from '../fields.ts';
import { defineRecord } from '../record.ts';

/** The regions of the body map are free keys here; the chart that fills it names them. */
export const burn_assessments = defineRecord({
  name: 'burn_assessments',
  title: 'Burn assessment',
  titles: 'Burn assessments',
  about: 'What burned, how deep and how much, and the fluid it calls for.',
  scope: 'clinical',
  merge: 'group:burn',
  fields: {
    patient_id: link('Patient', 'patients', { required: true, merge: 'append' }),
    admission_id: link('Admission', 'patient_admissions'),
    assessed_at: instant('Assessed', { required: true }),
    burned_at: instant('Burned', { help: 'Fluid is counted from the burn, not from arrival.' }),
    mechanism: choice('Cause', ['Flame', 'Scald', 'Contact', 'Chemical', 'Electrical', 'Radiation', 'Friction', 'Other'], {
      required: true,
    }),
    circumstances: note('How it happened', { max: 2000 }),
    first_aid: text('First aid given', { max: 300 }),
    regions: json('Map of regions and depths', {
      help: 'For each region, per cent of the body surface by depth.',
      hidden: true,
    }),
    tbsa: number('Burned surface', { least: 0, most: 100, decimals: 1, unit: '%', help: 'Without erythema.' }),
    full_thickness: number('Of it full thickness', { least: 0, most: 100, decimals: 1, unit: '%' }),
    method: choice('Estimated by', ['Lund and Browder', 'Rule of nines', 'Palm', 'Planimetry']),
    inhalation_injury: choice('Inhalation injury', ['Yes', 'No', 'Suspected']),
    circumferential: flag('Circumferential'),
    circumferential_sites: text('Where', { max: 200 }),
    weight_used: number('Weight used', { least: 0.3, most: 400, decimals: 1, unit: 'kg' }),
    fluid_plan: note('Fluid plan', { max: 4000 }),
    tetanus: choice('Tetanus', ['Up to date', 'Given today', 'Not given', 'Not known']),
    remarks: note('Remarks', { max: 2000 }),
    assessed_by: link('Assessed by', 'users', { merge: 'server', stamp: { as: 'who' } }),
  },
  access: { read: CLINICIANS, create: CLINICIANS, edit: CLINICIANS, retract: CLINICIANS },
  checks: [
    {
      name: 'burn_assessments_full_within_whole',
      fields: ['full_thickness'],
      say: 'Full thickness cannot be more than the whole burned surface.',
      sql: 'full_thickness is null or (tbsa is not null and full_thickness <= tbsa)',
      test: (row) => row.full_thickness === null || (row.tbsa !== null && Number(row.full_thickness) <= Number(row.tbsa)),
    },
    {
      name: 'burn_assessments_after_the_burn',
      fields: ['burned_at'],
      say: 'The burn cannot be later than its assessment.',
      sql: 'burned_at is null or burned_at <= assessed_at',
      test: (row) => row.burned_at === null || String(row.burned_at) <= String(row.assessed_at),
    },
    {
      name: 'burn_assessments_circumferential_where',
      fields: ['circumferential_sites'],
      say: 'Say where only when it is circumferential.',
      sql: 'circumferential_sites is null or circumferential is true',
      test: (row) => row.circumferential_sites === null || row.circumferential === true,
    },
  ],
  across: [
    {
      name: 'burn_assessments_same_patient',
      fields: ['admission_id'],
      same: 'patient_id',
      say: 'This admission is of another patient.',
    },
  ],
  indexed: ['assessed_at'],
  form: [
    { title: 'Burn', fields: ['mechanism', 'burned_at', 'assessed_at', 'circumstances', 'first_aid'] },
    {
      title: 'Extent',
      fields: ['method', 'tbsa', 'full_thickness', 'inhalation_injury', 'circumferential', 'circumferential_sites'],
    },
    { title: 'Plan', fields: ['weight_used', 'fluid_plan', 'tetanus', 'remarks'] },
  ],
  list: ['assessed_at', 'mechanism', 'tbsa', 'full_thickness', 'inhalation_injury'],
});
