import { Button, Modal, Textarea } from '@mantine/core';
import { disputeSentence } from '@psa/domain';
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { useAttention } from '../store/index.ts';
import { ConflictCard } from './ConflictCard.tsx';
import { type Asked, asked, heldUp } from './disputes.ts';

/** Stands before a save that rests on something in dispute: settle it there and then, or say why it cannot wait. */
export function DisputeGate() {
  const question = useSyncExternalStore(asked.subscribe, asked.get);
  return (
    <Modal
      opened={question !== null}
      onClose={() => question?.giveUp()}
      title="Settle this first"
      centered
      size="lg"
      classNames={{ body: 'gate' }}
    >
      {question && <Question key={question.wishes.map((w) => w.id).join()} question={question} />}
    </Modal>
  );
}

function Question({ question }: { question: Asked }) {
  const { conflicts: open } = useAttention();
  const [urgent, setUrgent] = useState(false);
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  // Asked again whenever a conflict opens or is settled.
  const { disputes, cards } = useMemo(() => {
    const disputes = heldUp(question.wishes).flatMap((held) => held.disputes);
    const ids = new Set(disputes.flatMap(({ conflicts }) => conflicts.map(({ id }) => id)));
    return { disputes, cards: open.filter(({ id }) => ids.has(id)) };
  }, [open, question]);
  const [first] = disputes;
  useEffect(() => {
    if (!first) question.answer(null);
  }, [first, question]);
  if (!first) return null;
  const given = reason.trim();
  return (
    <div className="stack">
      <p>{disputeSentence(first)}</p>
      {cards.map((conflict) => (
        <ConflictCard key={conflict.id} conflict={conflict} />
      ))}
      {urgent ? (
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault();
            setTried(true);
            if (given) question.answer(given);
          }}
        >
          <Textarea
            label="Why it cannot wait"
            description="It is kept with your name, on the conflict and in the audit."
            value={reason}
            onChange={(e) => setReason(e.currentTarget.value)}
            error={tried && !given ? 'Say why it cannot wait.' : undefined}
            maxLength={1000}
            autosize
            minRows={2}
            data-autofocus
            autoFocus
          />
          <div className="row actions-end">
            <Button variant="default" onClick={() => question.giveUp()}>
              Go back
            </Button>
            <Button type="submit" color="red">
              Go on all the same
            </Button>
          </div>
        </form>
      ) : (
        <div className="row actions-end">
          <Button variant="default" onClick={() => question.giveUp()}>
            Go back
          </Button>
          <Button variant="subtle" color="red" onClick={() => setUrgent(true)}>
            It cannot wait
          </Button>
        </div>
      )}
    </div>
  );
}
