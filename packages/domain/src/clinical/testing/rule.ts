import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Calculator, calculate, explain, type Level, type OutputSpec } from '../calculator.ts';
import { isNeeded } from '../check.ts';
import type { Fact, InputSpec, NumberSpec } from '../input.ts';
import { isRefusal, type Refusal, type RefusalCode, refuse } from '../refusal.ts';

type Given = Readonly<Record<string, unknown>>;

/** The rule with these answers, the rest as in the example. */
export const asking =
  (calculator: Calculator, example: Given) =>
  (patch: Given): object =>
    calculate(calculator, { ...example, ...patch });

/** How urgent each class of an output is. */
export const levelsOf = (calculator: Calculator, output: string): Record<string, Level> =>
  Object.fromEntries(Object.entries(calculator.outputs[output]?.bands ?? {}).map(([value, { level }]) => [value, level]));

/** The steps shown for these answers. */
export const workingOf = (calculator: Calculator, given: Given): readonly string[] => {
  const explained = explain(calculator, given);
  return isRefusal(explained) ? [] : explained.working;
};

const isNumber = (spec: InputSpec): spec is NumberSpec => spec.type === 'number' || spec.type === 'integer';

function answer(spec: InputSpec): fc.Arbitrary<unknown> {
  switch (spec.type) {
    case 'number':
    case 'integer': {
      const { min, max, exclusiveMin = false, alsoAllow = {} } = spec;
      const whole = fc.integer({ min: Math.ceil(min) + (exclusiveMin ? 1 : 0), max: Math.floor(max) });
      const real = fc.double({ min, max, minExcluded: exclusiveMin, noNaN: true });
      const texts = Object.keys(alsoAllow);
      const tenths = whole.map((n) => Math.min(max, n + 0.1));
      return fc.oneof(whole, ...(spec.type === 'number' ? [real, tenths] : []), ...texts.map((text) => fc.constant(text)));
    }
    case 'enum':
      return fc.constantFrom(...Object.keys(spec.values));
    case 'boolean':
      return fc.boolean();
    case 'datetime':
      return fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }).map((at) => at.toISOString());
    case 'string':
      return spec.offered ? fc.constantFrom(...Object.keys(spec.offered)) : fc.string();
    case 'array<enum>':
      return fc.subarray(Object.keys(spec.values));
    case 'array<integer>': {
      const { items, min, max } = spec;
      return fc.array(fc.integer({ min, max }), { minLength: items.length, maxLength: items.length });
    }
    case 'array<string>':
      return fc.array(spec.offered ? fc.constantFrom(...Object.keys(spec.offered)) : fc.string());
    case 'object': {
      const items = Object.entries(spec.items).map(([id, item]): [string, fc.Arbitrary<unknown>] => [
        id,
        'values' in item
          ? fc.constantFrom(...Object.keys(item.values))
          : answer({ ...item, type: item.integer ? 'integer' : 'number' }),
      ]);
      return fc.record(Object.fromEntries(items), { requiredKeys: [] });
    }
  }
}

/** Answers that pass the checks of their fields; what may be left out is now and then. */
export const answersOf = ({ inputs }: Calculator): fc.Arbitrary<Record<string, unknown>> =>
  fc.record(
    Object.fromEntries(
      Object.entries(inputs).map(([name, spec]) => [name, spec.optional ? fc.option(answer(spec)) : answer(spec)]),
    ),
  );

function expectValue(value: unknown, { type, nullable, values, bands }: OutputSpec): void {
  if (value === null) {
    expect(nullable).toBe(true);
    return;
  }
  if (type === 'number') expect(Number.isFinite(value)).toBe(true);
  if (type === 'integer') expect(Number.isInteger(value)).toBe(true);
  expect(Object.is(value, -0)).toBe(false);
  if (type === 'text') expect(value).toBeTypeOf('string');
  if (type === 'boolean') expect(value).toBeTypeOf('boolean');
  if (type === 'datetime') expect(new Date(String(value)).toISOString()).toBe(value);
  if (type === 'list') expect(Array.isArray(value)).toBe(true);
  const known = values ?? bands;
  const shown: readonly unknown[] = typeof value === 'object' ? Object.values(value) : [value];
  if (known) for (const one of shown) expect(Object.keys(known)).toContain(String(one));
}

