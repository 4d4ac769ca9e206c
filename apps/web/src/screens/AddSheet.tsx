import { Modal } from '@mantine/core';
import { may, RECORDS, type RecordDef } from '@psa/domain';
import { IconBuildingHospital, IconPackage, IconUserPlus } from '@tabler/icons-react';
import { useNavigate, useRouterState } from '@tanstack/react-router';
import { useRow } from '../store/index.ts';
import { fullName } from '../ui/names.ts';
import { patientKind } from './patients/record-kinds.ts';
import { usePerson } from './person.tsx';

/** Whether this person may make one of these here. */
const creates = (actor: Parameters<typeof may>[0], def: unknown) => may(actor, 'create', def as RecordDef);

/** What this person may add, from anywhere. */
export function AddSheet({ open, close }: { open: boolean; close(): void }) {
  const navigate = useNavigate();
  const { actor } = usePerson();
  const go = (run: () => Promise<void>) => {
    close();
    void run();
  };
  const patient = creates(actor, RECORDS.patients);
  const stay = creates(actor, RECORDS.patient_admissions);
  const ward = creates(actor, RECORDS.wards);
  const item = creates(actor, RECORDS.surgical_consumables);
  return (
    <Modal opened={open} onClose={close} title="Add" centered size="sm">
      {open && <ForPatient go={go} />}
      <ul className="sheet">
        {patient && (
          <li>
            <button type="button" data-autofocus onClick={() => go(() => navigate({ to: '/patients/new' }))}>
              <IconUserPlus size="1.4rem" stroke={1.6} aria-hidden />
              <span>
                <strong>Register a patient</strong>
                <span className="muted small">A new person, with or without a hospital number</span>
              </span>
            </button>
          </li>
        )}
        {stay && (
          <li>
            <button type="button" onClick={() => go(() => navigate({ to: '/patients' }))}>
              <IconBuildingHospital size="1.4rem" stroke={1.6} aria-hidden />
              <span>
                <strong>Admit a patient</strong>
                <span className="muted small">Find the patient first, then Admit</span>
              </span>
            </button>
          </li>
        )}
        {ward && (
          <li>
            <button type="button" onClick={() => go(() => navigate({ to: '/lists/$kind/new', params: { kind: 'wards' } }))}>
              <IconBuildingHospital size="1.4rem" stroke={1.6} aria-hidden />
              <span>
                <strong>Ward</strong>
                <span className="muted small">Name, code and beds</span>
              </span>
            </button>
          </li>
        )}
        {item && (
          <li>
            <button
              type="button"
              onClick={() => go(() => navigate({ to: '/lists/$kind/new', params: { kind: 'surgical_consumables' } }))}
            >
              <IconPackage size="1.4rem" stroke={1.6} aria-hidden />
              <span>
                <strong>Consumable</strong>
                <span className="muted small">An item of the store</span>
              </span>
            </button>
          </li>
        )}
        {!patient && !stay && !ward && !item && <li className="muted">Nothing can be added with your role.</li>}
      </ul>
    </Modal>
  );
}

/** What is written most often, in the order of a day on the ward; the rest is on the patient's page. */
const OFTEN = [
  'vital_signs',
  'nursing_notes',
  'ward_rounds',
  'prescriptions',
  'lab_investigations',
  'wound_care_records',
  'fluid_balance',
  'treatment_plans',
  'surgery_bookings',
  'tasks',
] as const;

/** The patient whose page is open: common entries at one tap. */
function ForPatient({ go }: { go(run: () => Promise<void>): void }) {
  const { actor } = usePerson();
  const navigate = useNavigate();
  const patientId = useRouterState({ select: (s) => /^\/patients\/([0-9a-f-]{36})/.exec(s.location.pathname)?.[1] });
  const patient = useRow('patients', patientId);
  const scores = patientKind(actor, 'risk_assessments');
  const defs = OFTEN.flatMap((kind) => patientKind(actor, kind) ?? []).filter((def) => may(actor, 'create', def));
  if (!patient || defs.length === 0) return null;
  return (
    <section className="sheet-patient" aria-label={`For ${fullName(patient)}`}>
      <h3>{fullName(patient)}</h3>
      <ul className="sheet">
        {scores && may(actor, 'create', scores) && (
          <li>
            <button
              type="button"
              onClick={() => go(() => navigate({ to: '/patients/$patientId/scores', params: { patientId: patient.id } }))}
            >
              Score
            </button>
          </li>
        )}
        {defs.map((def, i) => (
          <li key={def.name}>
            <button
              type="button"
              data-autofocus={i === 0 || undefined}
              onClick={() =>
                go(() =>
                  navigate({
                    to: '/patients/$patientId/record/$kind/new',
                    params: { patientId: patient.id, kind: def.name },
                  }),
                )
              }
            >
              {def.title}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
