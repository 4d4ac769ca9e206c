import { Button } from '@mantine/core';
import { type AttentionEntry, withdrawal } from '@psa/sync';
import { useState } from 'react';
import { AskReason } from './AskReason.tsx';
import { keepWishes } from './keep.tsx';

/** Gives a refused save up, with the reason; what it contained stays in the hospital's records of refusals. */
export function Withdraw({ entry }: { entry: AttentionEntry }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button variant="default" onClick={() => setOpen(true)}>
        Withdraw…
      </Button>
      <AskReason
        title="Withdraw this save?"
        missing="Say why it is not needed."
        confirm="Withdraw"
        open={open}
        close={() => setOpen(false)}
        act={(reason) => keepWishes(withdrawal(entry, reason), 'Withdrawn.', undefined, { group: entry.group.group })}
      >
        It will not be sent again. What it contained is kept on the server, with your reason.
      </AskReason>
    </>
  );
}
