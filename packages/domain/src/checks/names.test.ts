import { expect, it } from 'vitest';
import { readDose, readFrequency } from './amounts.ts';
import { allergensNamed, drugNamed } from './names.ts';
import { REFERENCE } from './testing-facts.ts';

it.each([
  ['Amoxicillin', 'amoxicillin'],
  ['  co-amoxiclav ', 'amoxicillin_clavulanate'],
  ['EPINEPHRINE', 'adrenaline'],
  ['silver  sulphadiazine', 'silver_sulfadiazine'],
  ['Amoxicillin 500 mg', undefined],
  ['amoxicilin', undefined],
  ['', undefined],
  ['constructor', undefined],
])('%s is %s', (typed, id) => {
  expect(drugNamed(typed, REFERENCE)?.id).toBe(id);
});

it('every drug and allergen is found by its own name, and no name stands for two', () => {
  for (const { id, name } of REFERENCE.drugs) expect(drugNamed(name, REFERENCE)?.id).toBe(id);
  for (const { id, name } of REFERENCE.allergens) expect(allergensNamed(name, REFERENCE)).toContain(id);
});

it.each([
  ['500 mg', 500, false],
  ['0.5 g', 500, false],
  ['5,000 mg', 5000, false],
  ['250 micrograms', 0.25, false],
  ['15 mg/kg', 15, true],
  ['50-100 mg', 100, false],
])('%s is %s mg, per kg: %s', (text, mg, perKg) => {
  expect(readDose(text)).toEqual({ mg, perKg });
});

it.each([
  '',
  '10 mL',
  '5,000 units',
  '0,5 mg',
  '1,5 g',
  '500',
  '2 tablets',
  '-5 mg',
  '0 mg',
  '10 mg/kg/day',
  '1e3 mg',
  '100-50 mg',
])('the dose "%s" is not read', (text) => {
  expect(readDose(text)).toBeNull();
});

it.each([
  ['tds', 3],
  ['T.D.S.', 3],
  ['every 6 hours', 4],
  ['every 4-6 h when needed', 6],
  ['8-hourly', 3],
  ['8 hrly prn', 3],
  ['2 times a day', 2],
  ['once a week', 1 / 7],
  ['nocte', 1],
  ['prn', null],
  ['as needed', null],
  ['every 0 hours', null],
  ['toString', null],
  ['99 times a day', null],
])('"%s" is %s a day', (text, perDay) => {
  expect(readFrequency(text)).toBe(perDay);
});
