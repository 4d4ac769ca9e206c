import { may, RECORDS, type RecordDef } from '@psa/domain';
import { IconAlertTriangle, IconArrowLeft, IconGitMerge, IconUsers } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { usePresent } from '../../record/present.ts';
import { useSaying } from '../../record/saying.ts';
import { useFile, useRowsBy } from '../../store/index.ts';
import { ageText } from '../../ui/age.ts';
import { dayIn, newestFirst, showDay, stayDay } from '../../ui/days.ts';
import { count, showNumber } from '../../ui/numbers.ts';
import { Absent } from '../../ui/Pieces.tsx';
import { usePerson } from '../person.tsx';
import { allergyWords } from './allergy-words.ts';
import { type Patient, placeOf, useAlike, useWards } from './facts.ts';
import { useMatches } from './matches.ts';
import { Name } from './PatientRow.tsx';

const MEASUREMENTS = RECORDS.body_measurements as unknown as RecordDef;

/** Who this is: name, number, age, sex, place and allergies, in sight on every page of the patient and at every width. */
export function PatientHeader({ patient }: { patient: Patient }) {
  const { today, now, zone } = usePresent();
  const stays = useRowsBy('patient_admissions', 'patient_id', patient.id);
  const wards = useWards();
  const alike = useAlike(patient);
  const stay = stays.find((s) => s.status === 'Active');
  const place = stay && placeOf(stay, wards);
  const born = patient.date_of_birth;
  return (
    <header className="patient-head">
      <div className="patient-head-top">
        <Link to="/patients" className="icon-button only-narrow" aria-label="Back to patients">
          <IconArrowLeft size="1.25rem" aria-hidden />
        </Link>
        <h1>
          <Name patient={patient} />
        </h1>
        {alike.length > 0 && (
          <span
            className="tag tone-caution"
            title={alike.map((p) => `${p.last_name} ${p.first_name} ${p.hospital_number}`).join('\n')}
          >
            <IconUsers size="1em" stroke={2.2} aria-hidden />
            {count(alike.length, 'like name')}
          </span>
        )}
        <Twins patient={patient} />
      </div>
      <p className="patient-head-facts">
        <span>{patient.hospital_number}</span>
        <span className="num">
          {ageText(patient, today)}
          {born && <span className="muted"> ({showDay(born)})</span>}
        </span>
        <span>{patient.gender || <Absent words="sex not recorded" />}</span>
        {stay ? (
          <span>
            {place ?? <Absent words="in hospital, ward not recorded" />}
            <span className="muted"> day {stayDay(stay.admission_date, now, zone)}</span>
          </span>
        ) : (
          <span className="muted">not in hospital</span>
        )}
        <Weight patientId={patient.id} />
      </p>
      <AllergyLine patient={patient} />
    </header>
  );
}

/** Who may be the same person, and who was merged into this one. */
function Twins({ patient }: { patient: Patient }) {
  const matches = useMatches(patient.id);
  return matches
    .filter(({ status, survivor_id }) => status === 'Possible' || (status === 'Merged' && survivor_id === patient.id))
    .map((match) => (
      <Link
        key={match.id}
        className={match.status === 'Possible' ? 'tag tone-caution' : 'tag tone-neutral'}
        to="/patients/$patientId/duplicate/$match"
        params={{ patientId: patient.id, match: match.id }}
      >
        <IconGitMerge size="1em" stroke={2.2} aria-hidden />
        {match.status === 'Possible' ? 'Possible duplicate' : 'Merged'}
      </Link>
    ));
}

/** The latest weight, how it was obtained when it was not measured, and the day. */
function Weight({ patientId }: { patientId: string }) {
  const { zone } = usePresent();
  const { actor } = usePerson();
  const measured = useRowsBy('body_measurements', 'patient_id', patientId);
  const file = useFile(patientId);
  if (!may(actor, 'read', MEASUREMENTS)) return null;
  const [latest] = newestFirst(
    measured.filter((m) => m.weight !== null),
    (m) => m.measured_at,
  );
  if (!latest)
    return <span className="muted">{file.archived && !file.held ? 'weight not on this device' : 'weight not recorded'}</span>;
  return (
    <span className="num">
      {showNumber(latest.weight ?? 0, 'kg')}
      <span className="muted">
        {' '}
        {latest.weight_basis && latest.weight_basis !== 'Measured' && `${latest.weight_basis.toLowerCase()}, `}
        {showDay(dayIn(latest.measured_at, zone))}
      </span>
    </span>
  );
}

/** Allergies, or who confirmed that none are known, or that nobody asked. */
function AllergyLine({ patient }: { patient: Patient }) {
  const rows = useRowsBy('patient_allergies', 'patient_id', patient.id);
  const how = useSaying();
  const words = allergyWords(rows);
  const written = patient.allergies;
  return (
    <div className="allergy-line" data-kind={words.kind}>
      {words.kind === 'allergic' && (
        <p className="allergy-active">
          <IconAlertTriangle size="1.1rem" stroke={2.2} aria-hidden />
          <span>
            <strong>Allergic to </strong>
            {words.allergies.map((a, i) => (
              <span key={a.id}>
                {i > 0 && '; '}
                <strong>{a.substance ?? 'a substance not named'}</strong>
                {(a.reaction || a.severity) && ` (${[a.reaction, a.severity?.toLowerCase()].filter(Boolean).join(', ')})`}
              </span>
            ))}
          </span>
        </p>
      )}
      {words.kind === 'none_known' && (
        <p>
          No known allergies
          <span className="muted">
            , confirmed by {words.statement.created_by ? how.linked('users', words.statement.created_by) : 'this device'}
            {words.statement.created_at && ` on ${showDay(dayIn(words.statement.created_at, how.zone))}`}
          </span>
        </p>
      )}
      {words.kind === 'not_asked' && (
        <p>
          <span className="tag tone-caution">Allergies: not asked</span>
        </p>
      )}
      {written && (
        <p className="allergy-written">
          <span className="muted">As written in older records: </span>
          {written}
        </p>
      )}
    </div>
  );
}
