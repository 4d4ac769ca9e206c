import { Button, PasswordInput } from '@mantine/core';
import { type FieldProblems, ProblemError } from '@psa/domain';
import { useState } from 'react';
import { device } from '../store/index.ts';
import { Notice } from '../ui/Pieces.tsx';
import { tell } from './keep.tsx';

/** Changes one's own password. Needs the network. */
export function Password() {
  const [values, setValues] = useState({ old_password: '', new_password: '' });
  const [problem, setProblem] = useState<{ say: string; fields: FieldProblems }>();
  const [busy, setBusy] = useState(false);
  const submit = async () => {
    setBusy(true);
    try {
      await device.desk().changePassword(values.old_password, values.new_password);
      setValues({ old_password: '', new_password: '' });
      setProblem(undefined);
      tell('Password changed. Use the new one from now on. A PIN or passkey for this device must be set again.');
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      setProblem({
        say: error.code === 'UNAVAILABLE' ? 'Changing the password needs the network.' : error.message,
        fields: error.fields,
      });
    } finally {
      setBusy(false);
    }
  };
  const box = (name: keyof typeof values, label: string, autoComplete: string, description?: string) => (
    <PasswordInput
      label={label}
      description={description}
      value={values[name]}
      onChange={(e) => {
        const { value } = e.currentTarget;
        setValues((v) => ({ ...v, [name]: value }));
      }}
      error={problem?.fields[name]}
      autoComplete={autoComplete}
    />
  );
  return (
    <form
      className="stack narrow"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      {box('old_password', 'Present password', 'current-password')}
      {box(
        'new_password',
        'New password',
        'new-password',
        'At least twelve characters. Three or four words are easy to keep in mind.',
      )}
      <div role="alert">{problem && <Notice tone="caution">{problem.say}</Notice>}</div>
      <div>
        <Button type="submit" variant="default" loading={busy} disabled={!values.old_password || !values.new_password}>
          Change password
        </Button>
      </div>
    </form>
  );
}
