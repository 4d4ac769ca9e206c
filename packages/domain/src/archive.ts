import type { RecordDef } from './record.ts';

/**
 * Scopes whose rows go to the archive with their patient (docs/sync.md, S70). Who the patient is stays with everybody, in `known`; what was found
 * and done goes to a scope of this patient alone, `clinical/<patient>`, which a device fetches when somebody opens the patient.
 */
const PARTED: readonly string[] = ['identity', 'clinical', 'orders', 'medicines'];

/** How long nothing may have happened to a patient before they go to the archive, where the hospital says nothing else. */
export const ARCHIVE_AFTER_DAYS = 90;

type Values = Readonly<Record<string, unknown>>;

/** Whether rows of this record go to the archive with a patient. */
export const goesToArchive = (def: RecordDef): boolean =>
  PARTED.includes(def.scope) && (def.name === 'patients' || def.fields.patient_id !== undefined);

/** The patient whose file a row belongs to; null when it goes to no archive. */
export function fileOf(def: RecordDef, row: Values): string | null {
  if (!goesToArchive(def)) return null;
  const patient = def.name === 'patients' ? row.id : row.patient_id;
  return typeof patient === 'string' ? patient : null;
}

/** The scope that rows of this one lie in while their patient is in the archive. */
export const archivedScope = (scope: string, patient: string): string =>
  scope === 'identity' ? 'known' : `${scope}/${patient}`;

/** The scope that a scope of the archive stands for, under whose key it is kept; any other is its own. */
export function homeScope(scope: string): string {
  if (scope === 'known') return 'identity';
  const cut = scope.indexOf('/');
  return cut < 0 ? scope : scope.slice(0, cut);
}

/**
 * Where an older copy of a row may still lie when its newest leaves this scope with it: in the one it went to the archive from, or in `known`
 * (a file is emptied when its patient comes back). Null: nowhere.
 */
export function otherPlace(def: RecordDef, scope: string, isRow: boolean): string | null {
  if (!goesToArchive(def)) return null;
  if (scope !== def.scope) return isRow ? def.scope : null;
  return scope === 'identity' ? 'known' : null;
}

/** The patient of a scope that holds one patient's file; null for any other. */
export function patientOfScope(scope: string): string | null {
  const cut = scope.indexOf('/');
  return cut < 0 ? null : scope.slice(cut + 1);
}

/** The scopes that hold the file of a patient in the archive, of those that somebody with these scopes may see. */
export const fileScopes = (granted: readonly string[], patient: string): string[] =>
  PARTED.filter((scope) => scope !== 'identity' && granted.includes(scope)).map((scope) => archivedScope(scope, patient));

/** Whether somebody who is granted these scopes may hold that one: it is among them, or is the part of one that lies in the archive. */
export const mayHoldScope = (granted: readonly string[], scope: string): boolean =>
  granted.includes(scope) ||
  (patientOfScope(scope) !== null && PARTED.includes(homeScope(scope)) && granted.includes(homeScope(scope)));
