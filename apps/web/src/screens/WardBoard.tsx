import { IconAlertTriangle, IconArrowsMaximize } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { usePresent } from '../record/present.ts';
import { useSaying } from '../record/saying.ts';
import { useRow, useRows } from '../store/index.ts';
import { ageShort } from '../ui/age.ts';
import { stayDay } from '../ui/days.ts';
import { count } from '../ui/numbers.ts';
import { Empty } from '../ui/Pieces.tsx';
import { boardOf, type WardState } from './beds.ts';
import { type Stay, useAllergic, type Ward } from './patients/facts.ts';
import { Name } from './patients/PatientRow.tsx';

const SEX: Readonly<Record<string, string>> = { Male: 'M', Female: 'F' };

/** The whiteboard on the wall, truer: every ward, bed by bed. */
export function WardBoard() {
  const wards = useRows('wards');
  const stays = useRows('patient_admissions');
  const board = useMemo(() => boardOf(wards, stays), [wards, stays]);
  const [only, setOnly] = useState<string>();
  const shown = board.wards.filter((w) => (only ? w.ward.id === only : w.occupied > 0));
  return (
    <div className="page board">
      <header className="board-head">
        <h1>Ward board</h1>
        <p className="muted num" role="status">
          {count(board.inpatients, 'patient')} in hospital
        </p>
        <button
          type="button"
          className="button no-print board-full"
          onClick={() => void document.documentElement.requestFullscreen?.()}
        >
          <IconArrowsMaximize size="1rem" aria-hidden />
          Full screen
        </button>
      </header>
      <fieldset className="board-wards no-print" aria-label="Ward">
        <button type="button" aria-pressed={!only} onClick={() => setOnly(undefined)}>
          All with patients
        </button>
        {board.wards.map((w) => (
          <button key={w.ward.id} type="button" aria-pressed={only === w.ward.id} onClick={() => setOnly(w.ward.id)}>
            {w.ward.name} <span className="num muted">{w.occupied}</span>
          </button>
        ))}
      </fieldset>
      {board.nowhere.length > 0 && !only && (
        <section className="ward" aria-label="Ward not recorded">
          <div className="ward-head">
            <h2>Ward not recorded</h2>
            <span className="num">{board.nowhere.length}</span>
          </div>
          <ul className="ward-rows">
            {board.nowhere.map((stay) => (
              <BedRow key={stay.id} bed={undefined} stay={stay} />
            ))}
          </ul>
        </section>
      )}
      {shown.length === 0 && board.nowhere.length === 0 && (
        <Empty title="Nobody is in hospital">Patients appear here when they are admitted.</Empty>
      )}
      <div className="ward-columns">
        {shown.map((state) => (
          <WardPart key={state.ward.id} state={state} />
        ))}
      </div>
    </div>
  );
}

function WardPart({ state }: { state: WardState<Ward, Stay> }) {
  const free = state.beds.filter((b) => b.stays.length === 0).map((b) => b.bed);
  return (
    <section className="ward" aria-label={state.ward.name}>
      <div className="ward-head">
        <h2>{state.ward.name}</h2>
        <span className="num">
          <strong>{state.occupied}</strong> <span className="muted">in</span>
          {state.ward.beds && state.ward.beds.length > 0 && (
            <>
              {' '}
              <strong>{state.free}</strong> <span className="muted">free</span>
            </>
          )}
        </span>
      </div>
      <ul className="ward-rows">
        {state.beds.flatMap((bed) =>
          bed.stays.map((stay) => <BedRow key={stay.id} bed={bed.bed} stay={stay} shared={bed.stays.length > 1} />),
        )}
        {state.unplaced.map((stay) => (
          <BedRow key={stay.id} bed={undefined} stay={stay} />
        ))}
      </ul>
      {free.length > 0 && (
        <p className="ward-free small">
          <span className="muted">Free: </span>
          <span className="num">{free.join(', ')}</span>
        </p>
      )}
    </section>
  );
}

function BedRow({ bed, stay, shared = false }: { bed: string | undefined; stay: Stay; shared?: boolean }) {
  const patient = useRow('patients', stay.patient_id);
  const allergic = useAllergic();
  const { today, now, zone } = usePresent();
  const how = useSaying();
  const consultant = stay.consultant_id ? how.linked('users', stay.consultant_id) : undefined;
  return (
    <li>
      <Link to="/patients/$patientId" params={{ patientId: stay.patient_id }} className="bed-row" preload={false}>
        <span className="bed-row-bed">{bed ?? <span className="muted small">no bed</span>}</span>
        <span className="bed-row-who">
          {patient ? <Name patient={patient} /> : <span className="muted">Not on this device</span>}
          {patient && (
            <span className="muted num bed-row-age">
              {[SEX[patient.gender ?? ''] ?? patient.gender, ageShort(patient, today)].filter(Boolean).join(' ')}
            </span>
          )}
          {patient && allergic.has(patient.id) && (
            <span className="mark-danger">
              <IconAlertTriangle size="1em" stroke={2.2} aria-hidden />
              <span className="visually-hidden">has allergies</span>
            </span>
          )}
          {shared && <span className="tag tone-caution">two in this bed</span>}
          <span className="bed-row-why muted small">
            {stay.provisional_diagnosis || stay.presenting_complaint || 'Reason not recorded'}
            {consultant && ` · ${consultant}`}
          </span>
        </span>
        <span className="bed-row-day num">
          <span className="muted small">day</span> {stayDay(stay.admission_date, now, zone)}
        </span>
      </Link>
    </li>
  );
}
