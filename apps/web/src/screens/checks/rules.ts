import { use } from 'react';

/** The checks with the reference they are given, as loaded when a form that is checked is opened. */
async function load() {
  const [checks, drugs, labs] = await Promise.all([
    import('@psa/domain/checks'),
    import('@psa/domain/reference/drugs.json'),
    import('@psa/domain/reference/labs.json'),
  ]);
  type Shipped = Parameters<typeof checks.shippedPrescribing>[0];
  return {
    checks,
    prescribing: checks.shippedPrescribing(drugs.default as unknown as Shipped),
    laboratory: checks.shippedLabs(labs.default),
  };
}

export type Checks = Awaited<ReturnType<typeof load>>;

let asked: Promise<Checks | null> | undefined;

/** Loads once; null when it is not on this device: the form then says that nothing was checked. It is tried again at the next form. */
function loadChecks(): Promise<Checks | null> {
  asked ??= load().catch(() => {
    asked = undefined;
    return null;
  });
  return asked;
}

/** The checks; the form that asks waits for them (Suspense). */
export const useChecks = (): Checks | null => use(loadChecks());
