import { Menu } from '@mantine/core';
import { may, mayEditField, RECORDS, type RecordDef, scopesOf } from '@psa/domain';
import { IconDots, IconPencil } from '@tabler/icons-react';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { usePresent } from '../../record/present.ts';
import { RecordView } from '../../record/RecordView.tsx';
import { useSaying } from '../../record/saying.ts';
import { useRow, useRowState, useRowsBy } from '../../store/index.ts';
import { newestFirst, stayDay } from '../../ui/days.ts';
import { fullName } from '../../ui/names.ts';
import { Absent, Empty, Moment, Section } from '../../ui/Pieces.tsx';
import { patientScores } from '../later.ts';
import { usePerson } from '../person.tsx';
import { RemoveEntry } from '../RemoveEntry.tsx';
import { AllergyList } from './AllergyList.tsx';
import { type Patient, placeOf, type Stay, useAlike, useWards } from './facts.ts';
import { PatientRecord } from './PatientRecord.tsx';
import { Name } from './PatientRow.tsx';
import { ReopenStay } from './ReopenStay.tsx';

const PATIENTS = RECORDS.patients as unknown as RecordDef;
const STAYS = RECORDS.patient_admissions as unknown as RecordDef;

const PatientScores = lazy(() => patientScores().then((m) => ({ default: m.PatientScores })));

/** One patient: now, allergies, stays, and everything that was recorded about who they are. */
export function PatientPage() {
  const { patientId } = useParams({ from: '/patients/$patientId/' });
  const patient = useRow('patients', patientId);
  const { actor } = usePerson();
  const navigate = useNavigate();
  const [removing, setRemoving] = useState(false);
  const stays = useRowsBy('patient_admissions', 'patient_id', patientId);
  if (!patient) return null;
  const params = { patientId };
  const sorted = newestFirst(stays, (s) => s.admission_date);
  const open = sorted.find((s) => s.status === 'Active');
  const past = sorted.filter((s) => s !== open);
  return (
    <div className="patient-body">
      <div className="patient-main">
        <Now patient={patient} stay={open} />
        <AllergyList patient={patient} />
        <Suspense>
          <PatientScores patientId={patientId} />
        </Suspense>
        <PatientRecord patientId={patientId} />
        {may(actor, 'read', STAYS) && (
          <Section title="Earlier stays">
            {past.length === 0 ? (
              <p className="muted">None recorded.</p>
            ) : (
              <ul className="entries">
                {past.map((stay, i) => (
                  <PastStay key={stay.id} stay={stay} latest={i === 0 && !open} />
                ))}
              </ul>
            )}
          </Section>
        )}
        <Section
          title="Details"
          actions={
            <>
              {may(actor, 'edit', PATIENTS) && (
                <Link className="button" to="/patients/$patientId/edit" params={params}>
                  <IconPencil size="1rem" aria-hidden />
                  Edit details
                </Link>
              )}
              {may(actor, 'retract', PATIENTS) && (
                <Menu position="bottom-end">
                  <Menu.Target>
                    <button type="button" className="icon-button" aria-label="More about this record">
                      <IconDots size="1.2rem" aria-hidden />
                    </button>
                  </Menu.Target>
                  <Menu.Dropdown>
                    <Menu.Item onClick={() => setRemoving(true)}>Remove this record…</Menu.Item>
                  </Menu.Dropdown>
                </Menu>
              )}
            </>
          }
        >
          <RecordView def={PATIENTS} row={patient} />
          {!scopesOf(actor.role).includes('clinical') && (
            <p className="section-foot">
              <Link to="/patients/$patientId/emergency" params={params}>
                Emergency access to the whole record
              </Link>
            </p>
          )}
          <p className="section-foot">
            <Link to="/patients/$patientId/looks" params={params}>
              Who has looked at this record
            </Link>
          </p>
        </Section>
        <RemoveEntry
          def={PATIENTS}
          row={patient}
          called={`the record of ${fullName(patient)}`}
          missing={'Say why, for example "registered twice".'}
          open={removing}
          close={() => setRemoving(false)}
          removed={() => void navigate({ to: '/patients' })}
        />
      </div>
      <Context patient={patient} />
    </div>
  );
}

