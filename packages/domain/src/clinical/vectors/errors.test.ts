import { expect, test } from 'vitest';
import { calculate } from '../calculator.ts';
import { calculatorOf } from '../index.ts';
import contract from './contract.json' with { type: 'json' };

/** An input as the contract describes it. */
interface Asked {
  name: string;
  type: string;
  min?: number;
  max?: number;
  exclusiveMin?: boolean;
  optional?: boolean;
  requiredWhen?: object;
}
type Given = Readonly<Record<string, unknown>>;

const isNumber = ({ type }: Asked): boolean => type === 'number' || type === 'integer';

/** Values that are wrong in themselves. */
function invalid(asked: Asked): unknown[] {
  if (isNumber(asked))
    return [
      '5',
      true,
      [],
      {},
      Number.NaN,
      Number.POSITIVE_INFINITY,
      ...(asked.type === 'integer' ? [(asked.min ?? 0) + 0.5] : []),
    ];
  if (asked.type === 'boolean') return ['true', 1, 0, ''];
  if (asked.type === 'datetime')
    return [
      '',
      'yesterday',
      '2026-11-22',
      '2026-11-22T10:00:00',
      '2026-02-30T10:00:00Z',
      '2026-11-22T25:00:00Z',
      0,
      ['2026-11-22T10:00:00Z'],
    ];
  if (asked.type === 'enum') return ['no such value', '', 'constructor', 0, true];
  if (asked.type === 'string') return [0, true, []];
  return asked.type.startsWith('array') ? [0, true, 'x', [null], [true], [['x']]] : [0, true, 'x'];
}

/** Numbers beyond the limits. */
function outside({ type, min, max, exclusiveMin }: Asked): number[] {
  if (type !== 'number' && type !== 'integer') return [];
  const below = min === undefined ? [] : exclusiveMin ? [min, min - 1] : [min - 1];
  return [...below, ...(max === undefined ? [] : [max + 1])];
}

const cases = Object.entries(contract.calculators).map(([id, { inputs, vectors }]) => {
  const right = vectors.find(({ expected }) => !('error' in expected))?.input;
  return [id, inputs as readonly Asked[], right as Given] as const;
});

test.each(cases)('%s refuses each field as the contract says, the first that is wrong', (id, inputs, right) => {
  const calculator = calculatorOf(id);
  if (!calculator) throw new Error(id);
  const got = (given: Given) => calculate(calculator, given);
  const says = (code: string, field: string) => ({ error: { code, field } });
  expect(got(right)).not.toHaveProperty('error');
  for (const [n, asked] of inputs.entries()) {
    const { name, optional, requiredWhen } = asked;
    const needed = optional !== true && requiredWhen === undefined;
    // What stands after the first wrong field is not looked at.
    const before = Object.fromEntries(inputs.slice(0, n).map((one) => [one.name, right[one.name]]));
    const first = inputs.find((one) => one.optional !== true && one.requiredWhen === undefined);
    if (needed) {
      expect(got(before)).toEqual(says('MISSING_INPUT', name));
      expect(got({ ...right, [name]: null })).toEqual(says('MISSING_INPUT', name));
    }
    if (requiredWhen !== undefined) continue;
    for (const value of invalid(asked)) {
      expect(got({ ...before, [name]: value }), `${name} ${String(value)}`).toEqual(says('INVALID_VALUE', name));
      if (first && first !== asked && inputs.indexOf(first) < n)
        expect(got({ ...right, [first.name]: undefined, [name]: value })).toEqual(says('MISSING_INPUT', first.name));
    }
    for (const value of outside(asked))
      expect(got({ ...before, [name]: value }), `${name} ${value}`).toEqual(says('OUT_OF_RANGE', name));
  }
});
