import { Button, TextInput } from '@mantine/core';
import { ProblemError } from '@psa/domain';
import { useState } from 'react';
import { device, useRows } from '../store/index.ts';
import { parseNumber } from '../ui/numbers.ts';
import { tell } from './keep.tsx';

interface FacilityNumberProps {
  field: 'offline_lease_hours' | 'archive_after_days';
  label: string;
  description: string;
  /** What is said when it is set. */
  told: string;
}

/** A number that is the hospital's to choose; empty: what holds unless set. Needs the network. */
export function FacilityNumber({ field, label, description, told }: FacilityNumberProps) {
  const [facility] = useRows('facilities');
  const present = facility?.[field] ?? null;
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
      await device.call('PATCH', `/api/sync/facilities/${facility.id}`, { [field]: read.value });
      setProblem(undefined);
      setTyped(undefined);
      device.syncNow();
      tell(told);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      setProblem(error.fields[field] ?? error.message);
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
        label={label}
        description={description}
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