function Now({ patient, stay }: { patient: Patient; stay: Stay | undefined }) {
  const { actor } = usePerson();
  const { now, zone } = usePresent();
  const wards = useWards();
  const how = useSaying();
  const params = { patientId: patient.id };
  const canEdit = may(actor, 'edit', STAYS);
  if (!may(actor, 'read', STAYS)) return null;
  if (!stay) {
    return (
      <Section
        title="Not in hospital"
        actions={
          may(actor, 'create', STAYS) && (
            <Link className="button button-main" to="/patients/$patientId/admit" params={params}>
              Admit
            </Link>
          )
        }
      >
        <p className="muted">Admit to give a ward and bed, and to record why the patient came.</p>
      </Section>
    );
  }
  const facts: [string, React.ReactNode][] = [
    ['Where', placeOf(stay, wards)],
    ['Admitted', <Moment key="at" at={stay.admission_date} zone={zone} now={now} />],
    ['Type', stay.admission_type],
    ['Consultant', stay.consultant_id && how.linked('users', stay.consultant_id)],
    ['Complaint', stay.presenting_complaint],
    ['Provisional diagnosis', stay.provisional_diagnosis],
    ['Admission number', stay.admission_number],
  ];
  return (
    <Section
      title={`In hospital, day ${stayDay(stay.admission_date, now, zone)}`}
      actions={
        <>
          {mayEditField(actor, STAYS, 'bed_number') && (
            <Link className="button" to="/patients/$patientId/transfer" params={params}>
              Transfer
            </Link>
          )}
          {canEdit && (
            <Link className="button" to="/patients/$patientId/discharge" params={params}>
              Discharge
            </Link>
          )}
        </>
      }
    >
      <dl className="now">
        {facts.map(([label, value]) => (
          <div key={label} className="pair">
            <dt>{label}</dt>
            <dd>{value || <Absent />}</dd>
          </div>
        ))}
      </dl>
      <p className="section-foot row wrap">
        {canEdit && (
          <Link to="/patients/$patientId/stay" params={params}>
            History, examination and diagnosis
          </Link>
        )}
        <Link to="/patients/$patientId/summary" params={params}>
          Draft summary
        </Link>
      </p>
    </Section>
  );
}

function PastStay({ stay, latest }: { stay: Stay; latest: boolean }) {
  const { now, zone } = usePresent();
  const wards = useWards();
  return (
    <li className="entry">
      <div className="entry-when num">
        <Moment at={stay.admission_date} zone={zone} now={now} />
        <br />
        <span className="muted">
          to <Moment at={stay.discharge_date} zone={zone} now={now} />
        </span>
      </div>
      <div>
        <p>
          <strong>{stay.provisional_diagnosis || stay.presenting_complaint || 'Reason not recorded'}</strong>
        </p>
        <p className="muted small">{[placeOf(stay, wards), stay.status, stay.admission_number].filter(Boolean).join(' · ')}</p>
        {stay.discharge_note && <p className="entry-note">{stay.discharge_note}</p>}
        {latest && <ReopenStay stay={stay} />}
      </div>
    </li>
  );
}

/** Beside the page where there is room: how this record stands, and who else has a like name. */
function Context({ patient }: { patient: Patient }) {
  const state = useRowState('patients', patient.id);
  const alike = useAlike(patient);
  const { now, zone } = usePresent();
  const how = useSaying();
  const by = patient.updated_by ?? patient.created_by;
  return (
    <aside className="context" aria-label="About this record">
      <h2>This record</h2>
      <p className="small">
        {state.unsent > 0 ? (
          <>
            Saved on this device, waiting to be sent
            {state.unsent_since && (
              <>
                {' '}
                since <Moment at={state.unsent_since} zone={zone} now={now} />
              </>
            )}
            .
          </>
        ) : (
          <>
            Sent. Last changed <Moment at={patient.updated_at} zone={zone} now={now} />
            {by && ` by ${how.linked('users', by)}`}.
          </>
        )}
      </p>
      {alike.length > 0 && (
        <>
          <h2>Like names</h2>
          <ul className="alike">
            {alike.slice(0, 6).map((p) => (
              <li key={p.id}>
                <Link to="/patients/$patientId" params={{ patientId: p.id }}>
                  <Name patient={p} />
                </Link>
                <span className="muted small num">{[p.hospital_number, p.gender].filter(Boolean).join(' · ')}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      {alike.length === 0 && <Empty title="No like names">Nobody else here could be taken for this patient by name.</Empty>}
    </aside>
  );
}
