/** Registrations that may be of one person, as this device knows them. */
import type { RECORDS, Row } from '@psa/domain';
import { useMemo } from 'react';
import { useRows, useRowsBy } from '../../store/index.ts';

export type Match = Row<typeof RECORDS.patient_matches>;

/** The other one of the two. */
export const otherOf = (match: Match, patientId: string): string =>
  match.one_id === patientId ? match.other_id : match.one_id;

/** All matches of one patient. */
export function useMatches(patientId: string): readonly Match[] {
  const ones = useRowsBy('patient_matches', 'one_id', patientId);
  const others = useRowsBy('patient_matches', 'other_id', patientId);
  return useMemo(() => [...ones, ...others], [ones, others]);
}

/** Matches that nobody has decided on, of patients who are both here. */
export function useUndecided(): readonly Match[] {
  const matches = useRows('patient_matches');
  const patients = useRows('patients');
  return useMemo(() => {
    const here = new Set(patients.map(({ id }) => id));
    return matches.filter((m) => m.status === 'Possible' && here.has(m.one_id) && here.has(m.other_id));
  }, [matches, patients]);
}
