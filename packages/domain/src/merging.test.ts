import { expect, test } from 'vitest';
import { FOLLOWING, mergeChoices, mergedFields, mergeObstacle, unmergedFields } from './merging.ts';
import type { AnyRow } from './record.ts';

const row = (values: Record<string, string | null>): AnyRow => values as unknown as AnyRow;

test('[S37] fields that belong together are taken together, and what only the other has is not lost', () => {
  const survivor = row({
    first_name: 'Ada',
    last_name: 'Obi',
    gender: 'Female',
    phone: null,
    city: 'Enugu',
    blood_group: 'A+',
  });
  const other = row({
    first_name: 'Adaeze',
    last_name: 'Obi',
    gender: 'Female',
    phone: '0803',
    city: 'Jos',
    blood_group: 'B+',
  });
  expect(mergedFields(survivor, other, ['first_name'])).toEqual({ first_name: 'Adaeze', phone: '0803' });
  expect(mergedFields(survivor, other, [])).toEqual({ phone: '0803' });
  expect(mergeChoices().find((group) => group.includes('blood_group'))).toContain('genotype');
});

test('[S38] a field goes back that still holds what the merge wrote', () => {
  const kept = { phone: [null, '0803'], city: ['Enugu', 'Jos'] };
  expect(unmergedFields(row({ phone: '0803', city: 'Aba' }), kept)).toEqual({ phone: null });
  expect(unmergedFields(row({ phone: '0803' }), null)).toEqual({});
});

test('[S37] what stands in the way of a merge is said', () => {
  const stay = { patient_admissions: [row({ status: 'Active' })] };
  const ended = { patient_admissions: [row({ status: 'Discharged' })] };
  expect(mergeObstacle(stay, stay, 0)).toMatch(/open admission/);
  expect(mergeObstacle(stay, ended, 0)).toBeUndefined();
  expect(mergeObstacle({}, {}, 1)).toMatch(/conflicts to settle/);
  const allergic = { patient_allergies: [row({ assertion: 'Allergy', status: 'Active' })] };
  const none = { patient_allergies: [row({ assertion: 'No known allergies', status: 'Active' })] };
  expect(mergeObstacle(none, allergic, 0)).toMatch(/none is known/);
  expect(mergeObstacle(none, none, 0)).toBeUndefined();
});

test('[S37] everything that is of a patient follows; that somebody looked stays with whom they looked at', () => {
  const names = FOLLOWING.map(({ name }) => name);
  expect(names).toEqual(
    expect.arrayContaining(['patient_allergies', 'prescription_items', 'surgical_checklists', 'notifications']),
  );
  for (const name of ['record_views', 'patients', 'patient_matches']) expect(names).not.toContain(name);
});
