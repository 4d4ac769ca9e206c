import type { Json } from '@psa/domain';
import { calculate, calculatorOf } from '@psa/domain/clinical';
import type { Recompute } from '@psa/sync';

/** The clinical rules of this build. A result of another version of a rule is not computed again: this build no longer has it, or not yet. */
export const recompute: Recompute = (rule, version, from) => {
  const calculator = calculatorOf(rule);
  if (calculator?.version !== version) return undefined;
  // As it would have travelled.
  return JSON.parse(JSON.stringify(calculate(calculator, from))) as Json;
};
