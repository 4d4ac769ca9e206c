import type { Json } from '../fields.ts';
import { readInputs } from './check.ts';
import type { Inputs, ValuesOf } from './input.ts';
import { isRefusal, type Refusal } from './refusal.ts';

/** How urgent a band is, for its colour and its place: 0 reassuring, 1 watch, 2 act, 3 act now. */
export type Level = 0 | 1 | 2 | 3;

export interface Band {
  label: string;
  /** When it applies, in words: `3–4 points`. */
  range: string;
  /** What its source says follows. */
  means: string;
  level: Level;
}

export interface OutputSpec {
  label: string;
  type: 'number' | 'integer' | 'text' | 'boolean' | 'datetime' | 'list' | 'object';
  unit?: string;
  /** Digits shown after the point. */
  decimals?: number;
  /** May be null: it cannot be told from what was given. */
  nullable?: boolean;
  /** Words for values that are ids, of a text, of the entries of a list or of the parts of an object. */
  values?: Readonly<Record<string, string>>;
  /** Of a text, number or yes/no that is a class: every value there is (as text), with what it means. */
  bands?: Readonly<Record<string, Band>>;
}

export type Result = Readonly<Record<string, Json>>;

export const SYSTEMS = [
  'General',
  'Theatre',
  'Burns',
  'Wounds',
  'Diabetic foot and limb',
  'Flaps and grafts',
  'Scars and outcomes',
  'Cleft',
  'Kidneys and fluids',
  'Blood',
  'Medicines',
  'Laboratory',
  'Nutrition',
  'Administration',
] as const;

/** Who must have signed a rule before a unit relies on it. */
export type Signatory = 'consultant' | 'anaesthetist' | 'pharmacist' | 'laboratory' | 'dietitian' | 'data protection officer';

/**
 * One clinical rule: everything that is known of it. The form, the result card, the stored assessment, the REST endpoint, its OpenAPI entry
 * and the page in the docs are drawn from this.
 */
export interface Calculator<I extends Inputs = Inputs> {
  /** `snake_case`; never changes. */
  id: string;
  title: string;
  /** What it answers, in one sentence. */
  about: string;
  /** Raised whenever the same answers could give another result; kept with every result. */
  version: string;
  system: (typeof SYSTEMS)[number];
  /** Further words people look for it by: problems, other names, abbreviations. */
  words: readonly string[];
  sources: readonly { cite: string; year: number }[];
  /** Whose instrument it is and on what terms; null when it is a plain formula or fact. */
  licence: string | null;
  sign: readonly Signatory[];
  /** Asked and checked in this order. */
  inputs: I;
  outputs: Readonly<Record<string, OutputSpec>>;
  /** The output a person looks at first, and the one followed over time (a number); the output whose bands tell what it means. */
  headline: { value: string; trend?: string; band?: string };
  /** What it does not say; shown with every result. */
  limits: readonly string[];
  /** The rule itself: cross-checks in the order of the contract, then the result. Total: never NaN, never throws. */
  compute(values: ValuesOf<I>): Result | Refusal;
  /** The steps from answers to result, a line each, for people to check. */
  working(values: ValuesOf<I>, result: Result): readonly string[];
}

/** Checks nothing at run time; it carries the types of the inputs into `compute`. */
export const defineCalculator = <const I extends Inputs>(calculator: Calculator<I>): Calculator<I> => calculator;

/**
 * Computes from what was given, exactly as the contract says: fields in order, then cross-checks, then the rule.
 * @returns the result, or the first thing that is wrong with the answers.
 */
export function calculate(calculator: Calculator, given: unknown): Result | Refusal {
  const read = readInputs(calculator.inputs, given);
  return 'error' in read ? read : calculator.compute(read.values);
}

/** The result with the steps that lead to it. */
export function explain(calculator: Calculator, given: unknown): { result: Result; working: readonly string[] } | Refusal {
  const read = readInputs(calculator.inputs, given);
  if ('error' in read) return read;
  const result = calculator.compute(read.values);
  if (isRefusal(result)) return result;
  return { result, working: calculator.working(read.values, result) };
}
