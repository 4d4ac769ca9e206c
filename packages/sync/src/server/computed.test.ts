import { RECORDS, type RecordDef } from '@psa/domain';
import { calculate, calculatorOf } from '@psa/domain/clinical';
import { expect, test } from 'vitest';
import { computedProblem, type Recompute } from './computed.ts';

const scores = RECORDS.risk_assessments as unknown as RecordDef;
const recompute: Recompute = (rule, version, from) => {
  const calculator = calculatorOf(rule);
  return calculator?.version === version ? (calculate(calculator, from) as never) : undefined;
};
const answers = { weightKg: 70, heightCm: 175 };
const bmi = calculatorOf('bmi');
const right = bmi ? calculate(bmi, answers) : {};
const problem = (more: object) =>
  computedProblem(
    scores,
    { instrument: 'bmi', instrument_version: bmi?.version ?? '', answers, result: right, ...more } as never,
    recompute,
  );

test('[S39] a result that its rule makes of its answers is taken; any other is not', () => {
  expect(Object.keys(right)).not.toContain('error');
  expect(problem({})).toBeNull();
  const [name, value] = Object.entries(right).find(([, v]) => typeof v === 'number') ?? ['', 0];
  expect(problem({ result: { ...right, [name]: Number(value) + 0.1 } })).toEqual({ result: expect.any(String) });
  // The last binary digit decides nothing.
  expect(problem({ result: { ...right, [name]: Number(value) * (1 + 1e-15) } })).toBeNull();
  expect(problem({ result: null })).not.toBeNull();
  expect(problem({ result: { ...right, more: 1 } })).not.toBeNull();
  expect(problem({ answers: { ...answers, weightKg: 71 } })).not.toBeNull();
  // Answers that the rule refuses have no result.
  expect(problem({ answers: {} })).not.toBeNull();
});

test('[S39] what another version, or another instrument, made is kept as it came', () => {
  expect(problem({ instrument_version: '0.9', result: { bmi: 1 } })).toBeNull();
  expect(problem({ instrument: 'Apgar', result: null })).toBeNull();
  expect(computedProblem(RECORDS.patients as unknown as RecordDef, {} as never, recompute)).toBeNull();
  expect(computedProblem(scores, { instrument: 'bmi' } as never, undefined)).toBeNull();
});
