import { type Actor, ProblemError, UUID } from '@psa/domain';
import { madeId } from '../db/made-id.ts';
import { type Wish, type Writer, writeAll } from '../db/write.ts';
import { type ReadPatient, readFhir } from './read.ts';

export interface ImportReport {
  patients: { id: string; hospital_number: string; allergies: number }[];
  /** Patients that the rules refused, with the sentences; nothing of them was written. */
  refused: { source: string; say: string; fields: Readonly<Record<string, string>> }[];
  /** What of the file is kept nowhere, and how often it occurs. */
  no_place: Record<string, number>;
}

/**
 * Imports the patients and allergies of a FHIR Bundle or Patient through the one way in, each patient with its allergies in one
 * transaction. Importing the same file again changes nothing. Throws an Error with a sentence when the JSON is no FHIR.
 */
export async function importFhir(w: Writer, actor: Actor, json: unknown): Promise<ImportReport> {
  const { patients, noPlace } = readFhir(json);
  const report: ImportReport = { patients: [], refused: [], no_place: noPlace };
  for (const patient of patients) {
    const id = idFor(actor.facility_id, patient.source);
    try {
      await writeAll(w, { actor, origin: 'import' }, wishesFor(actor.facility_id, id, patient));
      const number = String(patient.patch.hospital_number ?? '');
      report.patients.push({ id, hospital_number: number, allergies: patient.allergies.length });
    } catch (error) {
      if (!(error instanceof ProblemError) || error.status >= 500) throw error;
      report.refused.push({ source: patient.source, say: error.message, fields: error.fields });
    }
  }
  return report;
}

function wishesFor(facility: string, id: string, patient: ReadPatient): Wish[] {
  return [
    { kind: 'patients', id, op: 'create', patch: patient.patch },
    ...patient.allergies.map(({ source, patch }) => ({
      kind: 'patient_allergies',
      id: idFor(facility, `${patient.source} ${source}`),
      op: 'create' as const,
      patch: { ...patch, patient_id: id },
    })),
  ];
}

/** The same id at every import: the source's own when it is a UUID, else one made from it. */
function idFor(facility: string, source: string): string {
  const own = source.replace(/^urn:uuid:/, '').toLowerCase();
  return UUID.test(own) ? own : madeId(facility, source);
}
