import { isDay, type Patch } from '@psa/domain';
import type { Concept, FhirPatient, HumanName } from './shapes.ts';

/** Notes that something of the source has no place here, by its path. */
export type NoPlace = (path: string) => void;

const GENDERS: Readonly<Record<string, string>> = { male: 'Male', female: 'Female', other: 'Other' };
/** HL7 v3 MaritalStatus. */
const MARITAL: Readonly<Record<string, string>> = {
  M: 'Married',
  S: 'Single',
  W: 'Widowed',
  D: 'Divorced',
  L: 'Separated',
};
const READ = new Set([
  'resourceType',
  'id',
  'identifier',
  'name',
  'telecom',
  'gender',
  'birthDate',
  'address',
  'maritalStatus',
  'contact',
]);

export const codesOf = (concept: Concept | undefined): string[] =>
  (concept?.coding ?? []).flatMap((c) => (c.code === undefined ? [] : [c.code]));
export const wordsOf = (concept: Concept | undefined): string | undefined =>
  clean(concept?.text) ?? clean(concept?.coding?.find((c) => c.display !== undefined)?.display);

/** One line without spaces at the ends; undefined when nothing is left. */
export function clean(text: string | undefined): string | undefined {
  const out = text?.replaceAll(/\s+/gu, ' ').trim();
  return out === undefined || out === '' ? undefined : out;
}

const familyOf = (name: HumanName): string | undefined =>
  clean(Array.isArray(name.family) ? name.family.join(' ') : name.family);

/**
 * The fields of a patient. What is required and not given stays away, and the one way in says so: nothing is made up.
 */
export function patientFrom(source: FhirPatient, noPlace: NoPlace): Patch {
  const patch: Patch = {};
  const put = (field: string, value: string | undefined) => {
    if (value !== undefined) patch[field] = value;
  };
  for (const key of Object.keys(source)) if (!READ.has(key)) listUnread(key, source[key], noPlace);
  put('hospital_number', numberFrom(source, noPlace));
  namesInto(put, source, noPlace);
  birthInto(put, source, noPlace);
  if (source.gender !== undefined && GENDERS[source.gender] === undefined) noPlace(`Patient.gender: ${source.gender}`);
  put('gender', GENDERS[source.gender ?? '']);
  contactsInto(put, source, noPlace);
  addressInto(put, source, noPlace);
  const marital = codesOf(source.maritalStatus);
  put(
    'marital_status',
    marital.map((code) => MARITAL[code]).find((word) => word !== undefined),
  );
  if (marital.length > 0 && patch.marital_status === undefined) noPlace(`Patient.maritalStatus: ${marital.join(', ')}`);
  kinInto(put, source, noPlace);
  return patch;
}

function listUnread(key: string, value: unknown, noPlace: NoPlace): void {
  if (key !== 'extension' || !Array.isArray(value)) {
    noPlace(`Patient.${key}`);
    return;
  }
  for (const one of value as { url?: unknown }[]) noPlace(`Patient.extension ${String(one.url).split('/').pop()}`);
}

/** The medical record number; when none is marked as such, the only or first identifier. */
function numberFrom(source: FhirPatient, noPlace: NoPlace): string | undefined {
  const all = (source.identifier ?? []).filter((one) => clean(one.value) !== undefined);
  const chosen = all.find((one) => codesOf(one.type).includes('MR')) ?? all[0];
  for (const one of all) {
    if (one !== chosen && one.value !== chosen?.value)
      noPlace(`Patient.identifier ${wordsOf(one.type) ?? codesOf(one.type)[0] ?? one.system ?? ''}`);
  }
  return clean(chosen?.value);
}

function namesInto(put: (field: string, value: string | undefined) => void, source: FhirPatient, noPlace: NoPlace): void {
  const all = source.name ?? [];
  const chosen = all.find((name) => name.use === 'official') ?? all.find((name) => name.use !== 'maiden') ?? all[0];
  for (const name of all) if (name !== chosen) noPlace(`Patient.name (${name.use ?? 'another'})`);
  if (!chosen) return;
  for (const key of ['prefix', 'suffix']) if (chosen[key] !== undefined) noPlace(`Patient.name.${key}`);
  put('last_name', familyOf(chosen));
  const [first, ...others] = chosen.given ?? [];
  put('first_name', clean(first));
  put('other_names', clean(others.join(' ')));
}

function birthInto(put: (field: string, value: string | undefined) => void, source: FhirPatient, noPlace: NoPlace): void {
  const known = source.birthDate !== undefined && isDay(source.birthDate);
  // A year alone is not a day: to write one down would be to invent it.
  if (source.birthDate !== undefined && !known) noPlace(`Patient.birthDate: ${source.birthDate}`);
  put('date_of_birth', known ? source.birthDate : undefined);
  put('date_of_birth_precision', known ? 'Exact' : 'Unknown');
}

function contactsInto(put: (field: string, value: string | undefined) => void, source: FhirPatient, noPlace: NoPlace): void {
  const all = source.telecom ?? [];
  const phones = all.filter((one) => one.system === 'phone' && one.use !== 'old');
  const phone = phones.find((one) => one.use === 'mobile') ?? phones[0];
  const email = all.find((one) => one.system === 'email');
  put('phone', clean(phone?.value));
  put('email', clean(email?.value));
  for (const one of all) if (one !== phone && one !== email) noPlace(`Patient.telecom (${one.system ?? 'unknown'})`);
}

function addressInto(put: (field: string, value: string | undefined) => void, source: FhirPatient, noPlace: NoPlace): void {
  const [chosen, ...others] = source.address ?? [];
  for (const _ of others) noPlace('Patient.address (another)');
  if (!chosen) return;
  put('address', clean(chosen.line?.join(', ') ?? chosen.text));
  put('city', clean(chosen.city));
  put('local_government_area', clean(chosen.district));
  put('state', clean(chosen.state));
  put('country', clean(chosen.country));
  if (chosen.postalCode !== undefined) noPlace('Patient.address.postalCode');
  if (chosen.extension !== undefined) noPlace('Patient.address.extension');
}

function kinInto(put: (field: string, value: string | undefined) => void, source: FhirPatient, noPlace: NoPlace): void {
  const [chosen, ...others] = source.contact ?? [];
  for (const _ of others) noPlace('Patient.contact (another)');
  if (!chosen) return;
  const { name } = chosen;
  put('emergency_contact_name', clean(name && (name.text ?? [...(name.given ?? []), familyOf(name) ?? ''].join(' '))));
  put('emergency_contact_phone', clean(chosen.telecom?.find((one) => one.system === 'phone')?.value));
  put('emergency_contact_relationship', wordsOf(chosen.relationship?.[0]));
}
