import type { Calculator } from './calculator.ts';
import { bmi } from './general/bmi.ts';

export type { Band, Calculator, Level, OutputSpec, Result, Signatory } from './calculator.ts';
export { calculate, explain, SYSTEMS } from './calculator.ts';
export { isNeeded, readInstant } from './check.ts';
export type * from './input.ts';
export { isRefusal, type Refusal, type RefusalCode } from './refusal.ts';

const LIST: readonly Calculator[] = [bmi];

/** Every clinical rule by its id, in the order of the contract. */
export const CALCULATORS: Readonly<Record<string, Calculator>> = Object.fromEntries(LIST.map((one) => [one.id, one]));

/** @returns undefined when there is no such rule. */
export const calculatorOf = (id: string): Calculator | undefined =>
  Object.hasOwn(CALCULATORS, id) ? CALCULATORS[id] : undefined;
