import { RECORDS, type RecordDef } from '@psa/domain';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { RecordForm } from '../../record/RecordForm.tsx';
import { Choices, type Widget } from '../../record/widgets.tsx';
import type { Wish } from '../../store/api.ts';
import { device, useRow, useRowsBy } from '../../store/index.ts';
import { Notice, Section } from '../../ui/Pieces.tsx';
import { keepWishes } from '../keep.tsx';

const ALLERGIES = RECORDS.patient_allergies as unknown as RecordDef;
const KIND = 'patient_allergies';

/** Adds an allergy. A statement that none is known, if it stands, is refuted in the same save. */
export function AddAllergy() {
  const { patientId } = useParams({ from: '/patients/$patientId/allergies/new' });
  const navigate = useNavigate();
  const [id] = useState(() => device.newId());
  const rows = useRowsBy(KIND, 'patient_id', patientId);
  const noneKnown = rows.filter((r) => r.status === 'Active' && r.assertion === 'No known allergies');
  const back = () => navigate({ to: '/patients/$patientId', params: { patientId } });
  return (
    <Section title="Add allergy">
      {noneKnown.length > 0 && (
        <Notice tone="info">"No known allergies" is on record. Saving this allergy takes that statement back.</Notice>
      )}
      <RecordForm
        def={ALLERGIES}
        draftKey={`${KIND}:new:${patientId}`}
        fields={['substance', 'category', 'reaction', 'severity']}
        fixed={{ patient_id: patientId, assertion: 'Allergy', status: 'Active' }}
        saveLabel="Add allergy"
        onCancel={() => void back()}
        save={async (patch) => {
          const refuting = noneKnown.map(
            (row): Wish => ({
              kind: KIND,
              id: row.id,
              op: 'edit',
              base: row.row_version,
              patch: { status: 'Refuted', status_reason: `Allergy recorded: ${String(patch.substance)}` },
            }),
          );
          await keepWishes(
            [{ kind: KIND, id, op: 'create', base: 0, patch }, ...refuting],
            `Allergy to ${String(patch.substance)} added.`,
          );
          await back();
        }}
      />
    </Section>
  );
}

/** How a statement stops being true; only these two steps are offered. */
const EndChoice: Widget = (p) => (
  <Choices
    name={p.name}
    label="What is it now?"
    options={[
      { value: 'Resolved', label: 'Resolved: it was true' },
      { value: 'Refuted', label: 'Refuted: it was never true' },
    ]}
    value={typeof p.raw === 'string' ? p.raw : null}
    onChange={p.onChange}
    problem={p.problem}
    needed
  />
);

/** Ends a statement about allergies, with the reason. */
export function EndAllergy() {
  const { patientId, allergyId } = useParams({ from: '/patients/$patientId/allergies/$allergyId' });
  const navigate = useNavigate();
  const row = useRow(KIND, allergyId);
  const back = () => navigate({ to: '/patients/$patientId', params: { patientId } });
  if (!row) return <Notice tone="info">This entry is not on this device.</Notice>;
  const what = row.assertion === 'Allergy' ? `allergy to ${row.substance ?? 'a substance not named'}` : '"No known allergies"';
  return (
    <Section title={`No longer true: ${what}`}>
      <RecordForm
        def={ALLERGIES}
        row={row}
        draftKey={`${KIND}:end:${allergyId}`}
        fields={['status', 'status_reason']}
        start={{ status: null }}
        widgets={{ status: EndChoice }}
        saveLabel="Save"
        onCancel={() => void back()}
        save={async (patch, base) => {
          await keepWishes([{ kind: KIND, id: allergyId, op: 'edit', base, patch }], 'Changed.');
          await back();
        }}
      />
    </Section>
  );
}
