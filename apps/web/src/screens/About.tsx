import { Link } from '@tanstack/react-router';
import { loose, titleOf } from '../record/values.ts';
import { useRow } from '../store/index.ts';
import { patientIdOf } from './conflict-view.ts';

/** The name of the patient a write is about, as a link. */
export function About({ kind, id, values }: { kind: string; id: string; values: object }) {
  const patientId = patientIdOf(kind, id, loose(values));
  const patient = useRow('patients', patientId);
  if (!patientId) return null;
  if (!patient)
    return <span className="muted">{kind === 'patients' ? titleOf(kind, values) : 'a patient not on this device'}</span>;
  return (
    <Link to="/patients/$patientId" params={{ patientId }}>
      {titleOf('patients', patient)}
    </Link>
  );
}
