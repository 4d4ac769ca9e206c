import { NOBODY, rolesOf } from '../access.ts';
import { choice, date, instant, integer, link, note, number, text } from '../fields.ts';
import { defineRecord } from '../record.ts';

export const stock_movements = defineRecord({
  name: 'stock_movements',
  title: 'Stock movement',
  titles: 'Stock movements',
  about: 'Goods that came into the store, left it or were counted. What is in stock follows from these and from the uses.',
  scope: 'stock',
  merge: 'append',
  fields: {
    consumable_id: link('Item', 'surgical_consumables', { required: true }),
    movement_type: choice('Kind', ['Receipt', 'Issue', 'Count', 'Loss', 'Transfer', 'Return'], {
      required: true,
      help: 'Receipt and Return add; Issue, Loss and Transfer take away; Count says how many there are.',
    }),
    quantity: integer('Quantity', { least: 0, most: 1_000_000, required: true, help: 'In the unit of the item.' }),
    moved_at: instant('When', { required: true }),
    batch_number: text('Batch', { max: 50 }),
    expiry_date: date('Expires'),
    place: text('From or to', { max: 200, help: 'Supplier, ward or store.' }),
    unit_cost: number('Cost of one', { least: 0, most: 99_999_999, decimals: 2, unit: 'NGN' }),
    reason: note('Reason', { max: 1000 }),
    recorded_by: link('Recorded by', 'users', { merge: 'server', stamp: { as: 'who' } }),
  },
  access: { read: rolesOf('stock'), create: ['pharmacy'], edit: NOBODY, retract: ['pharmacy'] },
  checks: [
    {
      name: 'stock_movements_something_moved',
      fields: ['quantity'],
      say: 'Say how many; only a count may be 0.',
      sql: "quantity > 0 or movement_type = 'Count'",
      test: (row) => Number(row.quantity) > 0 || row.movement_type === 'Count',
    },
    {
      name: 'stock_movements_loss_explained',
      fields: ['reason'],
      say: 'Say how it was lost.',
      sql: "movement_type <> 'Loss' or reason is not null",
      test: (row) => row.movement_type !== 'Loss' || row.reason !== null,
    },
  ],
  indexed: ['movement_type', 'moved_at', 'expiry_date'],
  form: [
    { title: 'Movement', fields: ['consumable_id', 'movement_type', 'quantity', 'moved_at'] },
    { title: 'Goods', fields: ['batch_number', 'expiry_date', 'place', 'unit_cost'] },
    { title: 'Remarks', fields: ['reason'] },
  ],
  list: ['consumable_id', 'movement_type', 'quantity', 'moved_at', 'batch_number', 'expiry_date'],
});
