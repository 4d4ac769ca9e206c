import { Button, TextInput } from '@mantine/core';
import { OFFLINE_LEASE_HOURS, ProblemError } from '@psa/domain';
import { useState } from 'react';
import { device, useRows } from '../store/index.ts';
import { parseNumber } from '../ui/numbers.ts';
import { tell } from './keep.tsx';

/** How long records stay open on a device that does not reach the server: the hospital's word, in hours. Needs the network. */
export function LeaseSetting() {
  const [facility] = useRows('facilities');
  const present = facility?.offline_lease_hours ?? null;
  const [typed, setTyped] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  if (!facility) return null;
  const value = typed ?? String(present ?? '');

  const submit = async () => {
    const read = value.trim() === '' ? { value: null } : parseNumber(value, 0);
    if ('problem' in read) return setProblem(read.problem);
    setBusy(true);
    try {
      await device.call('PATCH', `/api/sync/facilities/${facility.id}`, { offline_lease_hours: read.value });
      setProblem(undefined);
      setTyped(undefined);
      device.syncNow();
      tell('Set. Each device learns it at its next sign-in.');
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      setProblem(error.fields.offline_lease_hours ?? error.message);
    } finally {
      setBusy(false);
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
        label="Hours without contact"
        description={`After so long a device asks for the server before it opens. ${OFFLINE_LEASE_HOURS} unless set, at most 720.`}
        value={value}
        onChange={(e) => setTyped(e.currentTarget.value)}
        error={problem}
        inputMode="numeric"
      />
      <Button type="submit" variant="default" loading={busy} disabled={typed === undefined}>
        Set
      </Button>
    </form>
  );
}
