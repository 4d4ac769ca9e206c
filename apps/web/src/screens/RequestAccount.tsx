import { Button, PasswordInput, Select, TextInput } from '@mantine/core';
import { type FieldProblems, ProblemError, ROLE_TITLES, ROLES } from '@psa/domain';
import { useState } from 'react';
import { device } from '../store/index.ts';
import { Notice } from '../ui/Pieces.tsx';

const FIELDS = [
  { name: 'full_name', label: 'Full name', autoComplete: 'name' },
  { name: 'email', label: 'E-mail', autoComplete: 'email' },
  { name: 'department', label: 'Department', autoComplete: 'organization' },
  { name: 'license_number', label: 'Licence number', autoComplete: 'off' },
  { name: 'phone', label: 'Phone', autoComplete: 'tel' },
] as const;

/** Asks for an account; an administrator approves it. Needs the network. */
export function RequestAccount({ close }: { close(): void }) {
  const [values, setValues] = useState<Record<string, string>>({});
  const [role, setRole] = useState<string | null>(null);
  const [problem, setProblem] = useState<{ say: string; fields: FieldProblems }>();
  const [sent, setSent] = useState(false);
  const [busy, setBusy] = useState(false);
  const set = (name: string, value: string) => setValues((v) => ({ ...v, [name]: value }));

  const submit = async () => {
    if (!role) return setProblem({ say: 'Choose your role.', fields: { role: 'Choose your role.' } });
    setBusy(true);
    try {
      const given = Object.fromEntries(Object.entries(values).filter(([, v]) => v.trim() !== ''));
      await device.call('POST', '/api/register', { email: '', password: '', full_name: '', ...given, role });
      setSent(true);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      setProblem({
        say: error.code === 'UNAVAILABLE' ? 'Asking for an account needs the network.' : error.message,
        fields: error.fields,
      });
    } finally {
      setBusy(false);
    }
  };

  if (sent) {
    return (
      <div className="stack">
        <Notice tone="done">Your request was sent. An administrator will approve it; then you can sign in.</Notice>
        <Button onClick={close}>To sign-in</Button>
      </div>
    );
  }
  return (
    <form
      className="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <h2>Request an account</h2>
      {FIELDS.slice(0, 2).map((f) => (
        <TextInput
          key={f.name}
          label={f.label}
          value={values[f.name] ?? ''}
          onChange={(e) => set(f.name, e.currentTarget.value)}
          error={problem?.fields[f.name]}
          autoComplete={f.autoComplete}
        />
      ))}
      <PasswordInput
        label="Password"
        description="At least twelve characters. Three or four words are easy to keep in mind."
        value={values.password ?? ''}
        onChange={(e) => set('password', e.currentTarget.value)}
        error={problem?.fields.password}
        autoComplete="new-password"
      />
      <Select
        label="Role"
        data={ROLES.filter((r) => r !== 'super_admin').map((r) => ({ value: r, label: ROLE_TITLES[r] }))}
        value={role}
        onChange={setRole}
        error={problem?.fields.role}
        placeholder="Choose"
      />
      {FIELDS.slice(2).map((f) => (
        <TextInput
          key={f.name}
          label={f.label}
          value={values[f.name] ?? ''}
          onChange={(e) => set(f.name, e.currentTarget.value)}
          error={problem?.fields[f.name]}
          autoComplete={f.autoComplete}
        />
      ))}
      <div role="alert">{problem && <Notice tone="caution">{problem.say}</Notice>}</div>
      <Button type="submit" loading={busy}>
        Send the request
      </Button>
      <Button variant="default" onClick={close}>
        Back
      </Button>
    </form>
  );
}
