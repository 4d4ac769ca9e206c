import { Button } from '@mantine/core';
import { type Json, ProblemError } from '@psa/domain';
import type { StatusReply as Known, StatusTablet } from '@psa/sync';
import { IconRefresh } from '@tabler/icons-react';
import { useCallback, useEffect, useState } from 'react';
import { usePresent } from '../record/present.ts';
import { device, useSync } from '../store/index.ts';
import { count } from '../ui/numbers.ts';
import { Moment, Notice, Section, Tag } from '../ui/Pieces.tsx';
import { usePerson } from './person.tsx';
import { bytesInWords } from './safety-words.ts';
import { backupLine, decisionsLine, keptLines, type Line, readStatus, tabletsLine } from './status-words.ts';
import { syncWords } from './sync-words.ts';

/** What was last heard, for when there is no network: numbers, and names of tablets. Kept per browser and person. */
const keyOf = (user: string): string => `psa-status ${user}`;

function lastKnown(user: string): Known | null {
  try {
    return readStatus(JSON.parse(localStorage.getItem(keyOf(user)) ?? 'null') as Json);
  } catch {
    return null;
  }
}

function remember(user: string, status: Known): void {
  try {
    localStorage.setItem(keyOf(user), JSON.stringify(status));
  } catch {
    // A full browser keeps what people entered; this is asked for again.
  }
}

/** Server, tablets, backups, and what waits for somebody, in plain words. Without a network: as it was last known. */
export function Status() {
  const { user, actor } = usePerson();
  const { now, zone } = usePresent();
  const sync = useSync();
  const [status, setStatus] = useState<Known | null>(() => lastKnown(user.id));
  const [fresh, setFresh] = useState(false);
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);

  const read = useCallback(async () => {
    setBusy(true);
    try {
      const told = readStatus(await device.call('GET', '/api/status'));
      if (!told) throw new ProblemError('UNAVAILABLE');
      setStatus(told);
      setFresh(true);
      setProblem(undefined);
      remember(user.id, told);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      setFresh(false);
      setProblem(error.code === 'UNAVAILABLE' ? 'The server cannot be reached from here now.' : error.message);
    } finally {
      setBusy(false);
    }
  }, [user.id]);
  useEffect(() => void read(), [read]);

  const kept = actor.role === 'super_admin' ? status?.kept : undefined;
  const lines: Line[] = status
    ? [
        tabletsLine(status.tablets, now),
        decisionsLine(status),
        backupLine(status.backup, now),
        ...(kept ? keptLines(kept, bytesInWords, now) : []),
      ]
    : [];
  return (
    <div className="page">
      <header className="page-head">
        <h1>Status</h1>
        <div className="row page-head-end">
          <Button
            variant="default"
            loading={busy}
            leftSection={<IconRefresh size="1.1rem" aria-hidden />}
            onClick={() => void read()}
          >
            Look again
          </Button>
        </div>
      </header>
      {problem && (
        <Notice tone="caution" title={problem}>
          {status ? (
            <>
              What follows was known <Moment at={status.time} zone={zone} now={now} ago />. Work goes on: what you save is kept
              on this device.
            </>
          ) : (
            'Work goes on: what you save is kept on this device.'
          )}
        </Notice>
      )}
      <Section title="This device">
        <p>{syncWords(sync, 0, now).full}</p>
      </Section>
      {status && (
        <Section
          title="The unit"
          note={
            fresh ? (
              'as the server knows it now'
            ) : (
              <>
                last known <Moment at={status.time} zone={zone} now={now} ago />
              </>
            )
          }
        >
          <ul className="lines">
            <li className="account">
              <StatusLine
                line={{
                  what: 'Server',
                  tone: fresh ? 'done' : 'caution',
                  word: fresh ? 'answers' : 'not reached',
                  say: `Version ${status.version}.`,
                }}
              />
            </li>
            {lines.map((line) => (
              <li className="account" key={line.what}>
                <StatusLine line={line} />
              </li>
            ))}
          </ul>
        </Section>
      )}
      {kept && (
        <Section title="Tablets" note={silentWords(status?.tablets.silent ?? 0)}>
          <ul className="lines">
            {kept.tablets.map((one, n) => (
              <li className="account" key={`${one.name} ${one.last_seen_at ?? n}`}>
                <TabletLine one={one} now={now} zone={zone} />
              </li>
            ))}
          </ul>
        </Section>
      )}
    </div>
  );
}

const silentWords = (n: number): string =>
  n === 0 ? 'all heard of within a day' : `${count(n, 'tablet')} not heard of for a day`;

const StatusLine = ({ line }: { line: Line }) => (
  <span>
    <strong>{line.what}</strong> <Tag tone={line.tone}>{line.word}</Tag>
    <br />
    <span className="muted small">{line.say}</span>
  </span>
);

function TabletLine({ one, now, zone }: { one: StatusTablet; now: string; zone: string }) {
  const waits = one.waiting > 0;
  return (
    <span>
      <strong>{one.name}</strong>{' '}
      <Tag tone={waits ? 'info' : 'done'}>{waits ? `${count(one.waiting, 'save')} waiting` : 'nothing waits'}</Tag>
      <br />
      <span className="muted small">
        Last contact <Moment at={one.last_seen_at} zone={zone} now={now} ago />
        {one.oldest_at && (
          <>
            , the oldest save <Moment at={one.oldest_at} zone={zone} now={now} ago />
          </>
        )}
      </span>
    </span>
  );
}
