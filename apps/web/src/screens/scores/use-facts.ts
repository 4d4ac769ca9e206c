import { type Kind, may, recordOf } from '@psa/domain';
import type { Calculator } from '@psa/domain/clinical';
import { useMemo } from 'react';
import { usePresent } from '../../record/present.ts';
import { factsOf, startOf } from '../../scores/facts.ts';
import { useRow, useRowsBy } from '../../store/index.ts';
import { usePerson } from '../person.tsx';

/** What the record of a patient puts into the form of a score, with where it comes from; only of what this person may read. */
export function useFacts(calculator: Calculator, patientId: string): ReturnType<typeof startOf> {
  const present = usePresent();
  const { actor } = usePerson();
  const patient = useRow('patients', patientId);
  const measurements = useRowsBy('body_measurements', 'patient_id', patientId);
  const labs = useRowsBy('lab_investigations', 'patient_id', patientId);
  const burns = useRowsBy('burn_assessments', 'patient_id', patientId);
  return useMemo(() => {
    const readable = <R>(kind: Kind, rows: readonly R[]): readonly R[] => {
      const def = recordOf(kind);
      return def && may(actor, 'read', def) ? rows : [];
    };
    if (!patient) return startOf(calculator, {});
    const source = {
      patient,
      measurements: readable('body_measurements', measurements),
      labs: readable('lab_investigations', labs),
      burns: readable('burn_assessments', burns),
    };
    return startOf(calculator, factsOf(source, present));
  }, [calculator, patient, measurements, labs, burns, actor, present]);
}
