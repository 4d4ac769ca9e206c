import { Link, Outlet, useParams } from '@tanstack/react-router';
import { useEffect } from 'react';
import { device, useRow } from '../../store/index.ts';
import { Empty } from '../../ui/Pieces.tsx';
import { InArchive } from './InArchive.tsx';
import { useMatches } from './matches.ts';
import { PatientConflicts } from './PatientConflicts.tsx';
import { PatientHeader } from './PatientHeader.tsx';
import { useRecent } from './Recent.tsx';

/** Every page of a patient stands under the same header. */
export function PatientFrame() {
  const { patientId } = useParams({ from: '/patients/$patientId' });
  const patient = useRow('patients', patientId);
  const recent = useRecent();
  const known = patient !== undefined;
  useEffect(() => {
    if (known) recent.opened(patientId);
  }, [known, patientId, recent.opened]);
  useEffect(() => {
    if (known) void device.viewed(patientId);
  }, [known, patientId]);
  const into = useMatches(patientId).find((m) => m.status === 'Merged' && m.survivor_id !== patientId)?.survivor_id;
  if (!patient && into) {
    return (
      <div className="page">
        <Empty
          title="This registration was merged into another"
          action={
            <Link to="/patients/$patientId" params={{ patientId: into }}>
              Open the patient
            </Link>
          }
        />
      </div>
    );
  }
  if (!patient) {
    return (
      <div className="page">
        <Empty title="This patient is not on this device">The record may have been removed, or not have arrived yet.</Empty>
      </div>
    );
  }
  return (
    <article className="patient" aria-label="Patient">
      <PatientHeader patient={patient} />
      <InArchive patientId={patient.id} />
      <PatientConflicts patientId={patient.id} />
      <Outlet />
    </article>
  );
}
