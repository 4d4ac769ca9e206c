import type { Json } from '../../fields.ts';
import { type Calculator, calculate } from '../calculator.ts';

/** A file of test vectors: by calculator, what is given and what must come of it. Further keys are for people. */
export interface VectorFile {
  calculators: Readonly<Record<string, { vectors: readonly Vector[] }>>;
}

export interface Vector {
  id: string;
  input: unknown;
  /** Every key must match; the result may hold more. With `error`, the result is that error and nothing else. */
  expected: Readonly<Record<string, Json>>;
}

export interface VectorFailure {
  calculator: string;
  vector: string;
  input: unknown;
  expected: unknown;
  got: unknown;
}

export interface VectorReport {
  passed: number;
  failed: readonly VectorFailure[];
  /** Named in the file and not known here; their vectors count neither way. */
  unknown: readonly string[];
}

/** Runs every vector of the file through the calculators. */
export function runVectors(calculators: Readonly<Record<string, Calculator>>, file: VectorFile): VectorReport {
  let passed = 0;
  const failed: VectorFailure[] = [];
  const unknown: string[] = [];
  for (const [id, { vectors }] of Object.entries(file.calculators)) {
    const calculator = Object.hasOwn(calculators, id) ? calculators[id] : undefined;
    if (!calculator) {
      unknown.push(id);
      continue;
    }
    for (const { id: vector, input, expected } of vectors) {
      const got = calculate(calculator, input);
      if (answers(expected, got)) passed++;
      else failed.push({ calculator: id, vector, input, expected, got });
    }
  }
  return { passed, failed, unknown };
}

/** Whether `got` is what was expected (contract 1.0, "comparison"). */
export function answers(expected: Readonly<Record<string, Json>>, got: object): boolean {
  if ('error' in expected && Object.keys(got).length !== 1) return false;
  return Object.entries(expected).every(([key, value]) => Object.hasOwn(got, key) && same(value, Reflect.get(got, key)));
}

const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/;

function same(expected: unknown, got: unknown): boolean {
  if (typeof expected === 'number' && typeof got === 'number') return Math.abs(expected - got) <= 1e-6;
  if (typeof expected === 'string' && typeof got === 'string' && ISO.test(expected) && ISO.test(got))
    return Date.parse(expected) === Date.parse(got);
  if (Array.isArray(expected))
    return Array.isArray(got) && got.length === expected.length && expected.every((one, n) => same(one, got[n]));
  if (typeof expected === 'object' && expected !== null) {
    if (typeof got !== 'object' || got === null || Array.isArray(got)) return false;
    const found: Readonly<Record<string, unknown>> = { ...got };
    return Object.entries(expected).every(([key, value]) => Object.hasOwn(found, key) && same(value, found[key]));
  }
  return expected === got;
}
