import { Button, Modal, Textarea } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { device } from '../../store/index.ts';
import { fullName } from '../../ui/names.ts';
import { keepWishes, tellProblem } from '../keep.tsx';
import type { Patient } from './facts.ts';

/** Taking a record out of every list asks for a reason and says what will happen; it can be undone. */
export function RemovePatient({ patient, open, close }: { patient: Patient; open: boolean; close(): void }) {
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const navigate = useNavigate();
  const remove = async () => {
    setTried(true);
    if (!reason.trim()) return;
    const target = { kind: 'patients', id: patient.id, patch: {} };
    try {
      await keepWishes(
        [{ ...target, op: 'retract', base: patient.row_version, reason: reason.trim() }],
        `${fullName(patient)} removed.`,
        () =>
          keepWishes(
            [{ ...target, op: 'restore', base: device.present('patients', patient.id).row_version }],
            'Record restored.',
          ),
      );
      close();
      await navigate({ to: '/patients' });
    } catch (error) {
      tellProblem(error);
    }
  };
  return (
    <Modal opened={open} onClose={close} title={`Remove the record of ${fullName(patient)}?`} centered>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void remove();
        }}
      >
        <p>
          The record leaves every list on every device. It stays in the hospital's database with your name and the reason, and
          can be restored.
        </p>
        <Textarea
          label="Reason"
          value={reason}
          onChange={(e) => setReason(e.currentTarget.value)}
          error={tried && !reason.trim() ? 'Say why, for example "registered twice".' : undefined}
          data-autofocus
          maxLength={1000}
          autosize
          minRows={2}
        />
        <div className="row actions-end">
          <Button variant="default" onClick={close}>
            Keep it
          </Button>
          <Button type="submit" className="button-final">
            Remove
          </Button>
        </div>
      </form>
    </Modal>
  );
}