/** A result has exactly the outputs declared, each of its type and among its classes; else it is a refusal. */
function expectSound(calculator: Calculator, given: unknown): void {
  const explained = explain(calculator, given);
  expect(calculate(calculator, given)).toEqual(isRefusal(explained) ? explained : explained.result);
  if (isRefusal(explained)) {
    expect(['MISSING_INPUT', 'INVALID_VALUE', 'OUT_OF_RANGE', 'INCONSISTENT']).toContain(explained.error.code);
    return;
  }
  expect(Object.keys(explained.result).sort()).toEqual(Object.keys(calculator.outputs).sort());
  for (const [name, spec] of Object.entries(calculator.outputs)) expectValue(explained.result[name], spec);
  expect(explained.working.length).toBeGreaterThan(0);
  for (const line of explained.working) expect(line).not.toMatch(/^$|undefined|null|NaN|Infinity|\[object/);
}

/** Not among the answers of any kind of input, each for most kinds. */
const WRONG: readonly unknown[] = ['5', ' 5 ', '5 kg', '', true, 5, 1.5, Number.NaN, Number.POSITIVE_INFINITY, [], ['x'], {}];

function isWrong(spec: InputSpec, value: unknown): boolean {
  if (isNumber(spec)) return typeof value !== 'number' || !Number.isFinite(value) || (spec.type === 'integer' && value === 1.5);
  if (spec.type === 'boolean') return typeof value !== 'boolean';
  if (spec.type === 'string') return typeof value !== 'string';
  if (spec.type === 'object') return typeof value !== 'object' || Array.isArray(value);
  if (spec.type === 'array<enum>' || spec.type === 'array<string>')
    return !Array.isArray(value) || (spec.type === 'array<enum>' && value.length > 0);
  return true;
}

/** Inputs that mean a recorded fact wherever they are asked. */
const FACTS: Readonly<Record<string, Fact>> = {
  ageYears: 'age_years',
  sex: 'sex',
  weightKg: 'weight_kg',
  heightCm: 'height_cm',
  tbsaPct: 'tbsa_pct',
  injuryAt: 'injury_at',
  now: 'now',
};

/** What an output may be. */
const TYPES: readonly OutputSpec['type'][] = ['number', 'integer', 'text', 'boolean', 'datetime', 'list', 'object'];

const told = (answered: object): Refusal['error'] | null => (isRefusal(answered) ? answered.error : null);

/**
 * What holds for every clinical rule, as tests.
 * @param example answers that give a result
 * @param narrowed numbers that a cross-check keeps further from their upper bound (a mistaken unit)
 */
export function describeRule(calculator: Calculator, example: Given, narrowed: readonly string[] = []): void {
  const { id, inputs, outputs, headline } = calculator;
  const ask = asking(calculator, example);
  describe(id, () => {
    test('any JSON is answered, never with NaN or infinity', () => {
      const anything = fc.oneof(
        fc.jsonValue(),
        fc.record(
          Object.fromEntries(Object.entries(inputs).map(([name, spec]) => [name, fc.oneof(answer(spec), fc.jsonValue())])),
        ),
      );
      fc.assert(fc.property(anything, (given) => expectSound(calculator, given)));
    });
    test('answers within their bounds give a sound result, or do not fit together', () => {
      fc.assert(fc.property(answersOf(calculator), (given) => expectSound(calculator, given)));
    });
    test('the example is answered', () => {
      expect(told(calculate(calculator, example))).toBeNull();
      expect(told(calculate(calculator, { ...example, somethingElse: 1 }))).toBeNull();
    });
    test('the first that is missing is told', () => {
      const given: Record<string, unknown> = {};
      for (const [name, spec] of Object.entries(inputs)) {
        if (isNeeded(spec, given)) {
          expect(calculate(calculator, given)).toEqual(refuse('MISSING_INPUT', name));
          expect(ask({ [name]: null })).toEqual(refuse('MISSING_INPUT', name));
        }
        given[name] = example[name];
      }
    });
    test.each(Object.entries(inputs))('%s refuses what it is not', (name, spec) => {
      for (const value of WRONG.filter((one) => isWrong(spec, one)))
        expect(ask({ [name]: value })).toEqual(refuse('INVALID_VALUE', name));
      if (!isNumber(spec)) return;
      const { min, max, exclusiveMin = false } = spec;
      const code = (value: number): RefusalCode | null => {
        const error = told(ask({ [name]: value }));
        return error?.field === name ? error.code : null;
      };
      expect(code(min) === 'OUT_OF_RANGE').toBe(exclusiveMin);
      if (!narrowed.includes(name)) expect(code(max)).not.toBe('OUT_OF_RANGE');
      expect(code(min - 1)).toBe('OUT_OF_RANGE');
      expect(code(max + 1)).toBe('OUT_OF_RANGE');
    });
    test('what is said about it is whole', () => {
      const { value, trend = value, band = value } = headline;
      for (const name of [value, trend, band]) expect(Object.keys(outputs)).toContain(name);
      if (headline.band) expect(outputs[headline.band]?.bands).toBeDefined();
      if (headline.trend) expect(['number', 'integer']).toContain(outputs[headline.trend]?.type);
      expect(calculator.sources.length).toBeGreaterThan(0);
      for (const { cite, year } of calculator.sources) expect([cite.length > 5, year > 1900, year < 2027]).not.toContain(false);
      for (const list of [calculator.words, calculator.limits, calculator.sign]) expect(list.length).toBeGreaterThan(0);
      for (const line of [calculator.about, ...calculator.limits]) expect(line).toMatch(/^[A-Z0-9%].*\.$/);
      for (const [name, { label, type }] of Object.entries(outputs)) {
        expect({ name, said: (label ?? '').trim() !== '' }).toEqual({ name, said: true });
        expect(TYPES).toContain(type);
      }
      for (const [name, { label }] of Object.entries(inputs))
        expect({ name, said: label.trim() !== '' }).toEqual({ name, said: true });
      for (const [name, spec] of Object.entries(inputs)) {
        if (Object.hasOwn(FACTS, name)) expect('fact' in spec ? spec.fact : undefined).toBe(FACTS[name]);
        if (!isNumber(spec) || !spec.steps) continue;
        // There are words for exactly the steps that are answers.
        for (let n = spec.min; n <= spec.max; n++) {
          const error = told(ask({ [name]: n }));
          const isAnswer = error?.field !== name || error.code === 'INCONSISTENT';
          expect({ name, n, worded: Object.hasOwn(spec.steps, n) }).toEqual({ name, n, worded: isAnswer });
        }
      }
    });
  });
}
