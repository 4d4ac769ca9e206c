import { Button, PasswordInput } from '@mantine/core';
import { type FieldProblems, ProblemError } from '@psa/domain';
import { type FormEvent, useCallback, useEffect, useState } from 'react';
import { device } from '../store/index.ts';
import { Notice } from '../ui/Pieces.tsx';
import { tell, tellProblem } from './keep.tsx';

const SAID = { pin: 'You open this device with a PIN.', passkey: 'You open this device with a passkey.' } as const;

/** A PIN or passkey of this person on this device, set with the password. It opens what is locked; signing out still asks for the password. */
export function QuickUnlock() {
  const [kind, setKind] = useState<'pin' | 'passkey' | null>();
  const [passkeys, setPasskeys] = useState(false);
  const [password, setPassword] = useState('');
  const [pin, setPin] = useState('');
  const [problem, setProblem] = useState<{ say?: string; fields: FieldProblems }>();
  const [busy, setBusy] = useState(false);
  const read = useCallback(() => device.desk().quick().then(setKind, tellProblem), []);
  useEffect(() => {
    void read();
    void device.desk().canUsePasskey().then(setPasskeys);
  }, [read]);

  const set = async (how: () => Promise<void>, said: string) => {
    setBusy(true);
    try {
      await how();
      setPassword('');
      setPin('');
      setProblem(undefined);
      tell(said);
      await read();
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      const named = Object.keys(error.fields).length > 0;
      setProblem({ fields: error.fields, ...(named ? {} : { say: error.message }) });
    } finally {
      setBusy(false);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void set(() => device.desk().setPin(password, pin), 'PIN set for this device.');
  };

  if (kind === undefined) return null;
  return (
    <div className="stack narrow">
      <p className="muted">
        {kind === null ? 'After a lock, a PIN opens this device in seconds.' : SAID[kind]} It works on this device only, is
        never sent, and is gone after five wrong tries. After signing out, or when your session has ended, the password is asked
        for.
      </p>
      {kind !== null && (
        <div>
          <Button variant="default" onClick={() => void set(() => device.desk().removeQuick(), 'Removed.')}>
            Remove the {kind === 'pin' ? 'PIN' : 'passkey'}
          </Button>
        </div>
      )}
      <form className="stack" onSubmit={submit} noValidate>
        <PasswordInput
          label="Your password, once more"
          value={password}
          onChange={(e) => setPassword(e.currentTarget.value)}
          error={problem?.fields.password}
          autoComplete="current-password"
        />
        <PasswordInput
          label="New PIN"
          description="Six to twelve digits."
          value={pin}
          onChange={(e) => setPin(e.currentTarget.value)}
          error={problem?.fields.pin}
          inputMode="numeric"
          autoComplete="off"
          maxLength={12}
        />
        <div role="alert">{problem?.say && <Notice tone="caution">{problem.say}</Notice>}</div>
        <div className="row wrap">
          <Button type="submit" variant="default" loading={busy} disabled={!password || !pin}>
            Set PIN
          </Button>
          {passkeys && (
            <Button
              variant="default"
              disabled={busy || !password}
              onClick={() => void set(() => device.desk().setPasskey(password), 'Passkey set for this device.')}
            >
              Use a passkey instead
            </Button>
          )}
        </div>
      </form>
    </div>
  );
}
