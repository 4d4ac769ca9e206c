import { Button, PasswordInput, TextInput } from '@mantine/core';
import { type Json, ProblemError } from '@psa/domain';
import type { PublicKeyCredentialCreationOptionsJSON } from '@simplewebauthn/browser';
import { useCallback, useEffect, useState } from 'react';
import { usePresent } from '../record/present.ts';
import { device } from '../store/index.ts';
import { count } from '../ui/numbers.ts';
import { Moment, Notice } from '../ui/Pieces.tsx';
import { tell } from './keep.tsx';
import { SetupApp } from './SetupApp.tsx';
import { TryAgain } from './TryAgain.tsx';

interface Factor {
  id: string;
  kind: 'totp' | 'passkey';
  name: string;
  created_at: string;
  last_used_at: string | null;
}
interface Factors {
  factors: readonly Factor[];
  recovery_codes_left: number;
  required: boolean;
}
type Offer = { secret: string; uri: string; token: string };

/** What one shows beside the password when signing in with a network. Needs the network; the PIN of this device is another thing. */
export function SecondFactors() {
  const present = usePresent();
  const [kept, setKept] = useState<Factors>();
  const [offline, setOffline] = useState<string>();
  const [password, setPassword] = useState('');
  const [name, setName] = useState('');
  const [offer, setOffer] = useState<Offer>();
  const [codes, setCodes] = useState<readonly string[]>();
  const [problem, setProblem] = useState<{ say: string; password?: string | undefined }>();
  const [busy, setBusy] = useState(false);

  const read = useCallback(async () => {
    try {
      setKept((await device.call('GET', '/api/second-factors')) as unknown as Factors);
      setOffline(undefined);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      setOffline(error.code === 'UNAVAILABLE' ? 'The server keeps this, and there is no network now.' : error.message);
    }
  }, []);
  useEffect(() => void read(), [read]);

  const step = async (work: () => Promise<void>) => {
    setBusy(true);
    setProblem(undefined);
    try {
      await work();
      await read();
    } catch (error) {
      const named = error instanceof ProblemError ? error.fields.password : undefined;
      // Whoever declines a passkey gets an error of the browser.
      const say = error instanceof Error ? error.message : String(error);
      setProblem({ say: named ?? say, password: named });
    } finally {
      setBusy(false);
    }
  };
  const post = (path: string, body: Json) => device.call('POST', `/api/second-factors/${path}`, body);
  const begin = () => step(async () => setOffer((await post('totp', { password })) as unknown as Offer));
  const confirm = (code: string) =>
    step(async () => {
      await post('totp/confirm', { token: offer?.token ?? '', code: code.trim() });
      setOffer(undefined);
      tell('From now on, signing in asks for a code.');
      setCodes(((await post('recovery-codes', { password })) as { codes: string[] }).codes);
      setPassword('');
    });
  const passkey = () =>
    step(async () => {
      const asked = (await post('passkeys', { password })) as unknown as PublicKeyCredentialCreationOptionsJSON;
      const { startRegistration } = await import('@simplewebauthn/browser');
      const made = await startRegistration({ optionsJSON: asked }).catch(() => {
        throw new Error('No passkey was made. Try again, or use an authenticator app.');
      });
      await post('passkeys/confirm', { name: name.trim() || device.deviceName(), passkey: JSON.parse(JSON.stringify(made)) });
      tell('From now on, signing in asks for a passkey or a code.');
      if (kept?.recovery_codes_left === 0) {
        setCodes(((await post('recovery-codes', { password })) as { codes: string[] }).codes);
      }
      setPassword('');
      setName('');
    });
  const remove = (one: Factor) =>
    step(async () => {
      await post(`${one.id}/remove`, { password });
      tell(`Removed: ${one.name}.`);
      setPassword('');
    });
  const recover = () =>
    step(async () => {
      setCodes(((await post('recovery-codes', { password })) as { codes: string[] }).codes);
      setPassword('');
    });

  if (offline) return <TryAgain why={offline} again={() => void read()} />;
  if (!kept) return null;
  if (codes) return <RecoveryCodes codes={codes} done={() => setCodes(undefined)} />;
  const has = kept.factors.length > 0;
  if (offer) {
    return (
      <div className="stack narrow">
        <SetupApp offer={offer} busy={busy} problem={problem?.say} confirm={(code) => void confirm(code)} />
        <button type="button" className="quiet" onClick={() => setOffer(undefined)}>
          Not now
        </button>
      </div>
    );
  }
  return (
    <div className="stack narrow">
      <p className="muted">
        {has
          ? `Signing in asks for one of these beside the password. ${count(kept.recovery_codes_left, 'recovery code')} left.`
          : 'Beside the password, a code of your telephone or a passkey. Whoever learns your password still cannot sign in.'}
        {kept.required && ' Your role needs one.'}
      </p>
      {has && (
        <ul className="lines">
          {kept.factors.map((one) => (
            <li key={one.id} className="account">
              <span>
                <strong>{one.name}</strong>
                <br />
                <span className="muted small">
                  since <Moment at={one.created_at} {...present} />
                  {one.last_used_at && (
                    <>
                      {' · '}used <Moment at={one.last_used_at} {...present} ago />
                    </>
                  )}
                </span>
              </span>
              <Button
                variant="default"
                disabled={!password || busy}
                onClick={() => void remove(one)}
                aria-label={`Remove ${one.name}`}
              >
                Remove
              </Button>
            </li>
          ))}
        </ul>
      )}
      <PasswordInput
        label="Your password, to change this"
        value={password}
        onChange={(e) => setPassword(e.currentTarget.value)}
        error={problem?.password}
        autoComplete="current-password"
      />
      <TextInput
        label="Name of the passkey"
        description="For example: blue key on my ring. Without one, the name of this device."
        value={name}
        onChange={(e) => setName(e.currentTarget.value)}
        maxLength={100}
      />
      <div role="alert">{problem && !problem.password && <Notice tone="caution">{problem.say}</Notice>}</div>
      <div className="row wrap">
        {!kept.factors.some(({ kind }) => kind === 'totp') && (
          <Button variant="default" loading={busy} disabled={!password} onClick={() => void begin()}>
            Set up an app
          </Button>
        )}
        <Button variant="default" loading={busy} disabled={!password} onClick={() => void passkey()}>
          Add a passkey
        </Button>
        {has && (
          <Button variant="default" loading={busy} disabled={!password} onClick={() => void recover()}>
            New recovery codes
          </Button>
        )}
      </div>
    </div>
  );
}

/** Shown once: only their hashes are kept. */
function RecoveryCodes({ codes, done }: { codes: readonly string[]; done(): void }) {
  return (
    <div className="stack narrow">
      <Notice tone="caution">
        Write these down and keep them where your telephone is not. Each opens once. They are not shown again.
      </Notice>
      <ol className="recovery">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ol>
      <div>
        <Button onClick={done}>I have noted them</Button>
      </div>
    </div>
  );
}
