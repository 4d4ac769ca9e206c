import { choice, note, text } from '../fields.ts';
import { defineRecord } from '../record.ts';
import { versionAccess, versionFields, versionRules } from './versioned.ts';

const NAME = 'reference_interactions';

export const reference_interactions = defineRecord({
  name: NAME,
  title: 'Interaction',
  titles: 'Interactions',
  about: 'One version of what two medicines do to each other, and what to do about it.',
  scope: 'ref',
  merge: 'append',
  fields: {
    drug_a: text('One medicine', { required: true, help: 'The entry of the medicine: warfarin.' }),
    drug_b: text('The other', { required: true }),
    severity: choice('How grave', ['minor', 'moderate', 'major', 'contraindicated'], { required: true }),
    effect: note('What happens', { required: true, max: 1000 }),
    management: note('What to do', { max: 1000 }),
    ...versionFields,
  },
  access: versionAccess('ref', ['pharmacy']),
  ...versionRules(NAME),
  form: [
    { title: 'Interaction', fields: ['drug_a', 'drug_b', 'severity', 'effect', 'management'] },
    { title: 'Where it comes from', fields: ['sources', 'withdrawn', 'edit_reason'] },
  ],
  list: ['drug_a', 'drug_b', 'severity', 'effect'],
});
