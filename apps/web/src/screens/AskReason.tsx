import { Button, Modal, Textarea } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { tellProblem } from './keep.tsx';

/** Asks why, before something is taken out or given up. */
export function AskReason({
  title,
  children,
  missing,
  confirm,
  open,
  close,
  act,
}: {
  title: string;
  /** What will happen. */
  children: ReactNode;
  /** The sentence under an empty box. */
  missing: string;
  confirm: string;
  open: boolean;
  close(): void;
  /** Does it; closes when it is durable. Rejects with a ProblemError, which is told. */
  act(reason: string): Promise<void>;
}) {
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const given = reason.trim();
  const submit = () => {
    setTried(true);
    if (given) act(given).then(close, tellProblem);
  };
  return (
    <Modal opened={open} onClose={close} title={title} centered>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <p>{children}</p>
        <Textarea
          label="Reason"
          value={reason}
          onChange={(e) => setReason(e.currentTarget.value)}
          error={tried && !given ? missing : undefined}
          data-autofocus
          maxLength={1000}
          autosize
          minRows={2}
        />
        <div className="row actions-end">
          <Button variant="default" onClick={close}>
            Keep it
          </Button>
          <Button type="submit">{confirm}</Button>
        </div>
      </form>
    </Modal>
  );
}
