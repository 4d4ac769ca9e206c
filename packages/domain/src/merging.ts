/** How two registrations of one person become one, and two again (docs/sync.md, S37, S38). Pure. */
import type { Json } from './fields.ts';
import { type AnyRow, mergeGroupOf, mergeRuleOf, type Patch, type RecordDef } from './record.ts';
import { RECORD_LIST, RECORDS } from './records/index.ts';
import { isAppendOnly } from './sql.ts';

const PATIENTS = RECORDS.patients as unknown as RecordDef;

/** Kinds whose rows are of a patient and follow them; what tells that somebody looked stays with whom they looked at. */
export const FOLLOWING: readonly RecordDef[] = RECORD_LIST.filter(
  (def) => def.fields.patient_id?.to === 'patients' && !isAppendOnly(def) && def.reads === undefined,
);

/** Fields of a patient that a person chooses between. */
export const MERGE_FIELDS: readonly string[] = Object.keys(PATIENTS.fields).filter(
  (f) => mergeRuleOf(PATIENTS, f) !== 'server',
);

/** Fields that are chosen together, so that no name or date is made of two people's halves. */
export const mergeChoices = (): string[][] => {
  const out: string[][] = [];
  for (const field of MERGE_FIELDS) if (!out.some((group) => group.includes(field))) out.push(mergeGroupOf(PATIENTS, field));
  return out;
};

/**
 * What of a patient becomes of whom goes on, where these fields are taken from the other one. Where only the other has a value it is taken too: nothing is lost
 * by not choosing.
 */
export function mergedFields(survivor: AnyRow, other: AnyRow, taken: readonly string[]): Patch {
  const patch: Patch = {};
  for (const group of mergeChoices()) {
    const empty = group.every((field) => (survivor[field] ?? null) === null);
    if (!group.some((field) => taken.includes(field)) && !empty) continue;
    for (const field of group) {
      if (JSON.stringify(survivor[field] ?? null) !== JSON.stringify(other[field] ?? null)) patch[field] = other[field] ?? null;
    }
  }
  return patch;
}

/** Entries of each by kind: what stands in the way of a merge, in a sentence; undefined when nothing does. */
export function mergeObstacle(
  one: Readonly<Record<string, readonly AnyRow[]>>,
  other: Readonly<Record<string, readonly AnyRow[]>>,
  openConflicts: number,
): string | undefined {
  if (openConflicts > 0) return 'There are conflicts to settle on one of the two. Settle them first.';
  const stays = (rows: typeof one) => (rows.patient_admissions ?? []).some((row) => row.status === 'Active');
  if (stays(one) && stays(other)) return 'Both have an open admission. Close or remove one of them first.';
  const said = (rows: typeof one, assertion: string) =>
    (rows.patient_allergies ?? []).some((row) => row.assertion === assertion && row.status === 'Active');
  for (const [a, b] of [
    [one, other],
    [other, one],
  ] as const) {
    if (said(a, 'Allergy') && said(b, 'No known allergies')) {
      return 'One has an active allergy, and for the other it was stated that none is known. Ask, and correct one of the two first.';
    }
  }
  return undefined;
}

/** What is put back of whom went on: fields that still hold what the merge wrote there. @param kept as the merge kept them. */
export function unmergedFields(now: AnyRow, kept: Json): Patch {
  const patch: Patch = {};
  if (kept === null || typeof kept !== 'object' || Array.isArray(kept)) return patch;
  for (const [field, pair] of Object.entries(kept)) {
    if (!Array.isArray(pair)) continue;
    const [before, after] = pair;
    if (JSON.stringify(now[field] ?? null) === JSON.stringify(after ?? null)) patch[field] = before ?? null;
  }
  return patch;
}
