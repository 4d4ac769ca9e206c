import { Button } from '@mantine/core';
import { may, RECORDS, type RecordDef } from '@psa/domain';
import { IconAlertTriangle } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useSaying } from '../../record/saying.ts';
import { device, useRowsBy } from '../../store/index.ts';
import { dayIn, newestFirst, showDay } from '../../ui/days.ts';
import { Section } from '../../ui/Pieces.tsx';
import { keepWishes, tellProblem } from '../keep.tsx';
import { usePerson } from '../person.tsx';
import { allergyWords } from './allergy-words.ts';
import type { Allergy, Patient } from './facts.ts';

const ALLERGIES = RECORDS.patient_allergies as unknown as RecordDef;

/** Every statement about allergies, those that stand first; and the statement that none is known, only while none is recorded. */
export function AllergyList({ patient }: { patient: Patient }) {
  const rows = useRowsBy('patient_allergies', 'patient_id', patient.id);
  const { actor } = usePerson();
  const words = allergyWords(rows);
  const standing = words.kind === 'allergic' ? words.allergies : words.kind === 'none_known' ? [words.statement] : [];
  const ended = newestFirst(
    rows.filter((r) => r.status !== 'Active'),
    (r) => r.updated_at,
  );
  const confirm = async () => {
    const id = device.newId();
    const kind = 'patient_allergies';
    const patch = { patient_id: patient.id, assertion: 'No known allergies', status: 'Active' };
    await keepWishes([{ kind, id, op: 'create', base: 0, patch }], 'No known allergies, confirmed.', () =>
      keepWishes(
        [{ kind, id, op: 'retract', base: device.present(kind, id).row_version, patch: {}, reason: 'Recorded in error.' }],
        'Taken back.',
      ),
    );
  };
  return (
    <Section
      title="Allergies"
      actions={
        may(actor, 'create', ALLERGIES) && (
          <>
            {words.kind === 'not_asked' && (
              <Button variant="default" onClick={() => void confirm().catch(tellProblem)}>
                No known allergies
              </Button>
            )}
            <Link className="button" to="/patients/$patientId/allergies/new" params={{ patientId: patient.id }}>
              Add allergy
            </Link>
          </>
        )
      }
    >
      {words.kind === 'not_asked' && <p className="muted">Nobody has recorded asking.</p>}
      <ul className="entries">
        {standing.map((row) => (
          <Entry key={row.id} row={row} canEnd={may(actor, 'edit', ALLERGIES)} />
        ))}
        {ended.map((row) => (
          <Entry key={row.id} row={row} canEnd={false} />
        ))}
      </ul>
    </Section>
  );
}

function Entry({ row, canEnd }: { row: Allergy; canEnd: boolean }) {
  const how = useSaying();
  const active = row.status === 'Active';
  const real = row.assertion === 'Allergy';
  const by = row.created_by ? how.linked('users', row.created_by) : undefined;
  return (
    <li className="allergy-entry" data-active={(active && real) || undefined}>
      {active && real && <IconAlertTriangle size="1.1rem" stroke={2.2} aria-hidden />}
      <div>
        <p>
          <strong>{real ? (row.substance ?? 'Substance not named') : 'No known allergies'}</strong>
          {!active && <span className="muted"> {row.status?.toLowerCase()}</span>}
        </p>
        <p className="small muted">
          {[
            row.category,
            row.reaction,
            row.severity,
            by && `recorded by ${by}`,
            row.created_at && showDay(dayIn(row.created_at, how.zone)),
          ]
            .filter(Boolean)
            .join(' · ')}
        </p>
        {row.status_reason && <p className="small">{row.status_reason}</p>}
      </div>
      {active && canEnd && (
        <Link
          to="/patients/$patientId/allergies/$allergyId"
          params={{ patientId: row.patient_id, allergyId: row.id }}
          className="entry-act"
          aria-label={`End: ${row.substance ?? row.assertion}`}
        >
          No longer true
        </Link>
      )}
    </li>
  );
}
