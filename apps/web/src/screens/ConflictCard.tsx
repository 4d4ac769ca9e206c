import { Button } from '@mantine/core';
import { type AnyRow, type Kind, may, type Patch, type RECORDS, type Row, recordOf } from '@psa/domain';
import { type Choice, parkedRest, settlement } from '@psa/sync';
import { Suspense, useRef, useState } from 'react';
import { usePresent } from '../record/present.ts';
import { useSaying } from '../record/saying.ts';
import { loose } from '../record/values.ts';
import { device, useRow } from '../store/index.ts';
import { Keys, Moment, Tag } from '../ui/Pieces.tsx';
import { About } from './About.tsx';
import { CheckedForm } from './checks/CheckedForm.tsx';
import { VersionChecks } from './checks/VersionChecks.tsx';
import { compareConflict, conflictSentence, overruledOf } from './conflict-view.ts';
import { keepWishes, tellProblem } from './keep.tsx';
import { usePerson } from './person.tsx';
import { Versions } from './Versions.tsx';

type Conflict = Row<typeof RECORDS.sync_conflicts>;

/** Both versions beside what was before, only what differs in colour, who, when and on which device, and three ways to settle it. */
export function ConflictCard({ conflict }: { conflict: Conflict }) {
  const row = useRow(conflict.kind as Kind, conflict.record_id);
  const how = useSaying();
  const { actor } = usePerson();
  const [writing, setWriting] = useState(false);
  const [busy, setBusy] = useState(false);
  /** The versions that a check stops without a written reason. */
  const [stopped, setStopped] = useState<ReadonlySet<'mine' | 'theirs'>>(new Set());
  const buttons = useRef<HTMLDivElement>(null);
  const def = recordOf(conflict.kind);
  const compared = compareConflict(conflict, row && loose(row), how);
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
  const press = (take: 'mine' | 'theirs') => {
    // What a check stops needs a reason, which the form asks for.
    if (stopped.has(take)) setWriting(true);
    else void settle({ take }, 'Settled.').catch(tellProblem);
  };

  const keepMine = mine ? 'Keep mine' : `Keep ${authorName}'s`;
  const keepTheirs = mine ? 'Keep theirs' : `Keep ${theirName === authorName ? 'the other version' : `${theirName}'s`}`;
  const names = compared.map((c) => c.name);
  // A line of a prescription that a check stops is written with the reason beside it.
  const fields = conflict.kind === 'prescription_items' ? [...new Set([...names, 'override_reason'])] : names;

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
      <Versions
        compared={compared}
        removal={removal ? conflict.op : undefined}
        mine={{
          title: mine ? 'Mine' : `By ${authorName}`,
          who: mine ? 'you' : authorName,
          at: conflict.written_at,
          device: conflict.device_name,
          note: 'not applied yet',
        }}
        theirs={{
          title: mine ? 'Theirs' : `By ${theirName}`,
          who: theirName,
          at: conflict.theirs_at,
          device: conflict.theirs_device_name,
          note: 'stands now',
        }}
      />
      {row && !removal && (
        <Suspense>
          <VersionChecks conflict={conflict} row={row as unknown as AnyRow} said={setStopped} />
        </Suspense>
      )}
      <Overruled conflict={conflict} />
      {others.length > 0 && (
        <p className="muted small">
          Saved together with {others.map((m) => (recordOf(m.kind)?.title ?? m.kind).toLowerCase()).join(', ')}; that goes on
          once this is settled.
        </p>
      )}
      {!allowed && <p className="muted">Somebody who may change this must settle it.</p>}
      {allowed && !writing && (
        // biome-ignore lint/a11y/noStaticElementInteractions: the keys are a shorter way to the buttons inside
        <div
          className="card-foot"
          ref={buttons}
          onKeyDown={(event) => {
            const at = ['1', '2', '3'].indexOf(event.key);
            if (at < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
            event.preventDefault();
            buttons.current?.querySelectorAll('button')[at]?.click();
          }}
        >
          <Button variant="default" disabled={busy} onClick={() => press('mine')} rightSection={<Keys keys="1" />}>
            {keepMine}
          </Button>
          <Button variant="default" disabled={busy} onClick={() => press('theirs')} rightSection={<Keys keys="2" />}>
            {keepTheirs}
          </Button>
          {!removal && (
            <Button variant="default" disabled={busy} onClick={() => setWriting(true)} rightSection={<Keys keys="3" />}>
              Write another
            </Button>
          )}
        </div>
      )}
      {allowed && writing && def && row && (
        <CheckedForm
          def={def}
          row={row}
          draftKey={`conflict:${conflict.id}`}
          fields={fields}
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

/** What was done although it was open, and who was told that it is. */
function Overruled({ conflict }: { conflict: Conflict }) {
  const { zone, now } = usePresent();
  const how = useSaying();
  const list = overruledOf(conflict.overruled);
  const told = conflict.climbed === 2 ? 'Consultants' : conflict.climbed === 1 ? 'Registrars' : undefined;
  if (list.length === 0 && !told) return null;
  return (
    <ul className="overruled small">
      {list.map(({ acts, by, at, reason }) => (
        <li key={`${by} ${at} ${acts.join()}`}>
          <strong>Done before it was settled:</strong> {acts.join(', ')}, {how.linked('users', by)},{' '}
          <Moment at={at} zone={zone} now={now} />.{' '}
          {reason ? `“${reason}”` : 'Saved on a device that did not know of the conflict.'}
        </li>
      ))}
      {told && (
        <li>
          {told} were told <Moment at={conflict.climbed_at} zone={zone} now={now} />.
        </li>
      )}
    </ul>
  );
}
