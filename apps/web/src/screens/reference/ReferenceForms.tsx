import { Textarea } from '@mantine/core';
import { type Json, ProblemError, type RecordDef } from '@psa/domain';
import { contentOf, nextVersion, type ReferenceKind } from '@psa/domain/reference';
import { IconArrowLeft } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { RecordForm } from '../../record/RecordForm.tsx';
import { common } from '../../record/widget.ts';
import type { Widget } from '../../record/widgets.tsx';
import { device, peekBy } from '../../store/index.ts';
import { keepWishes } from '../keep.tsx';
import { Intervals } from './Intervals.tsx';
import { type AnyEntry, IDENTITY, keyOf, TITLES, titleOfEntry } from './kinds.ts';

/** One on each line: what has commas of its own. */
const LinesBox: Widget = (p) => {
  const given = Array.isArray(p.raw) ? p.raw.map(String).join('\n') : '';
  const [typed, setTyped] = useState(given);
  const linesOf = (text: string) => text.split('\n').filter((line) => line.trim() !== '');
  // What is on the screen may end in an empty line; what is kept does not.
  const shown = linesOf(typed).join('\n') === given ? typed : given;
  return (
    <Textarea
      {...common(p)}
      value={shown}
      onChange={(e) => {
        setTyped(e.currentTarget.value);
        p.onChange(linesOf(e.currentTarget.value).map((line) => line.trim()));
      }}
      autosize
      minRows={2}
      className="field-wide"
    />
  );
};

const WIDGETS_OF: Readonly<Record<string, Widget>> = {
  sources: LinesBox,
  objectives: LinesBox,
  options: LinesBox,
  intervals: Intervals,
};

/** A change says why. */
const explained = (def: RecordDef): RecordDef => {
  const { edit_reason } = def.fields;
  return edit_reason ? { ...def, fields: { ...def.fields, edit_reason: { ...edit_reason, required: true } } } : def;
};

/** An entry as it is, to be changed: what is saved is a further version, unreviewed until somebody signs it. */
export function EditEntry(p: { kind: ReferenceKind; def: RecordDef; entry: AnyEntry; done(): void }) {
  const { kind, def, entry, done } = p;
  const asked = useMemo(() => explained(def), [def]);
  const [id] = useState(() => device.newId());
  const identity = IDENTITY[kind] ?? [];
  const fixed = Object.fromEntries(identity.map((field) => [field, (entry.used[field] ?? null) as Json]));
  return (
    <RecordForm
      def={asked}
      fields={[...contentOf(kind), 'edit_reason']}
      widgets={WIDGETS_OF}
      fixed={{ ...fixed, entry_key: entry.key, ...nextVersion(entry) }}
      copied={entry.used}
      start={{ edit_reason: null }}
      draftKey={`${kind}:${entry.used.id}`}
      saveLabel="Save as a new version"
      onCancel={done}
      save={async (patch) => {
        await keepWishes([{ kind, id, op: 'create', base: 0, patch }], 'A new version.');
        done();
      }}
    />
  );
}

/** An entry that the shipped reference does not have. */
export function AddEntry({ kind, def }: { kind: ReferenceKind; def: RecordDef }) {
  const asked = useMemo(() => explained(def), [def]);
  const [id] = useState(() => device.newId());
  const navigate = useNavigate();
  const back = () => void navigate({ to: '/reference/$kind', params: { kind } });
  return (
    <>
      <header className="page-head">
        <Link
          to="/reference/$kind"
          params={{ kind }}
          className="icon-button"
          aria-label={`Back to ${TITLES[kind].toLowerCase()}`}
        >
          <IconArrowLeft size="1.2rem" aria-hidden />
        </Link>
        <h1>Add an entry</h1>
      </header>
      <RecordForm
        def={asked}
        fields={[...contentOf(kind).filter((field) => field !== 'withdrawn'), 'edit_reason']}
        widgets={WIDGETS_OF}
        draftKey={`${kind}:new`}
        saveLabel="Add it"
        onCancel={back}
        save={async (patch) => {
          const entry_key = keyOf(kind, patch);
          if (entry_key === '' || peekBy(kind, 'entry_key', entry_key).length > 0)
            throw new ProblemError('TAKEN', { say: 'The reference has this entry already. Find it, and change it there.' });
          const all = { ...patch, entry_key, release: 0, edit: 1 };
          await keepWishes([{ kind, id, op: 'create', base: 0, patch: all }], `${titleOfEntry(kind, all as never)} added.`);
          await navigate({ to: '/reference/$kind/$key', params: { kind, key: entry_key }, replace: true });
        }}
      />
    </>
  );
}
