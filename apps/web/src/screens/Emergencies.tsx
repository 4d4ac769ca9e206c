import { type Json, ProblemError } from '@psa/domain';
import type { EmergencyAccess } from '@psa/sync';
import { Link } from '@tanstack/react-router';
import { useCallback, useEffect, useState } from 'react';
import { usePresent } from '../record/present.ts';
import { device } from '../store/index.ts';
import { Empty, Moment, Tag } from '../ui/Pieces.tsx';
import { TryAgain } from './TryAgain.tsx';

/** Records that were opened in emergencies: all of them for consultants and administrators, one's own for others. Needs the network. */
export function Emergencies() {
  const present = usePresent();
  const [found, setFound] = useState<readonly EmergencyAccess[]>();
  const [problem, setProblem] = useState<string>();
  const read = useCallback(async () => {
    try {
      const { accesses } = (await device.call('GET', '/api/emergency')) as { accesses?: Json };
      setFound(Array.isArray(accesses) ? (accesses as unknown as EmergencyAccess[]) : []);
      setProblem(undefined);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      setProblem(error.code === 'UNAVAILABLE' ? 'This is kept by the server, and there is no network now.' : error.message);
    }
  }, []);
  useEffect(() => void read(), [read]);
  return (
    <div className="page">
      <header className="page-head">
        <h1>Emergency access</h1>
      </header>
      {problem && <TryAgain why={problem} again={() => void read()} />}
      {found?.length === 0 && <Empty title="No record was opened in an emergency" />}
      {found && found.length > 0 && (
        <ul className="lines">
          {found.map((one) => (
            <li key={one.id} className="account">
              <span>
                <strong>{one.user_name}</strong> opened the record of{' '}
                <Link to="/patients/$patientId" params={{ patientId: one.patient_id }}>
                  {one.patient_name}
                </Link>{' '}
                {one.ended_at === null && one.until > present.now && <Tag tone="caution">open now</Tag>}
                <br />
                <span className="muted small">
                  <Moment at={one.begun_at} {...present} />, closed <Moment at={one.ended_at ?? one.until} {...present} />
                </span>
                <br />
                {one.reason}
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
