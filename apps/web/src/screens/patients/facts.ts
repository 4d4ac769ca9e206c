import type { RECORDS, Row } from '@psa/domain';
import { useMemo } from 'react';
import { useRows } from '../../store/index.ts';
import { likeKey, likeNames } from '../../ui/names.ts';

export type Patient = Row<typeof RECORDS.patients>;
export type Stay = Row<typeof RECORDS.patient_admissions>;
export type Allergy = Row<typeof RECORDS.patient_allergies>;
export type Ward = Row<typeof RECORDS.wards>;

/** Open stays by patient. */
export function useOpenStays(): ReadonlyMap<string, Stay> {
  const stays = useRows('patient_admissions');
  return useMemo(() => new Map(stays.filter((s) => s.status === 'Active').map((s) => [s.patient_id, s])), [stays]);
}

/** Wards by id. */
export function useWards(): ReadonlyMap<string, Ward> {
  const wards = useRows('wards');
  return useMemo(() => new Map(wards.map((w) => [w.id, w])), [wards]);
}

/** Patients with at least one allergy that stands. */
export function useAllergic(): ReadonlySet<string> {
  const rows = useRows('patient_allergies');
  return useMemo(
    () => new Set(rows.filter((a) => a.status === 'Active' && a.assertion === 'Allergy').map((a) => a.patient_id)),
    [rows],
  );
}

// One computation for every row of the list and every header: 10,000 names take some 20 ms.
const groups = new WeakMap<readonly Patient[], ReadonlyMap<string, readonly Patient[]>>();

function groupsOf(patients: readonly Patient[]): ReadonlyMap<string, readonly Patient[]> {
  let found = groups.get(patients);
  if (!found) {
    found = likeNames(patients);
    groups.set(patients, found);
  }
  return found;
}

/** Days of birth further apart than this tell two people with like names apart. */
const YEARS_APART = 3;

/**
 * Whether two patients with like names could be taken for each other: same sex, and both in hospital, or of about the same age, or of unknown age.
 * If every shared name were marked, no mark would be read.
 */
function confusable(a: Patient, b: Patient, inside: ReadonlyMap<string, unknown>): boolean {
  if (a.id === b.id || a.gender !== b.gender) return false;
  if (inside.has(a.id) && inside.has(b.id)) return true;
  if (!a.date_of_birth || !b.date_of_birth) return true;
  return Math.abs(Number(a.date_of_birth.slice(0, 4)) - Number(b.date_of_birth.slice(0, 4))) <= YEARS_APART;
}

/** Other patients who could be taken for this one by name. */
export function useAlike(patient: Patient | undefined): readonly Patient[] {
  const patients = useRows('patients');
  const inside = useOpenStays();
  return useMemo(() => {
    const key = patient && likeKey(patient);
    if (!patient || key === undefined) return [];
    return (groupsOf(patients).get(key) ?? []).filter((p) => confusable(patient, p, inside));
  }, [patients, inside, patient]);
}

/** Whether somebody else could be taken for this patient by name, for marks in lists. */
export function useLikeNames(): (patient: Patient) => boolean {
  const patients = useRows('patients');
  const inside = useOpenStays();
  return useMemo(() => {
    const found = groupsOf(patients);
    return (patient) => {
      const key = likeKey(patient);
      return key !== undefined && (found.get(key) ?? []).some((p) => confusable(patient, p, inside));
    };
  }, [patients, inside]);
}

/** Where a stay is, in words; undefined when nobody said. */
export function placeOf(stay: Pick<Stay, 'ward_id' | 'bed_number'>, wards: ReadonlyMap<string, Ward>): string | undefined {
  const ward = stay.ward_id ? (wards.get(stay.ward_id)?.name ?? 'A ward not on this device') : undefined;
  const bed = stay.bed_number ? `bed ${stay.bed_number}` : undefined;
  return [ward, bed].filter(Boolean).join(', ') || undefined;
}
