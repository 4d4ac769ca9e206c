import { Button } from '@mantine/core';
import { ARCHIVE_AFTER_DAYS, type Json, OFFLINE_LEASE_HOURS, ProblemError, type RECORDS, type Row } from '@psa/domain';
import { useCallback, useEffect, useState } from 'react';
import { usePresent } from '../record/present.ts';
import { useSaying } from '../record/saying.ts';
import { device } from '../store/index.ts';
import { count } from '../ui/numbers.ts';
import { Empty, Moment, Section, Tag, type Tone } from '../ui/Pieces.tsx';
import { AskReason } from './AskReason.tsx';
import { FacilityNumber } from './FacilityNumber.tsx';
import { tell, tellProblem } from './keep.tsx';
import { NotFound } from './NotFound.tsx';
import { usePerson } from './person.tsx';
import { TryAgain } from './TryAgain.tsx';

type Device = Row<typeof RECORDS.devices>;
type State = Device['state'];
type Held = { device: string; groups: number; since: string };

const STATES: Readonly<Record<State, { tone: Tone; word: string; say: string }>> = {
  active: { tone: 'done', word: 'in use', say: '' },
  drain: { tone: 'info', word: 'sends, then empties itself', say: 'Not confirmed yet.' },
  revoked: { tone: 'caution', word: 'withdrawn', say: 'It empties itself at its next contact. Not confirmed yet.' },
  wiped: { tone: 'neutral', word: 'emptied', say: '' },
};

/** What an administrator may do next. */
const STEPS: Readonly<Record<State, readonly State[]>> = {
  active: ['drain', 'revoked'],
  drain: ['active', 'revoked'],
  revoked: ['active', 'wiped'],
  wiped: [],
};

const WAYS: Readonly<Record<State, { label: string; title: string; about: string }>> = {
  active: { label: 'Use it again', title: 'Use it again', about: '' },
  drain: {
    label: 'Take out of use',
    title: 'Take this device out of use?',
    about:
      'It sends what waits on it, receives nothing any more, and then empties itself. Use this for a device that is in good hands.',
  },
  revoked: {
    label: 'Lost or stolen',
    title: 'Withdraw this device now?',
    about:
      'At its next contact it removes everything it holds. What it had not sent is brought to the server first and kept until you release it.',
  },
  wiped: {
    label: 'Emptied by hand',
    title: 'Was it emptied by hand?',
    about: 'Say so only if you know: its storage was cleared, or it was destroyed. This cannot be taken back.',
  },
};

const listIn = <T,>(reply: Json, key: string): readonly T[] => {
  const list = typeof reply === 'object' && reply !== null && !Array.isArray(reply) ? reply[key] : null;
  return Array.isArray(list) ? (list as unknown as T[]) : [];
};

