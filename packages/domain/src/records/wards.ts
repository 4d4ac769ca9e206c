import { NOBODY, ROLES } from '../access.ts';
import { flag, text, texts } from '../fields.ts';
import { defineRecord } from '../record.ts';

export const wards = defineRecord({
  name: 'wards',
  title: 'Ward',
  titles: 'Wards',
  about: 'A ward, the other names it is known by, and its beds.',
  scope: 'ref',
  merge: 'field',
  fields: {
    name: text('Name', { required: true }),
    code: text('Code', { required: true, max: 20, help: 'Short form on lists and bed labels.' }),
    aliases: texts('Also known as', { help: 'Names used on paper and in older lists.' }),
    beds: texts('Beds', { max: 20, help: 'Bed codes in the order they stand.' }),
    is_active: flag('In use', { required: true }),
  },
  access: { read: ROLES, create: ['super_admin'], edit: ['super_admin'], retract: NOBODY },
  unique: [
    { name: 'wards_name_once', fields: ['name'], say: 'A ward of this name exists already.' },
    { name: 'wards_code_once', fields: ['code'], say: 'Another ward has this code.' },
  ],
  list: ['name', 'code', 'beds', 'is_active'],
});
