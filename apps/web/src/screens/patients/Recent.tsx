import { Link } from '@tanstack/react-router';
import { useDraft, useRow } from '../../store/index.ts';
import { Section } from '../../ui/Pieces.tsx';
import { Name } from './PatientRow.tsx';

const RECENT_MOST = 8;

/** Keeps, sealed and per person, whom they opened last. */
export function useRecent(): { ids: readonly string[]; opened(id: string): void } {
  const { draft, keep } = useDraft<string[]>('recent-patients');
  return {
    ids: draft ?? [],
    opened: (id) => {
      if (draft !== undefined && draft?.[0] !== id)
        keep([id, ...(draft ?? []).filter((other) => other !== id)].slice(0, RECENT_MOST));
    },
  };
}

/** Whom this person opened last. */
export function Recent() {
  const { ids } = useRecent();
  if (ids.length === 0) return null;
  return (
    <Section title="Opened lately">
      <ul className="chips">
        {ids.map((id) => (
          <RecentPatient key={id} id={id} />
        ))}
      </ul>
    </Section>
  );
}

function RecentPatient({ id }: { id: string }) {
  const patient = useRow('patients', id);
  if (!patient) return null;
  return (
    <li>
      <Link to="/patients/$patientId" params={{ patientId: id }} className="chip">
        <Name patient={patient} />
      </Link>
    </li>
  );
}
