import { Button } from '@mantine/core';
import { ProblemError } from '@psa/domain';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { device, useRow } from '../../store/index.ts';
import { ageShort } from '../../ui/age.ts';
import type { Patient } from './facts.ts';
import { Name, SEX } from './PatientRow.tsx';

/** What GET /api/search/patients answers. */
interface Found {
  patients: Patient[];
  exact: number;
  more: boolean;
}

/** Shorter texts find too many to be worth asking. */
export const ASK_LETTERS_LEAST = 3;

/**
 * Asks the server for what this device did not find: it knows other spellings, and everybody of the hospital. Only when told to, as
 * each search is written down there. `key` it by the query.
 */
export function HospitalSearch({ query, shown, today }: { query: string; shown: ReadonlySet<string>; today: string }) {
  const [found, setFound] = useState<Found>();
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);

  const ask = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      setFound(
        (await device.call('GET', `/api/search/patients?q=${encodeURIComponent(query.slice(0, 100))}`)) as unknown as Found,
      );
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      setProblem(error.message);
    } finally {
      setBusy(false);
    }
  };

  const others = found?.patients.filter(({ id }) => !shown.has(id)) ?? [];
  return (
    <section className="hospital-search" aria-label="In the whole hospital">
      {!found && (
        <Button variant="default" loading={busy} onClick={() => void ask()}>
          Search the hospital
        </Button>
      )}
      <p className="muted small" role="status">
        {problem ??
          (found &&
            (others.length === 0 ? 'Nobody else in the hospital is like this.' : 'In the hospital, also spelt otherwise:'))}
      </p>
      {others.length > 0 && (
        <ul aria-label="Found in the hospital">
          {others.map((patient) => (
            <li key={patient.id}>
              <Line patient={patient} today={today} />
            </li>
          ))}
        </ul>
      )}
      {found?.more && <p className="muted small">There are more. Type more of the name or number.</p>}
    </section>
  );
}

/** One patient that the server found: to be opened when this device holds the record, else only named. */
function Line({ patient, today }: { patient: Patient; today: string }) {
  const here = useRow('patients', patient.id) !== undefined;
  const facts = (
    <>
      <Name patient={patient} />
      {!here && <span className="bed-tag">Not on this device</span>}
      <span className="patient-row-sub muted">
        {[SEX[patient.gender ?? ''], ageShort(patient, today), patient.hospital_number].filter(Boolean).join(' · ')}
      </span>
    </>
  );
  if (!here) return <div className="patient-row">{facts}</div>;
  return (
    <Link to="/patients/$patientId" params={{ patientId: patient.id }} preload={false} className="patient-row">
      {facts}
    </Link>
  );
}
