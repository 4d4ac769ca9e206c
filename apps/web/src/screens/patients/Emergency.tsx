import { Button, Textarea } from '@mantine/core';
import { type AnyRow, type Json, ProblemError, RECORD_LIST, type RecordDef, scopesOf } from '@psa/domain';
import { Link, useParams } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { usePresent } from '../../record/present.ts';
import { RecordView } from '../../record/RecordView.tsx';
import { device } from '../../store/index.ts';
import { Absent, Empty, Moment, Notice, Section } from '../../ui/Pieces.tsx';
import { tell } from '../keep.tsx';
import { NotFound } from '../NotFound.tsx';
import { usePerson } from '../person.tsx';

interface Opened {
  id: string;
  until: string;
  rows: Readonly<Record<string, readonly AnyRow[]>>;
}

/**
 * One patient's record, opened in an emergency by somebody whose role does not read it. It lives on this page only: leaving the page,
 * locking the device or the end of the hour forgets it, and nothing of it is stored.
 */
export function Emergency() {
  const { patientId } = useParams({ from: '/patients/$patientId/emergency' });
  const { actor } = usePerson();
  const present = usePresent();
  const [opened, setOpened] = useState<Opened>();
  const [over, setOver] = useState(false);
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState<{ say: string; reason?: string | undefined }>();
  const [busy, setBusy] = useState(false);

  const until = opened?.until;
  useEffect(() => {
    if (until === undefined) return undefined;
    const timer = setTimeout(() => {
      setOpened(undefined);
      setOver(true);
    }, Date.parse(until) - Date.now());
    return () => clearTimeout(timer);
  }, [until]);

  if (scopesOf(actor.role).includes('clinical')) return <NotFound />;

  const open = async () => {
    setBusy(true);
    try {
      const begun = (await device.call('POST', '/api/emergency', { patient_id: patientId, reason: reason.trim() })) as {
        id: string;
        until: string;
      };
      const found = (await device.call('GET', `/api/emergency/${begun.id}/record`)) as { rows: Json };
      setOpened({ ...begun, rows: found.rows as unknown as Opened['rows'] });
      setOver(false);
      setReason('');
      setProblem(undefined);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      const say = error.code === 'UNAVAILABLE' ? 'Emergency access needs the network: the server decides.' : error.message;
      setProblem({ say, reason: error.fields.reason });
    } finally {
      setBusy(false);
    }
  };
  const close = async () => {
    const id = opened?.id;
    setOpened(undefined);
    if (id !== undefined) await device.call('POST', `/api/emergency/${id}/end`).catch(() => undefined);
    tell('Closed. Nothing of it stays on this device.');
  };

  if (!opened) {
    return (
      <div className="patient-body">
        <div className="patient-main">
          <Section title="Emergency access">
            <div className="stack narrow">
              {over && <Notice tone="info">The hour is over. What was shown is gone from this device.</Notice>}
              <p>
                Your role does not read this record. In an emergency it opens for an hour, here only. The consultants and
                administrators are told at once, with your name and your reason.
              </p>
              <Textarea
                label="Why it is needed now"
                value={reason}
                onChange={(e) => setReason(e.currentTarget.value)}
                error={problem?.reason}
                maxLength={1000}
                autosize
                minRows={2}
                autoFocus
              />
              <div role="alert">{problem && !problem.reason && <Notice tone="caution">{problem.say}</Notice>}</div>
              <div className="row wrap">
                <Button color="red" loading={busy} disabled={reason.trim() === ''} onClick={() => void open()}>
                  Open the record
                </Button>
                <Link className="button" to="/patients/$patientId" params={{ patientId }}>
                  Back
                </Link>
              </div>
            </div>
          </Section>
        </div>
      </div>
    );
  }
  const kinds = RECORD_LIST.filter(({ name }) => name !== 'patients' && (opened.rows[name]?.length ?? 0) > 0);
  return (
    <div className="patient-body">
      <div className="patient-main">
        <Notice
          tone="caution"
          actions={
            <Button variant="default" onClick={() => void close()}>
              Close it now
            </Button>
          }
        >
          Emergency access, until <Moment at={opened.until} {...present} />. It is written down that you read this.
        </Notice>
        {kinds.length === 0 && <Empty title="Nothing is recorded about this patient beyond who they are" />}
        {kinds.map((def) => (
          <Kind key={def.name} def={def as unknown as RecordDef} rows={opened.rows[def.name] ?? []} />
        ))}
      </div>
    </div>
  );
}

/** The entries of one kind, newest first. */
function Kind({ def, rows }: { def: RecordDef; rows: readonly AnyRow[] }) {
  const present = usePresent();
  return (
    <Section title={def.titles}>
      <ol className="entries">
        {rows.toReversed().map((row) => (
          <li key={row.id} className="entry">
            <div className="entry-when num">
              {typeof row.created_at === 'string' ? <Moment at={row.created_at} {...present} /> : <Absent />}
            </div>
            <div>
              <RecordView def={def} row={row} all brief />
            </div>
          </li>
        ))}
      </ol>
    </Section>
  );
}
