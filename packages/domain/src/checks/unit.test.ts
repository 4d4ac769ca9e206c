import { expect, it } from 'vitest';
import { BLOOD_GROUPS, redCellsFit, unitIsUsual } from '../records/blood_groups.ts';
import { checkUnit } from './unit.ts';

it.each([
  ['Packed red cells', 'O-', 'AB+', 'good'],
  ['Packed red cells', 'A+', 'O+', 'never'],
  ['Packed red cells', 'O+', 'O-', 'unusual'],
  ['Whole blood', 'O+', 'A+', 'unusual'],
  ['Whole blood', 'A+', 'A+', 'good'],
  ['Fresh frozen plasma', 'AB+', 'O-', 'good'],
  ['Fresh frozen plasma', 'O+', 'A+', 'unusual'],
  ['Cryoprecipitate', 'A-', 'AB+', 'unusual'],
  ['Platelets', 'A+', 'A+', 'good'],
  ['Platelets', 'O+', 'B+', 'unusual'],
  ['Platelets', 'A+', 'A-', 'unusual'],
  ['Platelets', 'AB-', 'O-', 'good'],
] as const)('%s of %s for %s: %s', (component, donor, patient, fit) => {
  expect(checkUnit(component, donor, patient).fit).toBe(fit);
});

it('says what is not known', () => {
  expect(checkUnit('Platelets', null, 'A+')).toMatchObject({ fit: null, say: expect.stringContaining('the unit') });
  expect(checkUnit('Packed red cells', 'A+', null)).toMatchObject({ fit: null, say: expect.stringContaining('only O') });
  expect(checkUnit('', 'A+', 'A+').fit).toBeNull();
  expect(checkUnit('toString', 'A+', 'A+').fit).toBeNull();
  expect(checkUnit('Platelets', 'C+', 'A+').fit).toBeNull();
});

it('is never milder than what the database holds, for every component and pair of groups', () => {
  for (const component of ['Whole blood', 'Packed red cells', 'Platelets', 'Fresh frozen plasma', 'Cryoprecipitate'])
    for (const donor_group of BLOOD_GROUPS)
      for (const patient_group of BLOOD_GROUPS) {
        const row = { component, donor_group, patient_group, started_at: null };
        const { fit } = checkUnit(component, donor_group, patient_group);
        expect([component, donor_group, patient_group, fit === 'never']).toEqual([
          component,
          donor_group,
          patient_group,
          !redCellsFit(row),
        ]);
        if (!unitIsUsual(row)) expect(fit).not.toBe('good');
      }
});
