import { Button, PasswordInput, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconChevronRight, IconUser } from '@tabler/icons-react';
import { lazy, Suspense, useEffect, useState } from 'react';
import type { Known } from '../store/api.ts';
import { count } from '../ui/numbers.ts';
import { Notice } from '../ui/Pieces.tsx';
import { tellProblem } from './keep.tsx';
import { Mark } from './Mark.tsx';
import { PinForm } from './PinForm.tsx';
import { SecondStep } from './SecondStep.tsx';
import { readTrial, type Trial } from './trial.ts';
import { saveUnsentFile } from './unsent-download.ts';
import { useSignIn } from './use-sign-in.ts';
import { WhoHead } from './WhoHead.tsx';

const RequestAccount = lazy(() => import('./RequestAccount.tsx').then((m) => ({ default: m.RequestAccount })));

/** Sign-in and unlock are one page: people this device knows are a tap away, and need no network. */
export function SignIn({
  known,
  unsent,
  ended,
}: {
  known: readonly Known[];
  /** Saves that wait on this device. */
  unsent: number;
  ended?: string | undefined;
}) {
  /** Whose quick way in is not used now, and why. */
  const [passwordFor, setPasswordFor] = useState<{ email: string; say?: string | undefined }>();
  const [chosen, setChosen] = useState<Known | 'other' | undefined>(
    known.length === 0 ? 'other' : known.length === 1 ? known[0] : undefined,
  );
  const [asking, setAsking] = useState(false);
  const [trial, setTrial] = useState<Trial>({ accounts: [], demo_available: false });

  // What the last person was told, which may name a patient, is not for the next.
  useEffect(() => notifications.clean(), []);
  useEffect(() => {
    let live = true;
    // Offline there is nothing to try out; the page simply does not offer it.
    void readTrial().then((found) => live && setTrial(found));
    return () => {
      live = false;
    };
  }, []);

  return (
    <div className="door">
      <main className="door-card" aria-labelledby="door-title">
        <div className="door-brand">
          <Mark size="3rem" />
          <div>
            <h1 id="door-title">Plastic Surgeon Assistant</h1>
            <p className="muted">The unit at hand, with or without a network.</p>
          </div>
        </div>
        {ended && <Notice tone="info">{ended}</Notice>}
        {asking ? (
          <Suspense>
            <RequestAccount close={() => setAsking(false)} />
          </Suspense>
        ) : chosen === undefined ? (
          <section aria-label="Who are you?">
            <h2 className="door-ask">Who are you?</h2>
            <ul className="people">
              {known.map((person) => (
                <li key={person.email}>
                  <button type="button" onClick={() => setChosen(person)}>
                    <IconUser size="1.3rem" stroke={1.6} aria-hidden />
                    <span>
                      <strong>{person.full_name}</strong>
                      <span className="muted small">{person.email}</span>
                    </span>
                    <IconChevronRight size="1.1rem" aria-hidden />
                  </button>
                </li>
              ))}
              <li>
                <button type="button" onClick={() => setChosen('other')}>
                  <span className="people-other">Someone else</span>
                  <IconChevronRight size="1.1rem" aria-hidden />
                </button>
              </li>
            </ul>
          </section>
        ) : chosen !== 'other' && chosen.quick && passwordFor?.email !== chosen.email ? (
          <PinForm
            key={chosen.email}
            person={chosen}
            back={known.length > 1 ? () => setChosen(undefined) : undefined}
            someoneElse={() => setChosen('other')}
            toPassword={(say) => setPasswordFor({ email: chosen.email, say })}
          />
        ) : (
          <PasswordForm
            told={chosen !== 'other' && passwordFor?.email === chosen.email ? passwordFor.say : undefined}
            key={chosen === 'other' ? 'other' : chosen.email}
            person={chosen === 'other' ? undefined : chosen}
            back={
              known.length > 0 ? () => setChosen(chosen === 'other' && known.length === 1 ? known[0] : undefined) : undefined
            }
            someoneElse={() => setChosen('other')}
            trial={trial}
          />
        )}
        {unsent > 0 && !asking && (
          <p className="door-foot small muted">
            {count(unsent, 'save')} on this device {unsent === 1 ? 'waits' : 'wait'} to be sent; that happens when anybody signs
            in with a network.{' '}
            <button type="button" className="quiet" onClick={() => void saveUnsentFile().catch(tellProblem)}>
              Save to a sealed file
            </button>
          </p>
        )}
        {!asking && (
          <p className="door-foot small">
            <button type="button" className="quiet" onClick={() => setAsking(true)}>
              Request an account
            </button>
          </p>
        )}
      </main>
    </div>
  );
}

function PasswordForm({
  told,
  person,
  back,
  someoneElse,
  trial,
}: {
  /** Why the password is asked for. */
  told: string | undefined;
  person: Known | undefined;
  back: (() => void) | undefined;
  someoneElse(): void;
  trial: Trial;
}) {
  const [email, setEmail] = useState(person?.email ?? '');
  const [password, setPassword] = useState('');
  const { asked, problem, setProblem, busy, enter, show, back: withdraw } = useSignIn();
  useEffect(() => {
    if (told) setProblem({ code: '', say: told });
  }, [told, setProblem]);

  if (asked) return <SecondStep asked={asked} problem={problem?.say} busy={busy} show={show} back={withdraw} />;
  return (
    <form
      className="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!email.trim() || !password) setProblem({ code: 'INVALID', say: 'E-mail and password are needed.' });
        else void enter(email, password);
      }}
    >
      {person ? (
        <WhoHead person={person} back={back} />
      ) : (
        <TextInput
          label="E-mail"
          type="email"
          name="email"
          autoComplete="username"
          value={email}
          onChange={(e) => setEmail(e.currentTarget.value)}
          autoFocus
          spellCheck={false}
        />
      )}
      <PasswordInput
        label="Password"
        name="password"
        autoComplete="current-password"
        value={password}
        onChange={(e) => setPassword(e.currentTarget.value)}
        autoFocus={person !== undefined}
      />
      <div role="alert">
        {problem && (
          <Notice tone="caution">
            {problem.code === 'OFFLINE_UNKNOWN'
              ? 'There is no network, and this person has not signed in on this device before. The first time needs the network.'
              : problem.say}
          </Notice>
        )}
      </div>
      <Button type="submit" loading={busy} fullWidth>
        {person ? 'Unlock' : 'Sign in'}
      </Button>
      {person && (
        <button type="button" className="quiet" onClick={someoneElse}>
          Someone else
        </button>
      )}
      {trial.accounts.length > 0 && !person && (
        <section className="trial" aria-label="Try it out">
          <p className="small muted">
            To try it out, use one of the accounts it came with. Change their passwords before real use.
          </p>
          <div className="row wrap">
            {trial.accounts.map((account) => (
              <Button
                key={account.email}
                variant="default"
                disabled={busy}
                onClick={() => {
                  setEmail(account.email);
                  setPassword(account.password);
                  void enter(account.email, account.password);
                }}
              >
                Try as {account.title}
              </Button>
            ))}
          </div>
        </section>
      )}
    </form>
  );
}
