import { Button } from '@mantine/core';
import { ProblemError, ROLE_TITLES, type Role } from '@psa/domain';
import { useParams } from '@tanstack/react-router';
import { useCallback, useEffect, useState } from 'react';
import { usePresent } from '../../record/present.ts';
import { device } from '../../store/index.ts';
import { Empty, Moment, Notice, Section } from '../../ui/Pieces.tsx';
import { lookOf } from '../audit-words.ts';

/** A reading as the server tells it (GET /api/audit/patients/:id). */
interface Look {
  n: number;
  at: string;
  user_name: string | null;
  user_role: Role | null;
  action: string;
  table_name: string | null;
  device_name: string | null;
}
type Page = { looks: Look[]; next_cursor: string | null };

const OFFLINE =
  'Who has looked is kept by the server, and there is no network now. What you open here is told to it when there is one.';

/** Who has looked at this patient's record. Needs the network. */
export function Looks() {
  const { patientId } = useParams({ from: '/patients/$patientId/looks' });
  const { now, zone } = usePresent();
  const [found, setFound] = useState<Page>();
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);

  const read = useCallback(
    async (before: Page | undefined) => {
      setBusy(true);
      const cursor = before?.next_cursor ? `?cursor=${encodeURIComponent(before.next_cursor)}` : '';
      try {
        const page = (await device.call('GET', `/api/audit/patients/${patientId}${cursor}`)) as unknown as Page;
        setFound({ ...page, looks: [...(before?.looks ?? []), ...page.looks] });
        setProblem(undefined);
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error;
        setProblem(error.code === 'UNAVAILABLE' ? OFFLINE : error.message);
      } finally {
        setBusy(false);
      }
    },
    [patientId],
  );
  useEffect(() => {
    setFound(undefined);
    void read(undefined);
  }, [read]);

  return (
    <div className="patient-body">
      <div className="patient-main">
        <Section title="Who has looked at this record">
          {problem && (
            <Notice
              tone="info"
              actions={
                <Button variant="default" loading={busy} onClick={() => void read(found)}>
                  Try again
                </Button>
              }
            >
              {problem}
            </Notice>
          )}
          {found?.looks.length === 0 && <Empty title="Nobody yet" />}
          {found && (
            <ol className="entries">
              {found.looks.map((look) => (
                <li key={look.n} className="entry">
                  <div className="entry-when num">
                    <Moment at={look.at} zone={zone} now={now} />
                  </div>
                  <div>
                    <p>
                      <strong>{look.user_name ?? 'Nobody known'}</strong>
                      {look.user_role && <span className="muted"> · {ROLE_TITLES[look.user_role]}</span>}
                    </p>
                    <p className="muted small">{[lookOf(look), look.device_name].filter(Boolean).join(' · ')}</p>
                  </div>
                </li>
              ))}
            </ol>
          )}
          {found?.next_cursor && (
            <p className="section-foot">
              <Button variant="default" loading={busy} onClick={() => void read(found)}>
                Earlier
              </Button>
            </p>
          )}
        </Section>
      </div>
    </div>
  );
}
