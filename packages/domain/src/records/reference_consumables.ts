import { choice, flag, integer, text } from '../fields.ts';
import { defineRecord } from '../record.ts';
import { inOrder, versionAccess, versionFields, versionRules } from './versioned.ts';

const NAME = 'reference_consumables';
const LEVEL = { least: 0, most: 1_000_000 } as const;
const rules = versionRules(NAME);

export const reference_consumables = defineRecord({
  name: NAME,
  title: 'Consumable of the reference',
  titles: 'Consumables of the reference',
  about:
    'One version of an item that a theatre store usually holds, and the levels it begins with. What is in stock is kept with the items of the store.',
  scope: 'ref',
  merge: 'append',
  fields: {
    name: text('Item', { required: true, max: 255 }),
    category: text('Category', { required: true }),
    unit: text('Unit', { required: true, max: 50 }),
    reorder_level: integer('Order again at', LEVEL),
    par_level: integer('Fill up to', LEVEL),
    criticality: choice('How much hangs on it', ['vital', 'essential'], {
      help: 'vital: without it an operation stops, or is not safe.',
    }),
    latex_free: flag('Free of latex'),
    tracks_expiry: flag('Has a day of expiry'),
    tracks_lot: flag('Has a lot to note'),
    ...versionFields,
  },
  access: versionAccess('ref', ['pharmacy']),
  ...rules,
  checks: [
    ...rules.checks,
    inOrder(`${NAME}_levels`, 'reorder_level', 'par_level', 'It is filled up to less than it is ordered at.'),
  ],
  form: [
    { title: 'Item', fields: ['name', 'category', 'unit', 'criticality'] },
    { title: 'Levels', fields: ['reorder_level', 'par_level'] },
    { title: 'To know', fields: ['latex_free', 'tracks_expiry', 'tracks_lot'] },
    { title: 'Where it comes from', fields: ['sources', 'withdrawn', 'edit_reason'] },
  ],
  list: ['name', 'category', 'unit'],
});
