import type { RECORDS } from '@psa/domain';
import { use, useMemo } from 'react';
import { useRows } from '../../store/index.ts';

/** The checks as loaded when a form that is checked is opened. */
const loadModule = () => import('@psa/domain/checks');
type Module = Awaited<ReturnType<typeof loadModule>>;

/** The reference as shipped, in the shape of its records: for what has not arrived on this device yet. */
async function loadShipped() {
  const [checks, drugs, labs] = await Promise.all([
    loadModule(),
    import('@psa/domain/reference/drugs.json'),
    import('@psa/domain/reference/labs.json'),
  ]);
  return { ...checks.shippedPrescribing(drugs.default), tests: checks.shippedLaboratory(labs.default) };
}

/** Loads once; null when it is not on this device: it is tried again at the next form. */
function once<T>(load: () => Promise<T>): () => Promise<T | null> {
  let asked: Promise<T | null> | undefined;
  return () => {
    asked ??= load().catch(() => {
      asked = undefined;
      return null;
    });
    return asked;
  };
}

const theModule = once(loadModule);
const shipped = once(loadShipped);

/** The checks, and the reference that they are given. */
export interface Checks {
  checks: Module;
  prescribing: ReturnType<Module['prescribingOf']>;
  laboratory: ReturnType<Module['laboratoryOf']>;
}

const KINDS = [
  'reference_drugs',
  'reference_allergy_rules',
  'reference_interactions',
  'reference_lab_tests',
] as const satisfies readonly (keyof typeof RECORDS)[];

/**
 * The checks with the entries of the reference in the versions that this device holds; what has not come yet is taken as shipped. The form that asks
 * waits for them (Suspense). Null: they are not on this device, and the form says that nothing was checked.
 */
export function useChecks(): Checks | null {
  const [drugs, rules, interactions, tests] = [useRows(KINDS[0]), useRows(KINDS[1]), useRows(KINDS[2]), useRows(KINDS[3])];
  const checks = use(theModule());
  const missing = [drugs, rules, interactions, tests].some((rows) => rows.length === 0);
  const spare = missing ? use(shipped()) : null;
  return useMemo(() => {
    if (!checks || (missing && !spare)) return null;
    const or = <R>(rows: readonly R[], other: readonly R[] | undefined): readonly R[] =>
      rows.length > 0 ? rows : (other ?? []);
    return {
      checks,
      prescribing: checks.prescribingOf({
        drugs: or(drugs, spare?.drugs),
        rules: or(rules, spare?.rules),
        interactions: or(interactions, spare?.interactions),
      }),
      laboratory: checks.laboratoryOf(or(tests, spare?.tests)),
    };
  }, [checks, missing, spare, drugs, rules, interactions, tests]);
}
