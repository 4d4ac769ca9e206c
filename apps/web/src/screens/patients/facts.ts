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

/** Other patients whose names are like this one's. */
export function useAlike(patient: Patient | undefined): readonly Patient[] {
  const patients = useRows('patients');
  return useMemo(() => {
    const key = patient && likeKey(patient);
    return key === undefined ? [] : (groupsOf(patients).get(key) ?? []).filter((p) => p.id !== patient?.id);
  }, [patients, patient]);
}

/** Whether somebody else has a like name, for marks in lists. */
export function useLikeNames(): (patient: Patient) => boolean {
  const patients = useRows('patients');
  return useMemo(() => {
    const found = groupsOf(patients);
    return (patient) => {
      const key = likeKey(patient);
      return key !== undefined && found.has(key);
    };
  }, [patients]);
}

/** Where a stay is, in words; undefined when nobody said. */
export function placeOf(stay: Pick<Stay, 'ward_id' | 'bed_number'>, wards: ReadonlyMap<string, Ward>): string | undefined {
  const ward = stay.ward_id ? (wards.get(stay.ward_id)?.name ?? 'A ward not on this device') : undefined;
  const bed = stay.bed_number ? `bed ${stay.bed_number}` : undefined;
  return [ward, bed].filter(Boolean).join(', ') || undefined;
}
