import { Button } from '@mantine/core';
import { recordOf } from '@psa/domain';
import { IconDownload } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useCallback, useEffect, useState } from 'react';
import { usePresent } from '../record/present.ts';
import { useSaying } from '../record/saying.ts';
import type { Safety as State } from '../store/api.ts';
import { device, hoursInWords, useAttention, useSync } from '../store/index.ts';
import { showSpan } from '../ui/days.ts';
import { count, showNumber } from '../ui/numbers.ts';
import { Absent, Moment, Notice, Section } from '../ui/Pieces.tsx';
import { tell, tellProblem } from './keep.tsx';
import { bytesInWords, comparedInWords, verdict, whyWaiting } from './safety-words.ts';
import { saveUnsentFile } from './unsent-download.ts';

/** So many saves are listed; the others are counted. */
const LISTED_MAX = 30;

const titleOf = (kind: string): string => recordOf(kind)?.titles ?? kind;

function Pair({ what, children }: { what: string; children: ReactNode }) {
  return (
    <div className="pair">
      <dt>{what}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Is my data safe? Where everything that was saved here is, and what is not known. Asks this device, never the network. */
export function Safety() {
  const sync = useSync();
  const attention = useAttention();
  const present = usePresent();
  const [state, setState] = useState<State>();
  const read = useCallback(() => device.desk().safety().then(setState, tellProblem), []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: read again whenever something was saved, sent, fetched or refused.
  useEffect(() => void read(), [read, sync, attention]);
  const needs = attention.conflicts.length + attention.refused.length;
  const answer = verdict(sync.waiting, needs, sync);
  return (
    <div className="page">
      <header className="page-head">
        <h1>Is my data safe?</h1>
      </header>
      <div role="status">
        <Notice tone={answer.tone}>{answer.say}</Notice>
      </div>
      {state && (
        <>
          <Unsent state={state} needs={needs} />
          <Section title="Contact with the server">
            <dl>
              <Pair what="Last contact">
                {state.contact_at ? <Moment at={state.contact_at} {...present} ago /> : <Absent words="not known" />}
              </Pair>
              <Pair what="Opens without contact for">{hoursInWords(state.lease_hours)}, then it asks for the server</Pair>
              <Pair what="Compared with the server">
                {state.compared && (
                  <>
                    <Moment at={state.compared.at} {...present} />:{' '}
                  </>
                )}
                {comparedInWords(state.compared, titleOf)}
              </Pair>
              <Pair what="Clock">{clockInWords(sync.clock_offset_ms)}</Pair>
            </dl>
          </Section>
          <Section title="Saved on this device" note={sync.fetching ? 'More is being fetched.' : undefined}>
            {state.kinds.length === 0 ? (
              <p className="muted">Nothing yet.</p>
            ) : (
              <dl className="kinds-held">
                {state.kinds.map(({ kind, rows }) => (
                  <Pair key={kind} what={titleOf(kind)}>
                    <span className="num">{showNumber(rows)}</span>
                  </Pair>
                ))}
              </dl>
            )}
          </Section>
          <Storage state={state} again={read} />
          <Section title="This device">
            <dl>
              <Pair what="Name">{state.device.name}</Pair>
              <Pair what="Id">
                <code className="small">{state.device.id}</code>
              </Pair>
            </dl>
          </Section>
        </>
      )}
    </div>
  );
}

function Unsent({ state, needs }: { state: State; needs: number }) {
  const sync = useSync();
  const present = usePresent();
  const how = useSaying();
  const { sent, waiting } = state;
  return (
    <Section title="Sent and waiting">
      <div className="stack">
        <dl>
          <Pair what="Sent in the last 14 days">
            {count(sent.saves, 'save')}
            {sent.last_at && (
              <>
                , the last <Moment at={sent.last_at} {...present} ago />
              </>
            )}
          </Pair>
          <Pair what="Waiting to be sent">{waiting.length === 0 ? 'nothing' : count(waiting.length, 'save')}</Pair>
          <Pair what="Needs attention">
            {needs === 0 ? 'nothing' : <Link to="/attention">{count(needs, 'decision')} to make</Link>}
          </Pair>
        </dl>
        {waiting.length > 0 && (
          <ul className="lines waiting-list">
            {waiting.slice(0, LISTED_MAX).map((one) => (
              <li key={one.group}>
                <strong>{recordOf(one.kind)?.title ?? one.kind}</strong>, {how.linked('users', one.author)},{' '}
                <Moment at={one.saved_at} {...present} />
                <br />
                <span className="muted small">{whyWaiting(one, sync.contact)}</span>
              </li>
            ))}
          </ul>
        )}
        {waiting.length > LISTED_MAX && <p className="muted">And {count(waiting.length - LISTED_MAX, 'more', 'more')}.</p>}
        <div className="row wrap">
          <Button onClick={() => device.syncNow()} disabled={sync.sending}>
            Send now
          </Button>
          {waiting.length > 0 && (
            <Button
              variant="default"
              leftSection={<IconDownload size="1.1rem" aria-hidden />}
              onClick={() => void saveUnsentFile().catch(tellProblem)}
            >
              Save unsent work to a file
            </Button>
          )}
          <Link to="/hand-in">Hand in a file</Link>
        </div>
        {waiting.length > 0 && (
          <p className="muted small">
            The file is sealed: only the server can read it. Anybody who is signed in on any device can hand it in; it counts as
            the work of whoever saved it. What is here stays here until the server has it.
          </p>
        )}
      </div>
    </Section>
  );
}

function Storage({ state, again }: { state: State; again(): Promise<void> }) {
  const { storage, persisted } = state;
  const ask = async () => {
    const promised = await device.desk().askToKeep();
    await again();
    tell(promised ? 'The browser promised to keep it.' : 'The browser did not promise it. Installing the app often helps.');
  };
  return (
    <Section title="Storage of this browser">
      <div className="stack">
        <dl>
          <Pair what="Used">
            {storage?.used === null || !storage ? <Absent words="the browser does not say" /> : bytesInWords(storage.used)}
          </Pair>
          <Pair what="Left">
            {storage?.room === null || !storage ? <Absent words="the browser does not say" /> : bytesInWords(storage.room)}
          </Pair>
          <Pair what="Promised to be kept">
            {persisted === null ? (
              <Absent words="the browser does not say" />
            ) : persisted ? (
              'yes'
            ) : (
              'no: the browser may clear it when the disk is full'
            )}
          </Pair>
        </dl>
        {persisted === false && (
          <div>
            <Button variant="default" onClick={() => void ask().catch(tellProblem)}>
              Ask the browser to keep it
            </Button>
          </div>
        )}
      </div>
    </Section>
  );
}

function clockInWords(offsetMs: number | null): string {
  if (offsetMs === null) return 'not compared with the server’s since this was opened';
  const off = Math.abs(offsetMs);
  if (off < 1000) return 'right to the second';
  return `${off < 60_000 ? count(Math.round(off / 1000), 'second') : showSpan(off)} ${offsetMs > 0 ? 'ahead of' : 'behind'} the server’s`;
}
