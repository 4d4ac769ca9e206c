import { DOCTORS, rolesOf } from '../access.ts';
import { date, flag, instant, integer, link, note, text } from '../fields.ts';
import { defineRecord } from '../record.ts';
import { ALLERGIES } from './rests_on.ts';

const DRUG = { merge: 'hold:drug' } as const;
const DISPENSED = ['dispensed', 'quantity_dispensed', 'dispensed_batch', 'dispensing_note'] as const;

export const prescription_items = defineRecord({
  name: 'prescription_items',
  title: 'Medicine',
  titles: 'Medicines',
  about: 'One line of a prescription: medicine, dose, route, how often, how long; and what the pharmacy gave out for it.',
  scope: 'medicines',
  merge: 'hold:drug',
  fields: {
    patient_id: link('Patient', 'patients', { merge: 'append', hidden: true, from: 'prescription_id' }),
    prescription_id: link('Prescription', 'prescriptions', { required: true, merge: 'append' }),
    medication_name: text('Medicine', { required: true, max: 255, ...DRUG }),
    medication_type: text('Form', { max: 100, help: 'Tablet, injection, cream …' }),
    dosage: text('Dose', { required: true, max: 100, help: 'With its unit: 500 mg, 10 mL, 5,000 units.' }),
    route: text('Route', { required: true, max: 50 }),
    frequency: text('How often', { required: true, max: 100 }),
    duration: text('How long', { max: 100 }),
    as_needed: flag('Only when needed'),
    start_date: date('From'),
    quantity: integer('Quantity', { least: 1, most: 100_000 }),
    unit: text('Unit', { max: 50, help: 'Tablets, vials, bottles …' }),
    instructions: note('Instructions', { max: 2000 }),
    special_instructions: note('Special instructions', { max: 2000 }),
    override_reason: note('Why given despite a warning', {
      max: 1000,
      help: 'Needed where a check stops it. A reason of your own can stand here without one.',
    }),
    override_warnings: note('Warnings overruled', {
      max: 8000,
      help: 'What the checks had found when the reason was written: a line each, with the entry of the reference and its version.',
    }),
    checked_by_reference: note('Checked by', {
      max: 8000,
      help: 'The entries of the reference by which it was checked when it was written: a line each, with version, and whether it was reviewed.',
    }),
    is_stopped: flag('Stopped', { merge: 'hold:stop' }),
    stop_reason: note('Why stopped', { max: 1000, merge: 'hold:stop' }),
    stopped_by: link('Stopped by', 'users', { merge: 'server', stamp: { as: 'who', of: 'is_stopped' } }),
    stopped_at: instant('Stopped', { merge: 'server', stamp: { as: 'when', of: 'is_stopped' } }),
    dispensed: flag('Dispensed', { merge: 'group:dispensing' }),
    quantity_dispensed: integer('Quantity dispensed', { least: 1, most: 100_000, merge: 'group:dispensing' }),
    dispensed_batch: text('Batch', { max: 50, merge: 'group:dispensing' }),
    dispensing_note: note('Pharmacy note', {
      max: 1000,
      merge: 'group:dispensing',
      help: 'Needed for what was dispensed although it was stopped, on hold or cancelled.',
    }),
    dispensed_by: link('Dispensed by', 'users', { merge: 'server', stamp: { as: 'who', of: 'dispensed' } }),
    dispensed_date: instant('Dispensed', { merge: 'server', stamp: { as: 'when', of: 'dispensed' } }),
  },
  access: {
    read: rolesOf('medicines'),
    create: DOCTORS,
    edit: DOCTORS,
    retract: DOCTORS,
    edit_only: { pharmacy: DISPENSED },
    guards: [{ about: 'dispense', fields: DISPENSED, roles: ['pharmacy'] }],
  },
  checks: [
    {
      name: 'prescription_items_dispensed_how_many',
      fields: ['quantity_dispensed'],
      say: 'Say how many were dispensed.',
      sql: 'dispensed is not true or quantity_dispensed is not null',
      test: (row) => row.dispensed !== true || row.quantity_dispensed !== null,
    },
    {
      name: 'prescription_items_overruled_with_reason',
      fields: ['override_reason'],
      say: 'Say why it is given despite the warning.',
      sql: 'override_warnings is null or override_reason is not null',
      test: (row) => row.override_warnings === null || row.override_reason !== null,
    },
    {
      name: 'prescription_items_stop_explained',
      fields: ['stop_reason'],
      say: 'Say why it was stopped.',
      sql: 'is_stopped is not true or stop_reason is not null',
      test: (row) => row.is_stopped !== true || row.stop_reason !== null,
    },
  ],
  across: [
    {
      name: 'prescription_items_same_patient',
      fields: ['prescription_id'],
      same: 'patient_id',
      say: 'This prescription is of another patient.',
    },
    {
      name: 'prescription_items_dispensed_all_the_same',
      fields: ['dispensing_note'],
      say: 'This medicine was stopped, or its prescription was on hold or cancelled. Write in the pharmacy note why it was dispensed.',
    },
  ],
  rests: [
    {
      name: 'prescription_items_prescribed',
      act: 'a medicine is prescribed',
      when: { create: true, sets: { medication_name: [], dosage: [], route: [], frequency: [] } },
      on: [...ALLERGIES, { kind: 'prescription_items', as: 'id' }],
      done: false,
    },
    {
      name: 'prescription_items_given_out',
      act: 'this medicine is dispensed',
      when: { sets: { dispensed: [] } },
      on: [...ALLERGIES, { kind: 'prescription_items', as: 'id' }],
      done: true,
    },
  ],
  locks: [
    {
      name: 'prescription_items_dispensed',
      when: { field: 'dispensed', is: [true] },
      fields: [
        'medication_name',
        'medication_type',
        'dosage',
        'route',
        'frequency',
        'duration',
        'quantity',
        'unit',
        ...DISPENSED,
      ],
      say: 'This was dispensed and stays as it is; stop it and prescribe anew.',
    },
    {
      name: 'prescription_items_stopped',
      when: { field: 'is_stopped', is: [true] },
      fields: ['medication_name', 'dosage', 'route', 'frequency', 'is_stopped', 'stop_reason'],
      say: 'This was stopped and stays as it is; prescribe anew.',
    },
  ],
  indexed: ['dispensed'],
  form: [
    {
      title: 'Medicine',
      fields: ['medication_name', 'medication_type', 'dosage', 'route', 'frequency', 'duration', 'as_needed', 'start_date'],
    },
    { title: 'Supply', fields: ['quantity', 'unit', 'instructions', 'special_instructions'] },
    { title: 'Warnings', fields: ['override_reason', 'override_warnings', 'checked_by_reference'] },
    { title: 'Stopping', fields: ['is_stopped', 'stop_reason'] },
    { title: 'Pharmacy', fields: DISPENSED },
  ],
  list: ['medication_name', 'dosage', 'route', 'frequency', 'duration', 'dispensed'],
});
