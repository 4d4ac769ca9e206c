import { describe, expect, test } from 'vitest';
import { chanceFrom } from './chance.ts';
import { randomFields, randomValue } from './random.ts';
import { RECORD_LIST } from './records/index.ts';
import { brokenChecks, problemsOf } from './schemas.ts';

const IDS = ['018f0000-0000-7000-8000-000000000001', '018f0000-0000-7000-8000-000000000002'];
const LINKS = Object.fromEntries(RECORD_LIST.map((def) => [def.name, IDS]));

describe('random rows', () => {
  test.each(RECORD_LIST.map((def) => [def.name, def] as const))('of %s are valid', (_name, def) => {
    const chance = chanceFrom(1);
    for (let i = 0; i < 200; i++) {
      const row = randomFields(def, chance, LINKS);
      expect(problemsOf(def, 'create', row)).toBeUndefined();
      expect(brokenChecks(def, row)).toEqual([]);
      expect(Object.keys(row)).toEqual(Object.keys(def.fields));
    }
  });

  test('are the same for the same seed, and others for another', () => {
    const patients = RECORD_LIST.find((def) => def.name === 'patients');
    if (!patients) throw new Error('patients are not declared');
    const made = (seed: number) => randomFields(patients, chanceFrom(seed), LINKS);
    expect(made(7)).toEqual(made(7));
    expect(made(8)).not.toEqual(made(7));
  });

  test('leave optional fields empty now and then, and required ones never', () => {
    const admissions = RECORD_LIST.find((def) => def.name === 'patient_admissions');
    if (!admissions) throw new Error('patient_admissions are not declared');
    const chance = chanceFrom(3);
    const rows = Array.from({ length: 100 }, () => randomFields(admissions, chance, LINKS));
    for (const [name, field] of Object.entries(admissions.fields)) {
      const empty = rows.filter((row) => row[name] === null).length;
      if (field.required) expect(empty).toBe(0);
      else expect(empty).toBeGreaterThan(5);
    }
  });

  test('say so when a required link has nowhere to lead', () => {
    const allergies = RECORD_LIST.find((def) => def.name === 'patient_allergies');
    if (!allergies) throw new Error('patient_allergies are not declared');
    expect(() => randomFields(allergies, chanceFrom(1))).toThrow(
      'patient_allergies.patient_id needs the id of one of patients.',
    );
  });

  test('keep to the decimals of a measurement', () => {
    const chance = chanceFrom(5);
    const field = { kind: 'number', label: 'Weight', required: true, least: 0.4, most: 350, decimals: 1 } as const;
    for (let i = 0; i < 500; i++) {
      const value = Number(randomValue(field, chance));
      expect(value).toBeGreaterThanOrEqual(0.4);
      expect(value).toBeLessThanOrEqual(350);
      expect(Math.round(value * 10) / 10).toBe(value);
    }
  });
});
