import { Button } from '@mantine/core';
import { type Json, may, type Patch, type RecordDef } from '@psa/domain';
import { contentOf, nextVersion, type ReferenceKind, versionName } from '@psa/domain/reference';
import { IconArrowLeft } from '@tabler/icons-react';
import { Link, useParams } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { RecordView } from '../../record/RecordView.tsx';
import { useSaying } from '../../record/saying.ts';
import { device, useRowState, useRows } from '../../store/index.ts';
import { showInstant } from '../../ui/days.ts';
import { Absent, Empty, Notice, Section, Tag } from '../../ui/Pieces.tsx';
import { keepWishes, tellProblem } from '../keep.tsx';
import { NotFound } from '../NotFound.tsx';
import { usePerson } from '../person.tsx';
import { type AnyEntry, type AnyVersion, entries, referenceDef, TITLES, titleOfEntry } from './kinds.ts';
import { AddEntry, EditEntry } from './ReferenceForms.tsx';
import { compare, sayIntervals } from './words.ts';

/** One entry: what it says, who stands behind it, its versions; and for its reviewers, how to change and sign it. */
export function ReferenceEntry() {
  const { kind, key } = useParams({ from: '/reference/$kind/$key' });
  const { actor } = usePerson();
  const found = referenceDef(kind);
  if (!found || !may(actor, 'read', found.def)) return <NotFound />;
  const writes = may(actor, 'create', found.def);
  if (key === 'new' && !writes) return <NotFound />;
  return (
    <div className="page form-page">
      {key === 'new' ? (
        <AddEntry kind={found.kind} def={found.def} />
      ) : (
        <One key={`${kind}/${key}`} kind={found.kind} def={found.def} entryKey={key} writes={writes} />
      )}
    </div>
  );
}

function One({ kind, def, entryKey, writes }: { kind: ReferenceKind; def: RecordDef; entryKey: string; writes: boolean }) {
  const rows = useRows(kind);
  const all = useMemo(() => entries(kind, rows), [kind, rows]);
  const entry = all.find(({ key }) => key === entryKey);
  const [editing, setEditing] = useState(false);
  const [older, setOlder] = useState<string | null>(null);
  if (!entry) return <Empty title="This entry is not on this device" />;
  const shown = entry.versions.find(({ id }) => id === older) ?? entry.used;
  const next = all.find((one) => one.used.is_reviewed !== true && one.key !== entryKey);
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
        <h1>{titleOfEntry(kind, entry.used)}</h1>
        <Sent kind={kind} row={shown} />
        <span className="row page-head-end">
          {writes && !editing && (
            <button type="button" className="button" onClick={() => setEditing(true)}>
              Edit
            </button>
          )}
        </span>
      </header>
      {editing ? (
        <EditEntry kind={kind} def={def} entry={entry} done={() => setEditing(false)} />
      ) : (
        <>
          {entry.offered && (
            <Decide kind={kind} def={def} entry={entry} other={entry.offered} writes={writes} edit={() => setEditing(true)} />
          )}
          <div className="reference-head">
            <Standing kind={kind} row={shown} used={shown.id === entry.used.id} writes={writes} next={next} />
          </div>
          <RecordView def={def} row={shown} skip={['intervals']} brief />
          {typeof shown.intervals === 'object' && shown.intervals !== null && (
            <div className="values">
              <h3>Intervals{shown.unit ? `, ${String(shown.unit)}` : ''}</h3>
              <p className="reference-lines num">{sayIntervals(shown.intervals as Json) ?? <Absent />}</p>
            </div>
          )}
          <Versions entry={entry} shown={shown} show={setOlder} />
        </>
      )}
    </>
  );
}

function Sent({ kind, row }: { kind: ReferenceKind; row: AnyVersion }) {
  const state = useRowState(kind, row.id);
  return state.unsent > 0 ? <Tag tone="info">waiting to be sent</Tag> : null;
}

