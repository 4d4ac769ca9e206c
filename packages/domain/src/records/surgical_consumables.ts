import { NOBODY, ROLES } from '../access.ts';
import { flag, integer, note, number, text } from '../fields.ts';
import { defineRecord } from '../record.ts';

export const surgical_consumables = defineRecord({
  name: 'surgical_consumables',
  title: 'Consumable',
  titles: 'Consumables',
  about: 'An item of the theatre and dressing store, and the levels at which to order.',
  scope: 'ref',
  merge: 'field',
  fields: {
    item_name: text('Item', { required: true, max: 255 }),
    item_code: text('Code', { required: true, max: 50 }),
    category: text('Category'),
    description: note('Description', { max: 2000 }),
    unit: text('Unit', { max: 50 }),
    minimum_stock_level: integer('Minimum stock', { least: 0, most: 1_000_000, required: true }),
    reorder_level: integer('Reorder at', { least: 0, most: 1_000_000, required: true }),
    unit_cost: number('Unit cost', { least: 0, most: 99_999_999, decimals: 2, unit: 'NGN' }),
    is_active: flag('In use', { required: true }),
    stock_on_hand: integer('In stock', {
      least: -2_000_000_000,
      most: 2_000_000_000,
      merge: 'server',
      help: 'Follows from movements and uses; empty until the first. Below 0: something was used that was never received or counted.',
    }),
  },
  access: { read: ROLES, create: ['pharmacy', 'super_admin'], edit: ['pharmacy', 'super_admin'], retract: NOBODY },
  unique: [{ name: 'surgical_consumables_code_once', fields: ['item_code'], say: 'Another item has this code.' }],
  indexed: ['category'],
  list: ['item_code', 'item_name', 'category', 'stock_on_hand', 'unit', 'reorder_level'],
});
