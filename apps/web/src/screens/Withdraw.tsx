import { Button, Modal, Textarea } from '@mantine/core';
import { type AttentionEntry, withdrawal } from '@psa/sync';
import { useState } from 'react';
import { keepWishes, tellProblem } from './keep.tsx';

/** Gives a refused save up, with the reason; what it contained stays in the hospital's records of refusals. */
export function Withdraw({ entry }: { entry: AttentionEntry }) {
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const submit = () => {
    setTried(true);
    if (!reason.trim()) return;
    keepWishes(withdrawal(entry, reason.trim()), 'Withdrawn.', undefined, { group: entry.group.group }).then(
      () => setOpen(false),
      tellProblem,
    );
  };
  return (
    <>
      <Button variant="default" onClick={() => setOpen(true)}>
        Withdraw…
      </Button>
      <Modal opened={open} onClose={() => setOpen(false)} title="Withdraw this save?" centered>
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault();
            submit();
          }}
        >
          <p>It will not be sent again. What it contained is kept on the server, with your reason.</p>
          <Textarea
            label="Reason"
            value={reason}
            onChange={(e) => setReason(e.currentTarget.value)}
            error={tried && !reason.trim() ? 'Say why it is not needed.' : undefined}
            data-autofocus
            maxLength={1000}
            autosize
            minRows={2}
          />
          <div className="row actions-end">
            <Button variant="default" onClick={() => setOpen(false)}>
              Keep it
            </Button>
            <Button type="submit">Withdraw</Button>
          </div>
        </form>
      </Modal>
    </>
  );
}
