import { mayEditField, paperNumber, RECORDS, type RecordDef } from '@psa/domain';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { RecordForm } from '../../record/RecordForm.tsx';
import { Choices, type Widget } from '../../record/widgets.tsx';
import { device, useRowsBy } from '../../store/index.ts';
import { nowIso } from '../../ui/clock.ts';
import { Notice, Section } from '../../ui/Pieces.tsx';
import { keepWishes } from '../keep.tsx';
import { usePerson } from '../person.tsx';
import { BedBox, WardBox } from './BedBox.tsx';
import { placeOf, type Stay, useWards } from './facts.ts';
import { reopening } from './ReopenStay.tsx';

const STAYS = RECORDS.patient_admissions as unknown as RecordDef;
const KIND = 'patient_admissions';
const PLACE = { ward_id: WardBox, bed_number: BedBox };
const STORY = [
  'presenting_complaint',
  'history_of_presenting_complaint',
  'provisional_diagnosis',
  'past_medical_history',
  'past_surgical_history',
  'family_history',
  'social_history',
  'examination_findings',
];

function useStay(patientId: string): Stay | undefined {
  return useRowsBy(KIND, 'patient_id', patientId).find((s) => s.status === 'Active');
}

function useBack(patientId: string) {
  const navigate = useNavigate();
  return () => navigate({ to: '/patients/$patientId', params: { patientId } });
}

/** Begins a stay. The admission number is made on the device. */
export function Admit() {
  const { patientId } = useParams({ from: '/patients/$patientId/admit' });
  const stay = useStay(patientId);
  const back = useBack(patientId);
  const [id] = useState(() => device.newId());
  const [number] = useState(() => paperNumber('ADM', Number(nowIso().slice(0, 4)), id));
  if (stay) return <Notice tone="info">This patient is in hospital already.</Notice>;
  return (
    <Section title="Admit" note={`Admission number ${number}`}>
      <RecordForm
        def={STAYS}
        draftKey={`${KIND}:new:${patientId}`}
        fields={['admission_type', 'admission_date', 'ward_id', 'bed_number', 'consultant_id', ...STORY]}
        fixed={{ patient_id: patientId, admission_number: number, status: 'Active' }}
        widgets={PLACE}
        saveLabel="Admit"
        onCancel={() => void back()}
        save={async (patch) => {
          await keepWishes([{ kind: KIND, id, op: 'create', base: 0, patch }], 'Admitted.');
          await back();
        }}
      />
    </Section>
  );
}

/** Moves a patient to another ward or bed. */
export function Transfer() {
  const { patientId } = useParams({ from: '/patients/$patientId/transfer' });
  const stay = useStay(patientId);
  const wards = useWards();
  const back = useBack(patientId);
  if (!stay) return <Notice tone="info">This patient is not in hospital.</Notice>;
  const place = placeOf(stay, wards);
  return (
    <Section title="Transfer" note={place ? `Now: ${place}` : 'No ward recorded yet'}>
      <RecordForm
        def={STAYS}
        row={stay}
        draftKey={`${KIND}:place:${stay.id}`}
        fields={['ward_id', 'bed_number']}
        widgets={PLACE}
        saveLabel="Transfer"
        onCancel={() => void back()}
        save={async (patch, base) => {
          const before = { ward_id: stay.ward_id, bed_number: stay.bed_number };
          await keepWishes([{ kind: KIND, id: stay.id, op: 'edit', base, patch }], 'Transferred.', () =>
            keepWishes(
              [{ kind: KIND, id: stay.id, op: 'edit', base: device.present(KIND, stay.id).row_version, patch: before }],
              'Back where they were.',
            ),
          );
          await back();
        }}
      />
    </Section>
  );
}

/** How a stay may end. */
const ENDINGS = (RECORDS.patient_admissions.transitions?.status?.Active ?? []).map((value) => ({ value, label: value }));

const EndingChoice: Widget = (p) => (
  <Choices
    name={p.name}
    label="How the stay ended"
    options={ENDINGS}
    value={typeof p.raw === 'string' ? p.raw : null}
    onChange={p.onChange}
    problem={p.problem}
    needed
  />
);

/** Ends a stay: when, how, and a note. */
export function Discharge() {
  const { patientId } = useParams({ from: '/patients/$patientId/discharge' });
  const stay = useStay(patientId);
  const back = useBack(patientId);
  if (!stay) return <Notice tone="info">This patient is not in hospital.</Notice>;
  return (
    <Section title="Discharge">
      <RecordForm
        def={STAYS}
        row={stay}
        draftKey={`${KIND}:end:${stay.id}`}
        fields={['discharge_date', 'status', 'discharge_note']}
        start={{ status: null }}
        widgets={{ status: EndingChoice }}
        saveLabel="Discharge"
        onCancel={() => void back()}
        save={async (patch, base) => {
          await keepWishes([{ kind: KIND, id: stay.id, op: 'edit', base, patch }], 'Discharged.', () =>
            keepWishes([reopening(stay, device.present(KIND, stay.id).row_version)], 'The stay goes on.'),
          );
          await back();
        }}
      />
    </Section>
  );
}

/** History, examination and diagnosis of the present stay. */
export function EditStay() {
  const { patientId } = useParams({ from: '/patients/$patientId/stay' });
  const stay = useStay(patientId);
  const { actor } = usePerson();
  const back = useBack(patientId);
  if (!stay) return <Notice tone="info">This patient is not in hospital.</Notice>;
  const fields = ['admission_type', 'admission_date', 'consultant_id', ...STORY].filter((f) => mayEditField(actor, STAYS, f));
  return (
    <Section title="History, examination and diagnosis" note={stay.admission_number}>
      <RecordForm
        def={STAYS}
        row={stay}
        draftKey={`${KIND}:story:${stay.id}`}
        fields={fields}
        saveLabel="Save changes"
        onCancel={() => void back()}
        save={async (patch, base) => {
          if (Object.keys(patch).length > 0)
            await keepWishes([{ kind: KIND, id: stay.id, op: 'edit', base, patch }], 'Changed.');
          await back();
        }}
      />
    </Section>
  );
}
