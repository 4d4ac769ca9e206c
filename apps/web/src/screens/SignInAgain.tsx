import { Button, PasswordInput } from '@mantine/core';
import { useState } from 'react';
import { device } from '../store/index.ts';
import { usePerson } from './person.tsx';

/** The person who is in gives the password once more, so that what waits can be sent. */
export function SignInAgain() {
  const { user } = usePerson();
  const [password, setPassword] = useState('');
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const submit = async () => {
    setBusy(true);
    const result = await device.session.signIn(user.email, password);
    setBusy(false);
    setProblem(result.ok ? undefined : result.say);
    if (result.ok) {
      setPassword('');
      device.syncNow();
    }
  };
  return (
    <form
      className="again"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <PasswordInput
        label={`Password of ${user.full_name}`}
        value={password}
        onChange={(e) => setPassword(e.currentTarget.value)}
        error={problem}
        autoComplete="current-password"
      />
      <Button type="submit" loading={busy}>
        Sign in again
      </Button>
    </form>
  );
}