/** The browsers that keep a copy: who used them last, what waits on them, and how to take one out of use. Needs the network. */
export function Devices() {
  const { actor } = usePerson();
  const [devices, setDevices] = useState<readonly Device[]>();
  const [held, setHeld] = useState<readonly Held[]>([]);
  const [problem, setProblem] = useState<string>();
  const [asking, setAsking] = useState<{ one: Device; state: State }>();
  const isAdmin = actor.role === 'super_admin';

  const read = useCallback(async () => {
    try {
      setDevices(await allDevices());
      setHeld(listIn<Held>(await device.call('GET', '/api/sync/hand-in'), 'held'));
      setProblem(undefined);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      setProblem(
        error.code === 'UNAVAILABLE' ? 'Devices are listed by the server, and there is no network now.' : error.message,
      );
    }
  }, []);
  useEffect(() => {
    if (isAdmin) void read();
  }, [read, isAdmin]);
  if (!isAdmin) return <NotFound />;

  const change = async (one: Device, state: State, reason?: string) => {
    const body = { state, ...(reason === undefined ? {} : { state_reason: reason }) };
    await device.call('PATCH', `/api/sync/devices/${one.id}`, body);
    tell(`${one.name}: ${STATES[state].word}.`);
    await read();
  };
  const release = async (one: Device) => {
    const reply = await device.call('POST', '/api/sync/hand-in/release', { device: one.id });
    tell(`${count(listIn(reply, 'groups').length, 'save')} of ${one.name} judged.`);
    await read();
  };
  const inUse = devices?.filter((one) => one.state !== 'wiped') ?? [];
  const emptied = devices?.filter((one) => one.state === 'wiped') ?? [];
  const line = (one: Device) => (
    <DeviceLine
      key={one.id}
      one={one}
      held={held.find((h) => h.device === one.id)}
      step={(state) => (state === 'active' ? void change(one, state).catch(tellProblem) : setAsking({ one, state }))}
      release={() => void release(one).catch(tellProblem)}
    />
  );
  return (
    <div className="page">
      <header className="page-head">
        <h1>Devices</h1>
      </header>
      {problem && <TryAgain why={problem} again={() => void read()} />}
      {devices && (
        <>
          <Section title="In use or withdrawn">
            {inUse.length === 0 ? <Empty title="No devices" /> : <ul className="lines">{inUse.map(line)}</ul>}
          </Section>
          <Section title="Without contact">
            <FacilityNumber
              field="offline_lease_hours"
              label="Hours without contact"
              description={`After so long a device asks for the server before it opens. ${OFFLINE_LEASE_HOURS} unless set, at most 720.`}
              told="Set. Each device learns it at its next sign-in."
            />
          </Section>
          <Section title="Archive">
            <FacilityNumber
              field="archive_after_days"
              label="Days until the archive"
              description={`So long after the last entry a patient without a stay, booking, order or task goes to the archive: devices keep who they are and their allergies, and fetch the rest when somebody opens them. ${ARCHIVE_AFTER_DAYS} unless set, at least 30.`}
              told="Set. It counts from tonight."
            />
          </Section>
          {emptied.length > 0 && (
            <Section title="Emptied">
              <ul className="lines">{emptied.map(line)}</ul>
            </Section>
          )}
        </>
      )}
      {asking && (
        <AskReason
          title={WAYS[asking.state].title}
          missing="Say why the device is withdrawn."
          confirm={WAYS[asking.state].label}
          open
          close={() => setAsking(undefined)}
          act={(reason) => change(asking.one, asking.state, reason)}
        >
          <strong>{asking.one.name}.</strong> {WAYS[asking.state].about}
        </AskReason>
      )}
    </div>
  );
}

function DeviceLine({
  one,
  held,
  step,
  release,
}: {
  one: Device;
  held: Held | undefined;
  step(state: State): void;
  release(): void;
}) {
  const present = usePresent();
  const how = useSaying();
  const { tone, word, say } = STATES[one.state];
  return (
    <li className="account">
      <span>
        <strong>{one.name}</strong> <Tag tone={tone}>{word}</Tag>
        {one.id === device.desk().id && <Tag tone="neutral">this device</Tag>}
        <br />
        <span className="muted small">
          {one.last_user_id ? how.linked('users', one.last_user_id) : 'Nobody yet'} · last contact{' '}
          <Moment at={one.last_seen_at} {...present} ago />
        </span>
        <br />
        <span className="small">{waitingOn(one)}</span>
        {one.oldest_pending_at && (one.outbox_depth ?? 0) > 0 && (
          <span className="small">
            , the oldest since <Moment at={one.oldest_pending_at} {...present} />
          </span>
        )}
        {one.state !== 'active' && (
          <>
            <br />
            <span className="small">
              {one.state_reason && <>Because: {one.state_reason}. </>}
              {say}
            </span>
          </>
        )}
        {held && (
          <>
            <br />
            <span className="small">
              {count(held.groups, 'save')} brought in <Moment at={held.since} {...present} ago />, not judged yet.
            </span>
          </>
        )}
      </span>
      <span className="row wrap">
        {held && (
          <Button onClick={release} aria-label={`Judge what ${one.name} brought`}>
            Judge what it brought
          </Button>
        )}
        {STEPS[one.state].map((state) => (
          <Button key={state} variant="default" onClick={() => step(state)} aria-label={`${WAYS[state].label}: ${one.name}`}>
            {WAYS[state].label}
          </Button>
        ))}
      </span>
    </li>
  );
}

/** What waited there at the last contact, as far as it was told. */
const waitingOn = ({ outbox_depth: depth }: Device): string =>
  depth === null
    ? 'What waits on it is not known'
    : depth === 0
      ? 'Nothing waited at its last contact'
      : `${count(depth, 'save')} waited at its last contact`;

async function allDevices(): Promise<readonly Device[]> {
  const found: Device[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const reply: Json = await device.call(
      'GET',
      `/api/sync/devices?limit=200${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`,
    );
    found.push(...listIn<Device>(reply, 'devices'));
    const next: Json | undefined = (reply as { next_cursor?: Json }).next_cursor;
    cursor = typeof next === 'string' ? next : null;
  }
  return found.sort((a, b) => (b.last_seen_at ?? '').localeCompare(a.last_seen_at ?? ''));
}
