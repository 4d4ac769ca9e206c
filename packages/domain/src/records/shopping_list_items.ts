import { CLINICIANS, rolesOf } from '../access.ts';
import { flag, instant, integer, link, note, text } from '../fields.ts';
import { defineRecord } from '../record.ts';

export const shopping_list_items = defineRecord({
  name: 'shopping_list_items',
  title: 'Item to buy',
  titles: 'Items to buy',
  about: 'One line of a shopping list: what, how many, and whether it was bought.',
  scope: 'clinical',
  merge: 'field',
  fields: {
    patient_id: link('Patient', 'patients', { required: true, merge: 'append' }),
    shopping_list_id: link('List', 'shopping_lists', { required: true, merge: 'append' }),
    consumable_id: link('Item of the store', 'surgical_consumables', { merge: 'group:item' }),
    item_name: text('Item', { required: true, max: 255, merge: 'group:item' }),
    category: text('Group', { merge: 'group:item' }),
    quantity: integer('Quantity', { least: 1, most: 10_000, required: true, merge: 'group:item' }),
    unit: text('Unit', { max: 50, merge: 'group:item', help: 'Piece, roll, bottle, pair, vial, pack …' }),
    bought: flag('Bought'),
    bought_marked_by: link('Marked by', 'users', { merge: 'server', stamp: { as: 'who', of: 'bought' } }),
    bought_marked_at: instant('Marked', { merge: 'server', stamp: { as: 'when', of: 'bought' } }),
    notes: note('Notes', { max: 1000 }),
  },
  access: { read: rolesOf('clinical'), create: CLINICIANS, edit: CLINICIANS, retract: CLINICIANS },
  across: [
    {
      name: 'shopping_list_items_same_patient',
      fields: ['shopping_list_id'],
      same: 'patient_id',
      say: 'This list is of another patient.',
    },
  ],
  form: [{ title: 'Item', fields: ['item_name', 'category', 'quantity', 'unit', 'bought', 'notes'] }],
  list: ['item_name', 'category', 'quantity', 'unit', 'bought'],
});
