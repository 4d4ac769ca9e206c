/** The kinds of a patient's record by area, as the patient's page and its lists show them. */
import { type Actor, AREA_OF, AREAS, type Area, type Kind, LINE_OF, may, type RecordDef, SYNCED } from '@psa/domain';

/** What stands on the patient's page already, with screens of its own. */
const OWN_PLACE: readonly Kind[] = ['patients', 'patient_allergies', 'patient_admissions', 'notifications'];

const patientKinds = SYNCED.filter(
  (def) => 'patient_id' in def.fields && !OWN_PLACE.some((k) => k === def.name) && AREA_OF[def.name as Kind] !== null,
);

/** Names of all kinds with entries of a patient, lines of others included; a constant, as hooks want it. */
export const PATIENT_KINDS: readonly Kind[] = patientKinds.map((def) => def.name as Kind);

/** Kinds of a patient's record that this person may read, by area; lines of others stand under those. */
export function recordAreas(actor: Actor): { area: Area; defs: RecordDef[] }[] {
  const readable = patientKinds.filter((def) => may(actor, 'read', def) && !(def.name in LINE_OF && def.name !== 'mdt_cases'));
  return AREAS.map((area) => ({ area, defs: readable.filter((def) => AREA_OF[def.name as Kind] === area) })).filter(
    ({ defs }) => defs.length > 0,
  );
}

/** A kind of a patient's record by its name, when this person may read it. */
export function patientKind(actor: Actor, name: string): RecordDef | undefined {
  return patientKinds.find((def) => def.name === name && may(actor, 'read', def));
}

/** Kinds that are lines of this one. */
export const linesOf = (kind: string): { kind: Kind; field: string }[] =>
  Object.entries(LINE_OF).flatMap(([name, line]) => (line.parent === kind ? [{ kind: name as Kind, field: line.field }] : []));