/** Who stands behind the version that is shown; its reviewers sign it here, and go on to the next. */
function Standing(p: { kind: ReferenceKind; row: AnyVersion; used: boolean; writes: boolean; next: AnyEntry | undefined }) {
  const { kind, row, used, writes, next } = p;
  const how = useSaying();
  const [signing, setSigning] = useState(false);
  if (row.is_reviewed === true)
    return (
      <Notice
        tone="done"
        actions={
          next &&
          writes && (
            <Link className="button" to="/reference/$kind/$key" params={{ kind, key: next.key }}>
              Next unreviewed
            </Link>
          )
        }
      >
        Version {versionName(row)}, reviewed and signed
        {row.reviewed_by ? ` by ${how.linked('users', row.reviewed_by)}` : ''}
        {row.reviewed_at ? `, ${showInstant(row.reviewed_at, how.zone, how.now)}` : ''}.{!used && ' It is no longer in use.'}
      </Notice>
    );
  const sign = () =>
    keepWishes(
      [{ kind, id: row.id, op: 'edit', base: row.row_version, patch: { is_reviewed: true } }],
      `Version ${versionName(row)} signed.`,
    ).catch(tellProblem);
  const actions =
    writes && used ? (
      signing ? (
        <>
          <Button onClick={() => void sign()}>Sign it</Button>
          <Button variant="default" onClick={() => setSigning(false)}>
            Not yet
          </Button>
        </>
      ) : (
        <Button onClick={() => setSigning(true)}>Review and sign</Button>
      )
    ) : undefined;
  return (
    <Notice tone="neutral" title={`Version ${versionName(row)}, unreviewed`} actions={actions}>
      {signing
        ? 'I have read every line, held it against its sources, and stand behind it for this unit. My name and the time are kept with it.'
        : used
          ? 'Nobody of the unit has read and signed it yet. Wherever it is used, it is marked so.'
          : 'It is not in use.'}
    </Notice>
  );
}

/** What is used beside what came: only what differs, and three ways to go on. */
function Decide(p: { kind: ReferenceKind; def: RecordDef; entry: AnyEntry; other: AnyVersion; writes: boolean; edit(): void }) {
  const { kind, def, entry, other, writes, edit } = p;
  const how = useSaying(def);
  const called = other.edit === 0 ? 'shipped' : 'theirs';
  const settle = (from: AnyVersion, edit_reason: string, said: string) => {
    const content = Object.fromEntries(contentOf(kind).map((field) => [field, (from[field] ?? null) as Json]));
    const patch: Patch = { ...content, entry_key: entry.key, ...nextVersion(entry), edit_reason };
    keepWishes([{ kind, id: device.newId(), op: 'create', base: 0, patch }], said).catch(tellProblem);
  };
  return (
    <section className="card" data-tone="conflict" aria-label="To decide">
      <div className="card-head">
        <h2>
          {other.edit === 0
            ? `Release ${other.release} says something else`
            : 'Somebody changed it without having seen this version'}
        </h2>
      </div>
      <p className="muted">Ours stays in use until it is decided.</p>
      <div className="versions-wrap">
        <table className="versions">
          <thead>
            <tr>
              <td />
              <th scope="col">Ours, {versionName(entry.used)}</th>
              <th scope="col">
                {other.edit === 0 ? 'Shipped' : 'Theirs'}, {versionName(other)}
              </th>
            </tr>
          </thead>
          <tbody>
            {compare(kind, def, entry.used, other, how).map(({ field, label, ours, other: said }) => (
              <tr key={field} data-differs>
                <th scope="row">{label}</th>
                <td>{ours ?? <Absent />}</td>
                <td>{said ?? <Absent />}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {writes ? (
        <div className="card-foot">
          <Button
            variant="default"
            onClick={() => settle(entry.used, `Kept ours; version ${versionName(other)} was compared.`, 'Ours is kept.')}
          >
            Keep ours
          </Button>
          <Button
            variant="default"
            onClick={() => settle(other, `Taken from version ${versionName(other)}.`, `Taken as ${called}.`)}
          >
            Take {called}
          </Button>
          <Button variant="default" onClick={edit}>
            Edit
          </Button>
        </div>
      ) : (
        <p className="muted">Whoever reviews this catalogue must decide.</p>
      )}
    </section>
  );
}

/** Every version there was, the newest first; each can be read. */
function Versions({ entry, shown, show }: { entry: AnyEntry; shown: AnyVersion; show(id: string | null): void }) {
  const how = useSaying();
  return (
    <Section title="Versions">
      <ul className="lines">
        {entry.versions.map((one) => (
          <li key={one.id}>
            <button
              type="button"
              className="line reference-version"
              aria-current={one.id === shown.id ? 'true' : undefined}
              onClick={() => show(one.id === entry.used.id ? null : one.id)}
            >
              <span>
                <strong className="num">{versionName(one)}</strong>{' '}
                <span className="muted small">
                  {one.edit === 0 ? 'as shipped' : `by ${one.created_by ? how.linked('users', one.created_by) : 'you'}`}
                  {one.created_at ? `, ${showInstant(one.created_at, how.zone, how.now)}` : ''}
                </span>
                {one.edit_reason && (
                  <>
                    <br />
                    <span className="small">{one.edit_reason}</span>
                  </>
                )}
              </span>
              <span className="row">
                {one.id === entry.used.id && <Tag tone="neutral">in use</Tag>}
                {one.is_reviewed === true && <Tag tone="done">reviewed</Tag>}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </Section>
  );
}
