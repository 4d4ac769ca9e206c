import { IconArrowLeft } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useRowsBy } from '../../store/index.ts';

/** The way back from a page of the record. */
export function BackToPatient({ patientId }: { patientId: string }) {
  return (
    <Link to="/patients/$patientId" params={{ patientId }} className="icon-button" aria-label="Back to the patient">
      <IconArrowLeft size="1.2rem" aria-hidden />
    </Link>
  );
}

/** The stay that a new entry belongs to: the open one. */
export function useOpenStay(patientId: string): string | undefined {
  return useRowsBy('patient_admissions', 'patient_id', patientId).find((s) => s.status === 'Active')?.id;
}
