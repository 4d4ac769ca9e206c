import { choice, note, text } from '../fields.ts';
import { defineRecord } from '../record.ts';
import { versionAccess, versionFields, versionRules } from './versioned.ts';

const NAME = 'reference_allergy_rules';

export const reference_allergy_rules = defineRecord({
  name: NAME,
  title: 'Allergy rule',
  titles: 'Allergy rules',
  about: 'One version of what an allergy means for a group of medicines, cross-reactions included.',
  scope: 'ref',
  merge: 'append',
  fields: {
    allergen: text('Allergen', { required: true, help: 'In one word: nsaid_single.' }),
    name: text('Allergen in words', { required: true, max: 255 }),
    allergy_group: text('Group of medicines', { help: 'As the medicines name their groups. Empty: no medicine is meant.' }),
    level: choice('What it means', ['none', 'caution', 'avoid', 'contraindicated'], { required: true }),
    meaning: note('Why', { max: 1000 }),
    ...versionFields,
  },
  access: versionAccess('ref', ['pharmacy']),
  ...versionRules(NAME),
  form: [
    { title: 'Rule', fields: ['allergen', 'name', 'allergy_group', 'level', 'meaning'] },
    { title: 'Where it comes from', fields: ['sources', 'withdrawn', 'edit_reason'] },
  ],
  list: ['name', 'allergy_group', 'level'],
});
