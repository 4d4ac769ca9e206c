import type { AnyRow, FieldProblems, Json, RecordDef } from '@psa/domain';

/**
 * What a rule of this version makes of these answers, a refusal included; undefined where the server has no such rule or version: what an older or newer
 * app computed is kept as it came.
 */
export type Recompute = (rule: string, version: string, from: Json) => Json | undefined;

/** Engines may differ in the last binary digit, never in what is shown. */
const NOISE = 1e-9;

function alike(a: Json | undefined, b: Json | undefined): boolean {
  if (typeof a === 'number' && typeof b === 'number') return Math.abs(a - b) <= NOISE * Math.max(1, Math.abs(a));
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return a === b;
  if (Array.isArray(a) || Array.isArray(b))
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((one, i) => alike(one, b[i]));
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && alike(a[key], b[key]));
}

/** What is wrong with a new row whose result is not what its rule makes of its answers (S39). Pure. */
export function computedProblem(def: RecordDef, row: AnyRow, recompute: Recompute | undefined): FieldProblems | null {
  if (!def.computed || !recompute) return null;
  const { result, rule, version, from } = def.computed;
  const expected = recompute(String(row[rule]), String(row[version]), row[from] ?? null);
  if (expected === undefined || alike(expected, row[result])) return null;
  return { [result]: 'This is not what the rule makes of these answers.' };
}
