import { Button, Modal, Textarea } from '@mantine/core';
import type { RecordDef } from '@psa/domain';
import { useState } from 'react';
import { device } from '../store/index.ts';
import { keepWishes, tellProblem } from './keep.tsx';

/** Takes an entry out with a reason; it can be put back. */
export function RemoveEntry({
  def,
  row,
  open,
  close,
  removed,
}: {
  def: RecordDef;
  row: { id: string; row_version: number };
  open: boolean;
  close(): void;
  removed(): void;
}) {
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const remove = async () => {
    setTried(true);
    if (!reason.trim()) return;
    const target = { kind: def.name, id: row.id, patch: {} };
    try {
      await keepWishes(
        [{ ...target, op: 'retract', base: row.row_version, reason: reason.trim() }],
        `${def.title} removed.`,
        () => keepWishes([{ ...target, op: 'restore', base: device.present(def.name, row.id).row_version }], 'Put back.'),
      );
      close();
      removed();
    } catch (error) {
      tellProblem(error);
    }
  };
  return (
    <Modal opened={open} onClose={close} title={`Remove this ${def.title.toLowerCase()}?`} centered>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void remove();
        }}
      >
        <p>It leaves every list on every device. It stays in the hospital's database with your name and the reason.</p>
        <Textarea
          label="Reason"
          value={reason}
          onChange={(e) => setReason(e.currentTarget.value)}
          error={tried && !reason.trim() ? 'Say why, for example "entered for the wrong patient".' : undefined}
          data-autofocus
          maxLength={1000}
          autosize
          minRows={2}
        />
        <div className="row actions-end">
          <Button variant="default" onClick={close}>
            Keep it
          </Button>
          <Button type="submit">Remove</Button>
        </div>
      </form>
    </Modal>
  );
}
