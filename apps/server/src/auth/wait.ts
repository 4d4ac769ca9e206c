import { type ProblemCode, ProblemError } from '@psa/domain';

/** A refusal that ends by itself; answered with `Retry-After`. */
export class WaitProblem extends ProblemError {
  readonly waitMs: number;
  constructor(code: Extract<ProblemCode, 'LOCKED_OUT' | 'TOO_MANY' | 'UNAVAILABLE'>, waitMs: number) {
    super(code);
    this.waitMs = waitMs;
  }
}
