import { Button, PasswordInput } from '@mantine/core';
import { useState } from 'react';
import { device } from '../store/index.ts';
import { usePerson } from './person.tsx';
import { SecondStep } from './SecondStep.tsx';
import { useSignIn } from './use-sign-in.ts';

/** The person who is in gives the password once more, so that what waits can be sent. */
export function SignInAgain() {
  const { user } = usePerson();
  const [password, setPassword] = useState('');
  const { asked, problem, busy, enter, show, back } = useSignIn(() => {
    setPassword('');
    device.syncNow();
  });
  if (asked) return <SecondStep asked={asked} problem={problem?.say} busy={busy} show={show} back={back} />;
  return (
    <form
      className="again"
      onSubmit={(event) => {
        event.preventDefault();
        void enter(user.email, password);
      }}
    >
      <PasswordInput
        label={`Password of ${user.full_name}`}
        value={password}
        onChange={(e) => setPassword(e.currentTarget.value)}
        error={problem?.say}
        autoComplete="current-password"
      />
      <Button type="submit" loading={busy}>
        Sign in again
      </Button>
    </form>
  );
}
