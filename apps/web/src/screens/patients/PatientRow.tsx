import { IconAlertTriangle, IconUsers } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { memo } from 'react';
import { useFile } from '../../store/index.ts';
import { ageShort } from '../../ui/age.ts';
import type { Patient } from './facts.ts';

/** Sex as a list has room for it. */
export const SEX: Readonly<Record<string, string>> = { Male: 'M', Female: 'F', Other: 'Other' };

/** A patient's name with the surname foremost. */
export function Name({ patient }: { patient: Pick<Patient, 'last_name' | 'first_name' | 'other_names'> }) {
  const given = [patient.first_name, patient.other_names].filter(Boolean).join(' ');
  if (!patient.last_name && !given) return <span className="name">Name not recorded</span>;
  return (
    <span className="name">
      <strong>{patient.last_name}</strong>
      {patient.last_name && given ? ', ' : ''}
      {given}
    </span>
  );
}

interface PatientRowProps {
  patient: Patient;
  index: number;
  today: string;
  /** Bed, or ward without a bed; undefined when not in hospital. */
  bed: string | undefined;
  allergic: boolean;
  alike: boolean;
  current: boolean;
}

/** One line of the list. Drawn again only when something in it changed. */
export const PatientRow = memo(function PatientRow({ patient, index, today, bed, allergic, alike, current }: PatientRowProps) {
  const { archived } = useFile(patient.id);
  return (
    <Link
      to="/patients/$patientId"
      params={{ patientId: patient.id }}
      preload={false}
      className="patient-row"
      data-index={index}
      aria-current={current ? 'page' : undefined}
    >
      <Name patient={patient} />{' '}
      <span className="patient-row-marks">
        {alike && (
          <span className="mark-caution" title="Somebody else has a like name">
            <IconUsers size="1rem" stroke={2} aria-hidden />
            <span className="visually-hidden"> like name </span>
          </span>
        )}
        {allergic && (
          <span className="mark-danger" title="Has allergies">
            <IconAlertTriangle size="1rem" stroke={2} aria-hidden />
            <span className="visually-hidden"> has allergies </span>
          </span>
        )}
        {bed && <span className="bed-tag">{bed}</span>}
        {archived && <span className="muted small">archive</span>}
      </span>
      <span className="patient-row-sub muted">
        {[SEX[patient.gender ?? ''], ageShort(patient, today), patient.hospital_number].filter(Boolean).join(' · ')}
      </span>
    </Link>
  );
});
