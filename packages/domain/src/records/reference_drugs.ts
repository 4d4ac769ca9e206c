import { flag, note, number, text, texts } from '../fields.ts';
import { defineRecord } from '../record.ts';
import { inOrder, versionAccess, versionFields, versionRules } from './versioned.ts';

const NAME = 'reference_drugs';
const MG = { least: 0, most: 1_000_000, decimals: 4, unit: 'mg' } as const;
const MG_PER_KG = { least: 0, most: 10_000, decimals: 4, unit: 'mg/kg' } as const;
const HOURS = { least: 0, most: 10_000, decimals: 2, unit: 'h' } as const;
const rules = versionRules(NAME);

export const reference_drugs = defineRecord({
  name: NAME,
  title: 'Medicine of the reference',
  titles: 'Medicines of the reference',
  about:
    'One version of what the unit holds of a medicine: doses, limits, kidneys, pregnancy, and the groups its allergies and interactions go by.',
  scope: 'ref',
  merge: 'append',
  fields: {
    name: text('Name', { required: true, max: 255, help: 'The international generic name.' }),
    drug_class: text('Class', { required: true, max: 200 }),
    allergy_groups: texts('Groups for allergies', { help: 'As the allergy rules call them.' }),
    routes: texts('Routes', { max: 20 }),
    adult_dose: note('Adults: dose in words', { max: 1000 }),
    adult_single_from_mg: number('Adults: one dose, from', MG),
    adult_single_to_mg: number('Adults: one dose, at most', MG),
    adult_interval_from_h: number('Adults: shortest interval', HOURS),
    adult_interval_to_h: number('Adults: longest interval', HOURS),
    max_day_adult_mg: number('Adults: most in a day', MG),
    child_dose: note('Children: dose in words', { max: 1000, help: 'After the first month of life.' }),
    child_from_mg_per_kg: number('Children: one dose, from', MG_PER_KG),
    child_to_mg_per_kg: number('Children: one dose, at most', MG_PER_KG),
    child_single_max_mg: number('Children: one dose, never above', MG),
    child_interval_from_h: number('Children: shortest interval', HOURS),
    child_interval_to_h: number('Children: longest interval', HOURS),
    max_day_child_mg_per_kg: number('Children: most in a day', MG_PER_KG),
    renal: note('Kidneys', {
      max: 1000,
      help: 'Parts with ; between. A number is read where it stands as CrCl 10-30, below 10, or eGFR 30 or less.',
    }),
    pregnancy: note('Pregnancy', { max: 1000, help: 'Begins with Compatible, Avoid, Contraindicated … where it can.' }),
    on_who_list: flag('On the WHO list of essential medicines 2023'),
    uncertain: flag('Marked as uncertain', { help: 'The checks then say so.' }),
    remarks: note('Note', { max: 2000 }),
    ...versionFields,
  },
  access: versionAccess('ref', ['pharmacy']),
  ...rules,
  checks: [
    ...rules.checks,
    inOrder(`${NAME}_adult_single`, 'adult_single_from_mg', 'adult_single_to_mg', 'The most of one dose is below the least.'),
    inOrder(
      `${NAME}_adult_interval`,
      'adult_interval_from_h',
      'adult_interval_to_h',
      'The longest interval is below the shortest.',
    ),
    inOrder(`${NAME}_adult_day`, 'adult_single_to_mg', 'max_day_adult_mg', 'The most of a day is below one dose.'),
    inOrder(`${NAME}_child_single`, 'child_from_mg_per_kg', 'child_to_mg_per_kg', 'The most of one dose is below the least.'),
    inOrder(
      `${NAME}_child_interval`,
      'child_interval_from_h',
      'child_interval_to_h',
      'The longest interval is below the shortest.',
    ),
    inOrder(`${NAME}_child_day`, 'child_to_mg_per_kg', 'max_day_child_mg_per_kg', 'The most of a day is below one dose.'),
  ],
  form: [
    { title: 'Medicine', fields: ['name', 'drug_class', 'routes', 'allergy_groups', 'on_who_list'] },
    {
      title: 'Adults',
      fields: [
        'adult_dose',
        'adult_single_from_mg',
        'adult_single_to_mg',
        'adult_interval_from_h',
        'adult_interval_to_h',
        'max_day_adult_mg',
      ],
    },
    {
      title: 'Children',
      fields: [
        'child_dose',
        'child_from_mg_per_kg',
        'child_to_mg_per_kg',
        'child_single_max_mg',
        'child_interval_from_h',
        'child_interval_to_h',
        'max_day_child_mg_per_kg',
      ],
    },
    { title: 'Cautions', fields: ['renal', 'pregnancy', 'uncertain', 'remarks'] },
    { title: 'Where it comes from', fields: ['sources', 'withdrawn', 'edit_reason'] },
  ],
  list: ['name', 'drug_class'],
});
