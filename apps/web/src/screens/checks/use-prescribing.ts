import { type Kind, may, recordOf } from '@psa/domain';
import type { PrescribingFacts } from '@psa/domain/checks';
import { useMemo } from 'react';
import { usePresent } from '../../record/present.ts';
import { useRow, useRowsBy } from '../../store/index.ts';
import { usePerson } from '../person.tsx';
import { prescribingFacts } from './prescribing.ts';

/** What the record on this device says to a prescription for this patient; only of what this person may read. Null: the patient is not here. */
export function usePrescribingFacts(patientId: string | undefined, self?: string): PrescribingFacts | null {
  const present = usePresent();
  const { actor } = usePerson();
  const id = patientId ?? '';
  const patient = useRow('patients', patientId);
  const measurements = useRowsBy('body_measurements', 'patient_id', id);
  const labs = useRowsBy('lab_investigations', 'patient_id', id);
  const allergies = useRowsBy('patient_allergies', 'patient_id', id);
  const prescriptions = useRowsBy('prescriptions', 'patient_id', id);
  const items = useRowsBy('prescription_items', 'patient_id', id);
  const assessments = useRowsBy('preoperative_assessments', 'patient_id', id);
  return useMemo(() => {
    const readable = <R>(kind: Kind, rows: readonly R[]): readonly R[] => {
      const def = recordOf(kind);
      return def && may(actor, 'read', def) ? rows : [];
    };
    if (!patient) return null;
    const source = {
      patient,
      measurements: readable('body_measurements', measurements),
      labs: readable('lab_investigations', labs),
      burns: [],
      allergies: readable('patient_allergies', allergies),
      prescriptions: readable('prescriptions', prescriptions),
      items: readable('prescription_items', items),
      assessments: readable('preoperative_assessments', assessments),
    };
    return prescribingFacts(source, present, self);
  }, [patient, measurements, labs, allergies, prescriptions, items, assessments, actor, present, self]);
}
