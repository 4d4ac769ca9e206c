import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { calculate } from '../calculator.ts';
import { describeRule, workingOf } from '../testing/rule.ts';
import { bmi } from './bmi.ts';

const example = { weightKg: 70, heightCm: 175 };
describeRule(bmi, example);

describe('body mass index', () => {
  /** At 2 m the index is a quarter of the weight, exactly. */
  test.each([
    [18.499, 'underweight'],
    [18.5, 'normal'],
    [24.999, 'normal'],
    [25, 'overweight'],
    [29.999, 'overweight'],
    [30, 'obese_1'],
    [34.999, 'obese_1'],
    [35, 'obese_2'],
    [39.999, 'obese_2'],
    [40, 'obese_3'],
  ])('%d is %s', (index, category) => {
    expect(calculate(bmi, { weightKg: index * 4, heightCm: 200 })).toMatchObject({ category });
  });
  test('an edge reached by arithmetic is reached', () => {
    expect(64 / 1.6 ** 2).toBeLessThan(25);
    expect(calculate(bmi, { weightKg: 64, heightCm: 160 })).toEqual({ bmi: 25, category: 'overweight' });
  });
  test('every class is described', () => {
    expect(Object.keys(bmi.outputs.category?.bands ?? {})).toHaveLength(6);
  });
  test('more weight never lowers it', () => {
    const kg = fc.double({ min: 1, max: 400, noNaN: true });
    const of = (weightKg: number, heightCm: number) => Number(Reflect.get(calculate(bmi, { weightKg, heightCm }), 'bmi'));
    fc.assert(
      fc.property(kg, kg, fc.integer({ min: 30, max: 250 }), (a, b, heightCm) => {
        expect(of(Math.max(a, b), heightCm)).toBeGreaterThanOrEqual(of(Math.min(a, b), heightCm));
      }),
    );
  });
  test('the working', () => {
    expect(workingOf(bmi, example)).toMatchInlineSnapshot(`
      [
        "70 kg ÷ (175 cm ÷ 100)² = 22.9 kg/m²; the class goes by the unrounded value",
      ]
    `);
  });
});
