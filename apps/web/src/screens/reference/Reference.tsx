import { TextInput } from '@mantine/core';
import { may } from '@psa/domain';
import type { ReferenceKind } from '@psa/domain/reference';
import { IconArrowLeft, IconChevronRight, IconPencilQuestion } from '@tabler/icons-react';
import { Link, useParams } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { useRows } from '../../store/index.ts';
import { plainWords } from '../../ui/names.ts';
import { count } from '../../ui/numbers.ts';
import { Empty, Tag } from '../../ui/Pieces.tsx';
import { NotFound } from '../NotFound.tsx';
import { usePerson } from '../person.tsx';
import { type AnyEntry, entries, readableKinds, referenceDef, TITLES, titleOfEntry, underTitle } from './kinds.ts';

/** The catalogues, and how far each has been reviewed. */
export function Reference() {
  const { actor } = usePerson();
  return (
    <div className="page">
      <header className="page-head">
        <h1>Reference data</h1>
      </header>
      <p className="muted small reference-head">
        What the checks go by. It came with the app as a draft; an entry counts as reviewed once somebody of the unit has read
        and signed it. Each change is a new version, and what used an older one keeps it.
      </p>
      <ul className="lines">
        {readableKinds(actor).map((kind) => (
          <Catalogue key={kind} kind={kind} />
        ))}
      </ul>
    </div>
  );
}

const isReviewed = ({ used }: AnyEntry) => used.is_reviewed === true;

function Catalogue({ kind }: { kind: ReferenceKind }) {
  const rows = useRows(kind);
  const all = useMemo(() => entries(kind, rows), [kind, rows]);
  const waiting = all.filter(({ offered }) => offered !== null).length;
  return (
    <li>
      <Link to="/reference/$kind" params={{ kind }} className="line">
        <span>
          <strong>{TITLES[kind]}</strong>
          <br />
          <span className="muted small num">
            {all.length === 0
              ? 'not on this device yet'
              : `${all.filter(isReviewed).length} of ${count(all.length, 'entry', 'entries')} reviewed`}
          </span>
        </span>
        <span className="row">
          {waiting > 0 && <Tag tone="conflict">{waiting} to decide</Tag>}
          <IconChevronRight size="1.1rem" aria-hidden />
        </span>
      </Link>
    </li>
  );
}

const SHOWN = { all: 'All', open: 'Unreviewed', differ: 'To decide' } as const;
type Shown = keyof typeof SHOWN;

/** The entries of one catalogue, by name. */
export function ReferenceList() {
  const { kind } = useParams({ from: '/reference/$kind' });
  const { actor } = usePerson();
  const found = referenceDef(kind);
  if (!found || !may(actor, 'read', found.def)) return <NotFound />;
  return <List key={kind} kind={found.kind} adds={may(actor, 'create', found.def)} />;
}

function List({ kind, adds }: { kind: ReferenceKind; adds: boolean }) {
  const rows = useRows(kind);
  const [query, setQuery] = useState('');
  const [shown, setShown] = useState<Shown>('all');
  const all = useMemo(() => entries(kind, rows), [kind, rows]);
  const of: Readonly<Record<Shown, readonly AnyEntry[]>> = {
    all,
    open: all.filter((one) => !isReviewed(one)),
    differ: all.filter(({ offered }) => offered !== null),
  };
  const words = plainWords(query).split(' ').filter(Boolean);
  const found = of[shown].filter(({ key, used }) => {
    const text = plainWords(`${titleOfEntry(kind, used)} ${underTitle(kind, used)} ${key}`);
    return words.every((word) => text.includes(word));
  });
  return (
    <div className="page">
      <header className="page-head">
        <Link to="/reference" className="icon-button" aria-label="Back to the reference data">
          <IconArrowLeft size="1.2rem" aria-hidden />
        </Link>
        <h1>{TITLES[kind]}</h1>
        {adds && (
          <Link className="button" to="/reference/$kind/$key" params={{ kind, key: 'new' }}>
            Add an entry
          </Link>
        )}
      </header>
      <TextInput
        type="search"
        aria-label="Find an entry"
        placeholder="Name or class"
        value={query}
        onChange={(e) => setQuery(e.currentTarget.value)}
        autoComplete="off"
        className="lists-find"
      />
      <fieldset className="row reference-shown" aria-label="Which entries">
        {(Object.keys(SHOWN) as Shown[]).map((one) => (
          <button
            key={one}
            type="button"
            className={one === shown ? 'button button-main' : 'button'}
            aria-pressed={one === shown}
            onClick={() => setShown(one)}
          >
            {SHOWN[one]} <span className="num">{of[one].length}</span>
          </button>
        ))}
      </fieldset>
      <ul className="lines">
        {found.map((one) => (
          <Line key={one.key} kind={kind} entry={one} />
        ))}
      </ul>
      {found.length === 0 && <Empty title={all.length === 0 ? 'Not on this device yet' : 'No entry by that name'} />}
    </div>
  );
}

function Line({ kind, entry }: { kind: ReferenceKind; entry: AnyEntry }) {
  const { key, used, offered } = entry;
  return (
    <li>
      <Link to="/reference/$kind/$key" params={{ kind, key }} className="line">
        <span>
          <strong>{titleOfEntry(kind, used)}</strong>
          <br />
          <span className="muted small">{underTitle(kind, used)}</span>
        </span>
        <span className="row">
          {used.withdrawn === true && <Tag tone="neutral">not used</Tag>}
          {offered && <Tag tone="conflict">to decide</Tag>}
          {isReviewed(entry) ? (
            <Tag tone="done">reviewed</Tag>
          ) : (
            <span className="muted small reference-open">
              <IconPencilQuestion size="1em" stroke={1.8} aria-hidden /> unreviewed
            </span>
          )}
          <IconChevronRight size="1.1rem" aria-hidden />
        </span>
      </Link>
    </li>
  );
}
