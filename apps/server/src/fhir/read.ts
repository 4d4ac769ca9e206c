import type { Patch } from '@psa/domain';
import { allergyFrom } from './allergy.ts';
import { patientFrom } from './patient.ts';
import { allergyShape, anyResource, bundleShape, patientShape } from './shapes.ts';

export interface ReadPatient {
  /** The source's id, for making ours the same at every import. */
  source: string;
  patch: Patch;
  allergies: { source: string; patch: Patch }[];
}

export interface ReadBundle {
  patients: ReadPatient[];
  /** What of the source is kept nowhere, and how often it occurs. */
  noPlace: Record<string, number>;
}

/**
 * Reads patients and allergies from a FHIR Bundle or a single Patient (R4, STU3, DSTU2). Pure. Throws an Error with a
 * sentence when the JSON is no such thing; a resource that cannot be read is told under `noPlace`.
 */
export function readFhir(json: unknown): ReadBundle {
  const noPlace: Record<string, number> = {};
  const tell = (path: string) => {
    noPlace[path] = (noPlace[path] ?? 0) + 1;
  };
  const patients = new Map<string, ReadPatient>();
  const found: ReadPatient[] = [];
  const allergies: { resource: unknown; url: string | undefined }[] = [];
  for (const { url, resource } of resourcesOf(json)) {
    if (resource.resourceType === 'AllergyIntolerance') allergies.push({ resource, url });
    else if (resource.resourceType !== 'Patient') tell(resource.resourceType);
    else {
      const parsed = patientShape.safeParse(resource);
      if (!parsed.success) {
        tell('Patient that could not be read');
        continue;
      }
      const source = parsed.data.id ?? url ?? `patient ${found.length + 1}`;
      const patient: ReadPatient = { source, patch: patientFrom(parsed.data, tell), allergies: [] };
      found.push(patient);
      if (url !== undefined) patients.set(url, patient);
      if (parsed.data.id !== undefined) patients.set(`Patient/${parsed.data.id}`, patient);
    }
  }
  for (const { resource, url } of allergies) {
    const parsed = allergyShape.safeParse(resource);
    const patient = parsed.success ? patients.get(parsed.data.patient?.reference ?? '') : undefined;
    if (!parsed.success || !patient) {
      tell(parsed.success ? 'AllergyIntolerance of a patient not in the file' : 'AllergyIntolerance that could not be read');
      continue;
    }
    const patch = allergyFrom(parsed.data, tell);
    const source = parsed.data.id ?? url ?? `${patient.source} allergy ${patient.allergies.length + 1}`;
    if (patch) patient.allergies.push({ source, patch });
  }
  return { patients: found, noPlace };
}

function resourcesOf(json: unknown): { url: string | undefined; resource: { resourceType: string } }[] {
  const bundle = bundleShape.safeParse(json);
  if (bundle.success) {
    return (bundle.data.entry ?? []).flatMap((e) => (e.resource ? [{ url: e.fullUrl, resource: e.resource }] : []));
  }
  const single = anyResource.safeParse(json);
  if (single.success && single.data.resourceType !== 'Bundle') return [{ url: undefined, resource: single.data }];
  throw new Error('This is not a FHIR Bundle or Patient in JSON.');
}
