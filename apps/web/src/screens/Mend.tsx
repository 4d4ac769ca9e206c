import { Button } from '@mantine/core';
import { type Kind, type Patch, recordOf } from '@psa/domain';
import { nextVersion } from '@psa/domain/reference';
import { type AttentionEntry, repair } from '@psa/sync';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { rawOf, sectionsOf } from '../record/form.ts';
import { usePresent } from '../record/present.ts';
import { loose } from '../record/values.ts';
import { peekBy, useAttention, useRow } from '../store/index.ts';
import { Empty, Notice } from '../ui/Pieces.tsx';
import { About } from './About.tsx';
import { CheckedForm } from './checks/CheckedForm.tsx';
import { patientIdOf, type RefusedMutation, refusedMutations } from './conflict-view.ts';
import { keepWishes, tellProblem } from './keep.tsx';
import { type AnyVersion, referenceDef } from './reference/kinds.ts';

/** A refused save is opened with what it contained, corrected, and sent again. */
export function Mend() {
  const { group } = useParams({ from: '/attention/$group' });
  const { refused } = useAttention();
  const entry = refused.find((e) => e.group.group === group);
  if (!entry) {
    return (
      <div className="page">
        <Empty title="This is settled" action={<Link to="/attention">Back to what needs attention</Link>} />
      </div>
    );
  }
  return <Steps entry={entry} />;
}

function Steps({ entry }: { entry: AttentionEntry }) {
  const [mended, setMended] = useState<Record<string, Patch>>({});
  const navigate = useNavigate();
  const forms = refusedMutations(entry).filter(
    (r) => r.say !== undefined && ['create', 'edit'].includes(r.mutation.op) && recordOf(r.mutation.kind),
  );
  const left = forms.filter((r) => !(r.mutation.mid in mended));
  const current = left[0];
  const send = async (all: Record<string, Patch>) => {
    await keepWishes(repair(entry, all), 'Mended.', undefined, { group: entry.group.group });
    await navigate({ to: '/attention' });
  };
  return (
    <div className="page form-page">
      <header className="page-head">
        <h1>Mend and send again</h1>
        {forms.length > 1 && (
          <p className="muted">
            {forms.length - left.length + 1} of {forms.length}
          </p>
        )}
      </header>
      {current ? (
        <MendOne
          key={current.mutation.mid}
          refused={current}
          last={left.length === 1}
          done={async (patch) => {
            const all = { ...mended, [current.mutation.mid]: patch };
            if (left.length === 1) await send(all);
            else setMended(all);
          }}
        />
      ) : (
        <div className="stack">
          <p>There is no field to correct. It can be sent again as it is, now that things may have changed.</p>
          <div>
            <Button onClick={() => void send({}).catch(tellProblem)}>Send again</Button>
          </div>
        </div>
      )}
    </div>
  );
}

function MendOne({ refused, last, done }: { refused: RefusedMutation; last: boolean; done(patch: Patch): Promise<void> }) {
  const { mutation, say, fields } = refused;
  const def = recordOf(mutation.kind);
  const row = useRow(mutation.kind as Kind, mutation.id);
  const present = usePresent();
  const navigate = useNavigate();
  if (!def) return null;
  // Which patient it is about is not for mending; everything else that was written is.
  const offered = sectionsOf(def)
    .flatMap((s) => s.fields)
    .filter((name) => def.fields[name]?.to !== 'patients');
  const before = mutation.op === 'edit' ? row : undefined;
  const written = Object.entries(mutation.patch);
  const start = Object.fromEntries(
    written
      .filter(([name]) => offered.includes(name))
      .map(([name, value]) => [
        name,
        rawOf(def.fields[name] ?? { kind: 'text', label: name, required: false }, value, present),
      ]),
  );
  const kept = before ? {} : Object.fromEntries(written.filter(([name]) => !offered.includes(name)));
  // A version of an entry that somebody else numbered alike goes after theirs.
  const entry = before ? null : referenceDef(mutation.kind);
  const fixed = entry
    ? {
        ...kept,
        ...nextVersion({ versions: peekBy(mutation.kind, 'entry_key', String(kept.entry_key)) as unknown as AnyVersion[] }),
      }
    : kept;
  return (
    <div className="stack">
      <p>
        {def.title} <About kind={mutation.kind} id={mutation.id} values={mutation.patch} />
      </p>
      {say && <Notice tone="caution">{say}</Notice>}
      {entry && (
        <p>
          <Link to="/reference/$kind/$key" params={{ kind: entry.kind, key: String(kept.entry_key) }}>
            Their version
          </Link>
          . What you send again comes after it, and is used instead of it.
        </p>
      )}
      <CheckedForm
        def={def}
        row={before}
        patientId={patientIdOf(mutation.kind, mutation.id, { ...(row && loose(row)), ...mutation.patch })}
        draftKey={`mend:${mutation.mid}`}
        fields={offered}
        fixed={fixed}
        start={start}
        refused={fields}
        allowUnchanged
        saveLabel={last ? 'Send again' : 'Next'}
        onCancel={() => void navigate({ to: '/attention' })}
        save={async (patch) => {
          // A refused value that was put back to what stands now must not be sent again as it was.
          const reverted = before
            ? written
                .filter(([name]) => offered.includes(name) && !(name in patch))
                .map(([name]) => [name, loose(before)[name] ?? null])
            : [];
          const cleared = before
            ? []
            : written.filter(([name]) => offered.includes(name) && !(name in patch)).map(([name]) => [name, null]);
          await done({ ...Object.fromEntries([...reverted, ...cleared]), ...patch });
        }}
      />
    </div>
  );
}
