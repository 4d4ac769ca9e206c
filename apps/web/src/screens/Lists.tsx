import { TextInput } from '@mantine/core';
import { AREA_OF, AREAS, type Kind, LINE_OF, may, type RecordDef, recordOf, SYNCED } from '@psa/domain';
import { IconArrowLeft, IconChevronRight } from '@tabler/icons-react';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { momentField, newestOf } from '../record/moment.ts';
import { isMine, offer } from '../record/offer.ts';
import { RecordForm } from '../record/RecordForm.tsx';
import { RecordTable } from '../record/RecordTable.tsx';
import { titleOf } from '../record/values.ts';
import { useScoreNames } from '../scores/names.ts';
import { device, useRows } from '../store/index.ts';
import { plainWords } from '../ui/names.ts';
import { Empty, Section } from '../ui/Pieces.tsx';
import { EntryLink } from './EntryLink.tsx';
import { keepWishes } from './keep.tsx';
import { NotFound } from './NotFound.tsx';
import { usePerson } from './person.tsx';

/** What people look up by name. */
const NAMED: readonly string[] = ['patients', 'users', 'wards', 'facilities', 'surgical_consumables', 'cme_topics'];

/** What has no area has a page of its own. */
const LISTED = SYNCED.filter((def) => AREA_OF[def.name as Kind] !== null);

/** Forms can change what devices may write; the rest needs the network and its own page. */
export const editable = (def: RecordDef) => def.merge !== 'server';

/** The declaration of a kind that this person may read. */
export function useListed(kind: string): RecordDef | undefined {
  const { actor } = usePerson();
  const def = recordOf(kind);
  return def && LISTED.some((d) => d.name === def.name) && may(actor, 'read', def) ? def : undefined;
}

/** Every kind of record this person may read, by the part of the work it belongs to. */
export function Lists() {
  const { actor } = usePerson();
  const [query, setQuery] = useState('');
  const words = plainWords(query).split(' ').filter(Boolean);
  const readable = LISTED.filter((def) => may(actor, 'read', def)).filter((def) =>
    words.every((w) => plainWords(`${def.titles} ${def.about}`).includes(w)),
  );
  return (
    <div className="page">
      <header className="page-head">
        <h1>Lists</h1>
      </header>
      <TextInput
        aria-label="Find a list"
        placeholder="Find a list"
        value={query}
        onChange={(e) => setQuery(e.currentTarget.value)}
        autoComplete="off"
        className="lists-find"
      />
      {actor.role === 'super_admin' && query === '' && <AdminLinks />}
      {query === '' && (
        <ul className="lines admin-links">
          <li>
            <Link to="/reference">Reference data: medicines, tests, procedures, and who has reviewed them</Link>
          </li>
        </ul>
      )}
      {AREAS.map((area) => {
        const defs = readable.filter((def) => AREA_OF[def.name as Kind] === area);
        return (
          defs.length > 0 && (
            <Section key={area} title={area}>
              <ul className="lines">
                {defs.map((def) => (
                  <li key={def.name}>
                    <Link to="/lists/$kind" params={{ kind: def.name }} className="line">
                      <span>
                        <strong>{def.titles}</strong>
                        <br />
                        <span className="muted small">{def.about}</span>
                      </span>
                      <IconChevronRight size="1.1rem" aria-hidden />
                    </Link>
                  </li>
                ))}
              </ul>
            </Section>
          )
        );
      })}
      {readable.length === 0 && <Empty title="No list by that name" />}
    </div>
  );
}

const AdminLinks = () => (
  <ul className="lines admin-links">
    <li>
      <Link to="/accounts">Accounts: approve and close</Link>
    </li>
    <li>
      <Link to="/audit">Audit trail: who did or read what</Link>
    </li>
  </ul>
);

/** All rows of one kind. */
export function ListOf() {
  const { kind } = useParams({ from: '/lists/$kind' });
  const def = useListed(kind);
  if (!def) return <NotFound />;
  return <Rows kind={kind as Kind} def={def} />;
}

function Rows({ kind, def }: { kind: Kind; def: RecordDef }) {
  const all = useRows(kind);
  const { actor } = usePerson();
  // What happened comes newest first, what has a name by its name.
  const happens = momentField(def) !== undefined && !NAMED.includes(kind);
  const sorted = useMemo(() => {
    const mine = all.filter((row) => isMine(actor, def, row));
    return happens ? newestOf(def, mine) : mine;
  }, [all, actor, def, happens]);
  const rows = useScoreNames(kind, sorted);
  return (
    <div className="page list-page">
      <header className="page-head">
        <Link to="/lists" className="icon-button" aria-label="Back to lists">
          <IconArrowLeft size="1.2rem" aria-hidden />
        </Link>
        <h1>{def.titles}</h1>
        {editable(def) && !addedElsewhere(def) && may(actor, 'create', def) && (
          <Link className="button button-main" to="/lists/$kind/new" params={{ kind }}>
            Add {def.title.toLowerCase()}
          </Link>
        )}
      </header>
      <RecordTable
        def={def}
        rows={rows}
        ordered={happens}
        first={kind !== 'patients' && 'patient_id' in def.fields ? 'patient_id' : undefined}
        link={(row, children, props) => (
          <EntryLink kind={kind} row={row} {...props}>
            {children}
          </EntryLink>
        )}
      />
    </div>
  );
}

/** What belongs to a patient is added on the patient's page, and a line of something under that. */
const addedElsewhere = (def: RecordDef) =>
  def.name === 'patients' || def.fields.patient_id?.required === true || def.name in LINE_OF;

/** A new row from the declared form. */
export function NewOf() {
  const { kind } = useParams({ from: '/lists/$kind/new' });
  const def = useListed(kind);
  const navigate = useNavigate();
  const { actor } = usePerson();
  const [id] = useState(() => device.newId());
  if (!def || !editable(def) || !may(actor, 'create', def)) return <NotFound />;
  const offered = offer(actor, def);
  return (
    <div className="page form-page">
      <header className="page-head">
        <Link to="/lists/$kind" params={{ kind }} className="icon-button" aria-label={`Back to ${def.titles.toLowerCase()}`}>
          <IconArrowLeft size="1.2rem" aria-hidden />
        </Link>
        <h1>Add {def.title.toLowerCase()}</h1>
      </header>
      <RecordForm
        def={offered.def}
        fields={offered.fields}
        held={offered.held}
        draftKey={`${kind}:new`}
        saveLabel={`Add ${def.title.toLowerCase()}`}
        onCancel={() => void navigate({ to: '/lists/$kind', params: { kind } })}
        save={async (patch) => {
          await keepWishes([{ kind, id, op: 'create', base: 0, patch }], `${titleOf(kind, patch)} added.`);
          await navigate({ to: '/lists/$kind/$id', params: { kind, id }, replace: true });
        }}
      />
    </div>
  );
}
