import { DOCTORS, NOBODY, rolesOf } from '../access.ts';
import { instant, integer, link, note, text } from '../fields.ts';
import { defineRecord } from '../record.ts';

const USERS = [...DOCTORS, 'nursing', 'pharmacy'] as const;

export const consumable_usage = defineRecord({
  name: 'consumable_usage',
  title: 'Use',
  titles: 'Uses',
  about:
    'An item of the store that was used, for whom and at which operation. The stock follows; a use that happened is never refused.',
  scope: 'stock',
  merge: 'append',
  fields: {
    consumable_id: link('Item', 'surgical_consumables', { required: true }),
    patient_id: link('Patient', 'patients'),
    surgery_booking_id: link('Operation', 'surgery_bookings'),
    quantity_used: integer('Quantity', { least: 1, most: 1_000_000, required: true, help: 'In the unit of the item.' }),
    usage_date: instant('When', { required: true }),
    batch_number: text('Batch', { max: 50 }),
    notes: note('Notes', { max: 1000 }),
    recorded_by: link('Recorded by', 'users', { merge: 'server', stamp: { as: 'who' } }),
  },
  access: { read: rolesOf('stock'), create: USERS, edit: NOBODY, retract: USERS },
  across: [
    {
      name: 'consumable_usage_same_patient',
      fields: ['surgery_booking_id'],
      same: 'patient_id',
      say: 'This operation is of another patient.',
    },
  ],
  indexed: ['usage_date'],
  form: [
    {
      title: 'Use',
      fields: ['consumable_id', 'quantity_used', 'usage_date', 'patient_id', 'surgery_booking_id', 'batch_number', 'notes'],
    },
  ],
  list: ['consumable_id', 'quantity_used', 'usage_date', 'patient_id', 'surgery_booking_id', 'batch_number'],
});
