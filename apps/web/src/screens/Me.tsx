import { Button, Modal, TextInput } from '@mantine/core';
import { ProblemError, ROLE_TITLES } from '@psa/domain';
import { IconHelp, IconLock, IconLogout } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { usePresent } from '../record/present.ts';
import { Choices } from '../record/widgets.tsx';
import { device, useAttention, useSync } from '../store/index.ts';
import { chooseLook, LOOK_TITLES, LOOKS, type Look, useLook } from '../ui/mode.ts';
import { Keys, Section } from '../ui/Pieces.tsx';
import { tell } from './keep.tsx';
import { Password } from './Password.tsx';
import { usePerson } from './person.tsx';
import { QuickUnlock } from './QuickUnlock.tsx';
import { SecondFactors } from './SecondFactors.tsx';
import { SignedIn } from './SignedIn.tsx';
import { SignInAgain } from './SignInAgain.tsx';
import { syncWords } from './sync-words.ts';

const SHORTCUTS = [
  ['Find anything', 'Ctrl K'],
  ['Search patients', '/'],
  ['Add', 'n'],
  ['Save a form', 'Ctrl S'],
  ['Today', 'g t'],
  ['Patients', 'g p'],
  ['Ward board', 'g w'],
  ['Scores', 'g s'],
  ['Needs attention', 'g a'],
  ['Lists', 'g l'],
  ['Me', 'g m'],
  ['Help', 'g h'],
] as const;

/** The person, the look, this device, and the way out. */
export function Me() {
  const { user, signedIn, actor } = usePerson();
  const look = useLook();
  const sync = useSync();
  const attention = useAttention();
  const { now } = usePresent();
  const [leaving, setLeaving] = useState(false);
  const unsent = sync.waiting + attention.refused.length;
  return (
    <div className="page me">
      <header className="page-head">
        <div>
          <h1>{user.full_name}</h1>
          <p className="muted">{[ROLE_TITLES[user.role], user.email].filter(Boolean).join(' · ')}</p>
        </div>
        <div className="row wrap page-head-end">
          <Link className="button" to="/help">
            <IconHelp size="1.1rem" aria-hidden />
            Help
          </Link>
          <Button
            variant="default"
            leftSection={<IconLock size="1.1rem" aria-hidden />}
            onClick={() => void device.session.lock()}
          >
            Lock
          </Button>
          <Button variant="default" leftSection={<IconLogout size="1.1rem" aria-hidden />} onClick={() => setLeaving(true)}>
            Sign out
          </Button>
        </div>
      </header>
      {!signedIn && (
        <Section title="Sign in again">
          <p className="muted">You are in without the server. What you save is kept here; sending needs your password.</p>
          <SignInAgain />
        </Section>
      )}
      <Section title="Look">
        <Choices
          name="look"
          label="Colours and size"
          options={LOOKS.map((value) => ({ value, label: LOOK_TITLES[value] }))}
          value={look}
          onChange={(value) => chooseLook((value ?? 'auto') as Look)}
          keep
          help="Theatre is large, of high contrast, and keeps the screen awake."
        />
      </Section>
      <Section title="This device">
        <p>{syncWords(sync, 0, now).full}</p>
        <p>
          <Link to="/safety">Is my data safe?</Link>
        </p>
        <p>
          <Link to="/status">Status: server, tablets, backups</Link>
        </p>
        <DeviceName />
      </Section>
      <Section title="Quick unlock">
        <QuickUnlock />
      </Section>
      <Section title="Password">
        <Password />
      </Section>
      <Section title="Second factor">
        <SecondFactors />
      </Section>
      <Section title="Signed-in devices">
        <SignedIn />
      </Section>
      {actor.role === 'super_admin' && (
        <Section title="Administration">
          <p>
            <Link to="/accounts">Accounts: approve and close</Link>
          </p>
          <p>
            <Link to="/devices">Devices: lost, or out of use</Link>
          </p>
          <p>
            <Link to="/ai-settings">Language model</Link>
          </p>
        </Section>
      )}
      <Section title="Also">
        <ul className="also">
          <li>
            <Link to="/emergencies">Emergency access: what was opened</Link>
          </li>
          <li>
            <Link to="/wards">Ward board</Link>
          </li>
          <li>
            <Link to="/scores">Scores</Link>
          </li>
          <li>
            <Link to="/lists">Lists</Link>
          </li>
        </ul>
      </Section>
      <Section title="Keyboard">
        <dl className="shortcuts">
          {SHORTCUTS.map(([what, keys]) => (
            <div key={what} className="pair">
              <dt>{what}</dt>
              <dd>
                <Keys keys={keys} />
                <span className="visually-hidden">{keys}</span>
              </dd>
            </div>
          ))}
        </dl>
      </Section>
      <Modal opened={leaving} onClose={() => setLeaving(false)} title="Sign out?" centered>
        <div className="stack">
          {unsent > 0 ? (
            <p>
              <strong>{unsent} not sent yet.</strong> It stays on this device, sealed, and is sent in your name when anybody
              signs in here with a network.
            </p>
          ) : (
            <p>Everything you saved is sent.</p>
          )}
          <p className="muted">Drafts stay too. You can sign in again without a network.</p>
          <div className="row actions-end">
            <Button variant="default" onClick={() => setLeaving(false)}>
              Stay
            </Button>
            <Button onClick={() => void device.session.signOut()} data-autofocus>
              Sign out
            </Button>
          </div>
        </div>
      </Modal>
    </div>
  );
}

function DeviceName() {
  const [name, setName] = useState(device.deviceName());
  const [problem, setProblem] = useState<string>();
  const submit = async () => {
    try {
      await device.nameDevice(name.trim());
      setProblem(undefined);
      tell('This device has a new name.');
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      setProblem(error.message);
    }
  };
  return (
    <form
      className="inline-form"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <TextInput
        label="Name of this device"
        description="As administrators see it, for example Ward 2 tablet."
        value={name}
        onChange={(e) => setName(e.currentTarget.value)}
        error={problem}
        maxLength={100}
      />
      <Button type="submit" variant="default" disabled={name.trim() === '' || name === device.deviceName()}>
        Rename
      </Button>
    </form>
  );
}
