import { IconGitMerge } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useAllBy, useAttention } from '../../store/index.ts';
import { count } from '../../ui/numbers.ts';
import { patientIdOf } from '../conflict-view.ts';
import { PATIENT_KINDS } from './record-kinds.ts';

const KINDS: readonly string[] = ['patient_admissions', 'patient_allergies', ...PATIENT_KINDS];

/** Says on the patient's page that two versions of something stand open, or that the server refused something. */
export function PatientConflicts({ patientId }: { patientId: string }) {
  const attention = useAttention();
  const rows = useAllBy(KINDS, 'patient_id', patientId);
  const { open, high, refused } = useMemo(() => {
    if (attention.conflicts.length + attention.refused.length === 0) return { open: 0, high: false, refused: 0 };
    const ids = new Set([patientId, ...Object.values(rows).flatMap((list) => list.map((row) => row.id))]);
    const mine = attention.conflicts.filter((c) => ids.has(c.record_id));
    const back = attention.refused.filter((entry) =>
      entry.group.mutations.some((m) => ids.has(m.id) || patientIdOf(m.kind, m.id, m.patch) === patientId),
    );
    return { open: mine.length, high: mine.some((c) => c.severity === 'high'), refused: back.length };
  }, [attention, rows, patientId]);
  if (open + refused === 0) return null;
  return (
    <div className="conflict-banner" data-high={high || undefined} role="status">
      <IconGitMerge size="1.2rem" stroke={2} aria-hidden className="banner-icon" />
      <span>
        {open > 0 && (
          <strong>
            {high ? 'Two versions of something that matters for safety. ' : ''}
            {count(open, 'conflict')} to settle.{' '}
          </strong>
        )}
        {refused > 0 && <strong>{count(refused, 'save')} refused by the server. </strong>}
        {high && 'Do not rely on it before it is settled.'}
      </span>
      <Link to="/attention">Settle</Link>
    </div>
  );
}
