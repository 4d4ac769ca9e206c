import { useEffect, useMemo, useState } from 'react';
import { loadRules, type Rules } from './rules.ts';

/** Rows of scores carry the id of their instrument; here they carry its title. Rows of other kinds, and instruments not known, stay as they are. */
function named<R extends object>(calculators: Rules['CALCULATORS'], rows: readonly R[]): readonly R[] {
  return rows.map((row) => {
    const id = 'instrument' in row && typeof row.instrument === 'string' ? row.instrument : '';
    const found = Object.hasOwn(calculators, id) ? calculators[id] : undefined;
    return found ? { ...row, instrument: found.title } : row;
  });
}

/** As `named`, once the rules are loaded; they are asked for only where there are scores to name. */
export function useScoreNames<R extends object>(kind: string, rows: readonly R[]): readonly R[] {
  const wanted = kind === 'risk_assessments' && rows.length > 0;
  const [calculators, setCalculators] = useState<Rules['CALCULATORS'] | null>(null);
  useEffect(() => {
    if (!wanted) return;
    loadRules().then(
      (rules) => setCalculators(rules.CALCULATORS),
      // Without them the ids stand there, which is true as well.
      () => setCalculators(null),
    );
  }, [wanted]);
  return useMemo(() => (wanted && calculators ? named(calculators, rows) : rows), [wanted, calculators, rows]);
}
