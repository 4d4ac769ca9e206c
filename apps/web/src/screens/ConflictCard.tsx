import { Button } from '@mantine/core';
import { type AnyRow, type Kind, may, type Patch, type RECORDS, type Row, recordOf } from '@psa/domain';
import { type Choice, parkedRest, settlement } from '@psa/sync';
import { useState } from 'react';
import { usePresent } from '../record/present.ts';
import { RecordForm } from '../record/RecordForm.tsx';
import { useSaying } from '../record/saying.ts';
import { loose } from '../record/values.ts';
import { device, useRow } from '../store/index.ts';
import { Absent, Moment, Tag } from '../ui/Pieces.tsx';
import { About } from './About.tsx';
import { compareConflict, conflictSentence } from './conflict-view.ts';
import { keepWishes, tellProblem } from './keep.tsx';
import { usePerson } from './person.tsx';

type Conflict = Row<typeof RECORDS.sync_conflicts>;

/** Both versions side by side, only what differs in colour, who and when, and three ways to settle it. */
export function ConflictCard({ conflict }: { conflict: Conflict }) {
  const row = useRow(conflict.kind as Kind, conflict.record_id);
  const { zone, now } = usePresent();
  const how = useSaying();
  const { actor } = usePerson();
  const [writing, setWriting] = useState(false);
  const [busy, setBusy] = useState(false);
  const def = recordOf(conflict.kind);
  const compared = compareConflict(conflict, row && loose(row), how);
  const names = compared.map((c) => c.name);
  const mine = conflict.author_id === actor.user_id;
  const theirName = conflict.theirs_by ? how.linked('users', conflict.theirs_by) : 'somebody';
  const authorName = mine ? 'you' : how.linked('users', conflict.author_id);
  const others = parkedRest(conflict as unknown as AnyRow);
  const removal = (conflict.fields ?? []).includes('deleted');
  const allowed =
    def !== undefined &&
    (may(actor, 'edit', def, conflict.fields?.filter((f) => f !== 'deleted') ?? []) || (removal && may(actor, 'retract', def)));

  const settle = async (choice: Choice, said: string) => {
    setBusy(true);
    try {
      const wishes = settlement(conflict as unknown as AnyRow, choice, device.present(conflict.kind, conflict.record_id));
      await keepWishes(wishes, said);
    } finally {
      setBusy(false);
    }
  };
  const press = (choice: Choice, said: string) => void settle(choice, said).catch(tellProblem);

  const keepMine = mine ? 'Keep mine' : `Keep ${authorName}'s`;
  const keepTheirs = mine ? 'Keep theirs' : `Keep ${theirName === authorName ? 'the other version' : `${theirName}'s`}`;

  return (
    <section
      className="card"
      data-tone={conflict.severity === 'high' ? 'danger' : 'conflict'}
      aria-label={`Conflict: ${def?.title ?? conflict.kind}`}
    >
      <div className="card-head">
        <h2>
          {def?.title ?? conflict.kind} <About kind={conflict.kind} id={conflict.record_id} values={row ?? {}} />
        </h2>
        {conflict.severity === 'high' && <Tag tone="danger">Matters for safety</Tag>}
      </div>
      <p className="muted">{conflictSentence(conflict)}</p>
      <div className="versions-wrap">
        <table className="versions">
          <thead>
            <tr>
              <td />
              <th scope="col">
                {mine ? 'Mine' : `By ${authorName}`}
                <span className="muted small">
                  {mine ? 'written ' : ''}
                  <Moment at={conflict.written_at} zone={zone} now={now} />, not applied yet
                </span>
              </th>
              <th scope="col">
                {mine ? 'Theirs' : `By ${theirName}`}
                <span className="muted small">
                  {mine && `${theirName}, `}
                  <Moment at={conflict.theirs_at} zone={zone} now={now} />, stands now
                </span>
              </th>
            </tr>
          </thead>
          <tbody>
            {compared.map((c) => (
              <tr key={c.name} data-differs={c.differs || undefined}>
                <th scope="row">{c.label}</th>
                <td>{c.mine ?? <Absent />}</td>
                <td>{c.theirs ?? <Absent />}</td>
              </tr>
            ))}
            {removal && (
              <tr data-differs>
                <th scope="row">Record</th>
                <td>{conflict.op === 'retract' ? 'removed' : 'changed'}</td>
                <td>{conflict.op === 'retract' ? 'changed, still here' : 'removed'}</td>
              </tr>
            )}
          </tbody>
        </table>
      </div>
      {others.length > 0 && (
        <p className="muted small">
          Saved together with {others.map((m) => (recordOf(m.kind)?.title ?? m.kind).toLowerCase()).join(', ')}; that goes on
          once this is settled.
        </p>
      )}
      {!allowed && <p className="muted">Somebody who may change this must settle it.</p>}
      {allowed && !writing && (
        <div className="card-foot">
          <Button variant="default" disabled={busy} onClick={() => press({ take: 'mine' }, 'Settled.')}>
            {keepMine}
          </Button>
          <Button variant="default" disabled={busy} onClick={() => press({ take: 'theirs' }, 'Settled.')}>
            {keepTheirs}
          </Button>
          {!removal && (
            <Button variant="default" disabled={busy} onClick={() => setWriting(true)}>
              Write another
            </Button>
          )}
        </div>
      )}
      {allowed && writing && def && row && (
        <RecordForm
          def={def}
          row={row}
          draftKey={`conflict:${conflict.id}`}
          fields={names}
          saveLabel="Save this instead"
          allowUnchanged
          onCancel={() => setWriting(false)}
          save={async (values: Patch) => {
            await settle({ take: 'other', values }, 'Settled with another value.');
          }}
        />
      )}
    </section>
  );
}
