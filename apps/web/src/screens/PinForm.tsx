import { Button, PasswordInput } from '@mantine/core';
import { useState } from 'react';
import type { Known, SignInResult } from '../store/api.ts';
import { device } from '../store/index.ts';
import { Notice } from '../ui/Pieces.tsx';
import { WhoHead } from './WhoHead.tsx';

/** Opens the device by PIN or passkey. When that is over, the password form takes its place and says why. */
export function PinForm({
  person,
  back,
  someoneElse,
  toPassword,
}: {
  person: Known;
  back: (() => void) | undefined;
  someoneElse(): void;
  toPassword(say?: string): void;
}) {
  const [pin, setPin] = useState('');
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const open = async (way: Promise<SignInResult>) => {
    setBusy(true);
    const result = await way;
    setBusy(false);
    setPin('');
    if (result.ok) return;
    if (result.code === 'USE_PASSWORD') toPassword(result.say);
    else setProblem(result.say);
  };
  return (
    <form
      className="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void open(
          person.quick === 'pin' ? device.session.withPin(person.email, pin) : device.session.withPasskey(person.email),
        );
      }}
    >
      <WhoHead person={person} back={back} />
      {person.quick === 'pin' && (
        <PasswordInput
          label="PIN"
          name="pin"
          inputMode="numeric"
          autoComplete="off"
          value={pin}
          onChange={(e) => setPin(e.currentTarget.value.replace(/\D/g, ''))}
          maxLength={12}
          autoFocus
        />
      )}
      <div role="alert">{problem && <Notice tone="caution">{problem}</Notice>}</div>
      <Button type="submit" loading={busy} disabled={person.quick === 'pin' && pin === ''} fullWidth>
        {person.quick === 'pin' ? 'Unlock' : 'Unlock with the passkey'}
      </Button>
      <button type="button" className="quiet" onClick={() => toPassword()}>
        Use the password
      </button>
      <button type="button" className="quiet" onClick={someoneElse}>
        Someone else
      </button>
    </form>
  );
}
