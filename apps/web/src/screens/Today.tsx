import { may, RECORDS, type RecordDef } from '@psa/domain';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { usePresent } from '../record/present.ts';
import { useAttention, useRow, useRows, useSync } from '../store/index.ts';
import { ageShort } from '../ui/age.ts';
import { newestFirst, showToday, stayDay } from '../ui/days.ts';
import { count } from '../ui/numbers.ts';
import { Moment, Section } from '../ui/Pieces.tsx';
import { boardOf } from './beds.ts';
import { FirstSteps } from './FirstSteps.tsx';
import { placeOf, type Stay, useAllergic, useWards } from './patients/facts.ts';
import { Name } from './patients/PatientRow.tsx';
import { Recent } from './patients/Recent.tsx';
import { usePerson } from './person.tsx';
import { percent, syncWords } from './sync-words.ts';

const STAYS = RECORDS.patient_admissions as unknown as RecordDef;
const NEW_MOST = 8;

/** What needs me, in order of harm; then the wards and who came lately. */
export function Today() {
  const { today, now } = usePresent();
  const { user, actor } = usePerson();
  const facility = useRows('facilities')[0];
  const patients = useRows('patients');
  const sync = useSync();
  const clinical = may(actor, 'read', STAYS);
  return (
    <div className="page today">
      <header className="today-head">
        <h1>{showToday(today)}</h1>
        <p className="muted">{[user.full_name, facility?.name].filter(Boolean).join(' · ')}</p>
      </header>
      {sync.fetching && patients.length === 0 && (
        <div className="fetching" role="status">
          <p>Fetching this hospital's records for the first time. You can work meanwhile.</p>
          <progress value={sync.fetching.done} max={sync.fetching.of} aria-label="Records fetched" />
          <p className="muted small num">{percent(sync.fetching.done, sync.fetching.of)} %</p>
        </div>
      )}
      <Needs now={now} />
      {!sync.fetching && patients.length === 0 && <FirstSteps />}
      {clinical && patients.length > 0 && <Inside />}
      <Recent />
    </div>
  );
}

function Needs({ now }: { now: string }) {
  const attention = useAttention();
  const sync = useSync();
  const high = attention.conflicts.filter((c) => c.severity === 'high').length;
  const rest = attention.conflicts.length - high;
  const nothing = attention.conflicts.length + attention.refused.length === 0;
  return (
    <Section title="Needs you">
      {nothing ? (
        <p className="muted">Nothing waits for a decision of yours.</p>
      ) : (
        <ul className="needs">
          {high > 0 && (
            <li data-tone="danger">
              <Link to="/attention">{count(high, 'conflict')} about something that matters for safety</Link>
            </li>
          )}
          {rest > 0 && (
            <li data-tone="conflict">
              <Link to="/attention">{count(rest, 'conflict')}: two people changed the same thing apart</Link>
            </li>
          )}
          {attention.refused.length > 0 && (
            <li data-tone="caution">
              <Link to="/attention">
                {count(attention.refused.length, 'save')} refused by the server, kept here to be mended
              </Link>
            </li>
          )}
        </ul>
      )}
      {sync.waiting > 0 && <p className="muted small">{syncWords(sync, 0, now).full}</p>}
    </Section>
  );
}

function Inside() {
  const wards = useRows('wards');
  const stays = useRows('patient_admissions');
  const byId = useWards();
  const { now, zone, today } = usePresent();
  const board = useMemo(() => boardOf(wards, stays), [wards, stays]);
  const newest = useMemo(
    () =>
      newestFirst(
        stays.filter((s) => s.status === 'Active'),
        (s) => s.admission_date,
      ).slice(0, NEW_MOST),
    [stays],
  );
  const busy = board.wards.filter((w) => w.occupied > 0);
  return (
    <div className="today-two">
      <Section title="In hospital" actions={<Link to="/wards">Ward board</Link>}>
        <p className="big num">
          {board.inpatients} <span>{board.inpatients === 1 ? 'patient' : 'patients'}</span>
        </p>
        <ul className="occupancy">
          {busy.map((w) => {
            const beds = w.occupied + w.free;
            return (
              <li key={w.ward.id}>
                <span>{w.ward.name}</span>
                <span className="occupancy-bar" aria-hidden>
                  <span style={{ width: `${beds === 0 ? 0 : Math.min(100, (w.occupied / beds) * 100)}%` }} />
                </span>
                <span className="num">
                  {w.occupied}
                  {w.ward.beds && w.ward.beds.length > 0 && <span className="muted"> of {w.ward.beds.length}</span>}
                </span>
              </li>
            );
          })}
          {board.nowhere.length > 0 && (
            <li>
              <span className="tone-plain-caution">Ward not recorded</span>
              <span />
              <span className="num">{board.nowhere.length}</span>
            </li>
          )}
        </ul>
      </Section>
      <Section title="Latest admissions">
        {newest.length === 0 ? (
          <p className="muted">Nobody is in hospital.</p>
        ) : (
          <ul className="lines">
            {newest.map((stay) => (
              <Admission
                key={stay.id}
                stay={stay}
                place={placeOf(stay, byId)}
                today={today}
                day={stayDay(stay.admission_date, now, zone)}
                when={<Moment at={stay.admission_date} zone={zone} now={now} />}
              />
            ))}
          </ul>
        )}
      </Section>
    </div>
  );
}

function Admission({
  stay,
  place,
  today,
  day,
  when,
}: {
  stay: Stay;
  place: string | undefined;
  today: string;
  day: number;
  when: React.ReactNode;
}) {
  const patient = useRow('patients', stay.patient_id);
  const allergic = useAllergic();
  if (!patient) return null;
  return (
    <li>
      <Link to="/patients/$patientId" params={{ patientId: patient.id }} className="line">
        <span>
          <Name patient={patient} />
          {allergic.has(patient.id) && <span className="mark-danger-word"> allergies</span>}
          <br />
          <span className="muted small">
            {stay.provisional_diagnosis || stay.presenting_complaint || 'Reason not recorded'}
          </span>
        </span>
        <span className="line-side small">
          {place ?? <span className="muted">ward not recorded</span>}
          <br />
          <span className="muted">
            {ageShort(patient, today)}
            {ageShort(patient, today) && ' · '}
            day {day} · {when}
          </span>
        </span>
      </Link>
    </li>
  );
}
