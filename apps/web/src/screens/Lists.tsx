import { type Kind, may, RECORDS, type RecordDef, recordOf, SYNCED } from '@psa/domain';
import { IconArrowLeft, IconChevronRight } from '@tabler/icons-react';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { RecordForm } from '../record/RecordForm.tsx';
import { RecordTable } from '../record/RecordTable.tsx';
import { RecordView } from '../record/RecordView.tsx';
import { titleOf } from '../record/values.ts';
import { device, useRow, useRowState, useRows } from '../store/index.ts';
import { Empty, Section, Tag } from '../ui/Pieces.tsx';
import { keepWishes } from './keep.tsx';
import { NotFound } from './NotFound.tsx';
import { usePerson } from './person.tsx';

/** Conflicts have a page of their own. */
const LISTED = SYNCED.filter((def) => def.name !== 'sync_conflicts');

/** Forms can change what devices may write; the rest needs the network and its own page. */
const editable = (def: RecordDef) => def.merge !== 'server';

function useListed(kind: string): RecordDef | undefined {
  const { actor } = usePerson();
  const def = recordOf(kind);
  return def && LISTED.some((d) => d.name === def.name) && may(actor, 'read', def) ? def : undefined;
}

/** Every kind of record this person may read. */
export function Lists() {
  const { actor } = usePerson();
  const readable = LISTED.filter((def) => may(actor, 'read', def));
  const part = (title: string, defs: readonly RecordDef[]) =>
    defs.length > 0 && (
      <Section title={title}>
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
    );
  return (
    <div className="page">
      <header className="page-head">
        <h1>Lists</h1>
      </header>
      {part(
        'The unit',
        readable.filter((d) => d.scope === 'ref'),
      )}
      {actor.role === 'super_admin' && (
        <p>
          <Link to="/accounts">Accounts: approve and close</Link>
        </p>
      )}
      {part(
        'Patients',
        readable.filter((d) => d.scope !== 'ref'),
      )}
    </div>
  );
}

function Head({ kind, def, children }: { kind: string; def: RecordDef; children?: React.ReactNode }) {
  return (
    <header className="page-head">
      <Link to="/lists/$kind" params={{ kind }} className="icon-button" aria-label={`Back to ${def.titles.toLowerCase()}`}>
        <IconArrowLeft size="1.2rem" aria-hidden />
      </Link>
      {children}
    </header>
  );
}

/** All rows of one kind. */
export function ListOf() {
  const { kind } = useParams({ from: '/lists/$kind' });
  const def = useListed(kind);
  if (!def) return <NotFound />;
  return <Rows kind={kind as Kind} def={def} />;
}

function Rows({ kind, def }: { kind: Kind; def: RecordDef }) {
  const rows = useRows(kind);
  const { actor } = usePerson();
  return (
    <div className="page list-page">
      <header className="page-head">
        <Link to="/lists" className="icon-button" aria-label="Back to lists">
          <IconArrowLeft size="1.2rem" aria-hidden />
        </Link>
        <h1>{def.titles}</h1>
        {editable(def) && kind !== 'patients' && !hasPatient(def) && may(actor, 'create', def) && (
          <Link className="button button-main" to="/lists/$kind/new" params={{ kind }}>
            Add {def.title.toLowerCase()}
          </Link>
        )}
      </header>
      <RecordTable
        def={def}
        rows={rows}
        link={(row, children, props) => (
          <Link to="/lists/$kind/$id" params={{ kind, id: row.id }} preload={false} {...props}>
            {children}
          </Link>
        )}
      />
    </div>
  );
}

/** What belongs to a patient is added on the patient's page. */
const hasPatient = (def: RecordDef) => 'patient_id' in def.fields;

/** A new row from the declared form. */
export function NewOf() {
  const { kind } = useParams({ from: '/lists/$kind/new' });
  const def = useListed(kind);
  const navigate = useNavigate();
  const { actor } = usePerson();
  const [id] = useState(() => device.newId());
  if (!def || !editable(def) || !may(actor, 'create', def)) return <NotFound />;
  return (
    <div className="page form-page">
      <Head kind={kind} def={def}>
        <h1>Add {def.title.toLowerCase()}</h1>
      </Head>
      <RecordForm
        def={def}
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

/** One row: read, or changed in place. */
export function OneOf() {
  const { kind, id } = useParams({ from: '/lists/$kind/$id' });
  const def = useListed(kind);
  if (!def) return <NotFound />;
  return <One kind={kind as Kind} id={id} def={def} />;
}

function One({ kind, id, def }: { kind: Kind; id: string; def: RecordDef }) {
  const row = useRow(kind, id);
  const state = useRowState(kind, id);
  const { actor } = usePerson();
  const [editing, setEditing] = useState(false);
  if (!row) {
    return (
      <div className="page">
        <Empty title={`This ${def.title.toLowerCase()} is not on this device`} />
      </div>
    );
  }
  const patientId =
    kind === 'patients' ? id : 'patient_id' in row && typeof row.patient_id === 'string' ? row.patient_id : undefined;
  return (
    <div className="page form-page">
      <Head kind={kind} def={def}>
        <h1>{titleOf(kind, row)}</h1>
        {state.conflicts.length > 0 && <Tag tone="conflict">conflict to settle</Tag>}
        {state.unsent > 0 && <Tag tone="info">waiting to be sent</Tag>}
        {patientId && (
          <Link className="button" to="/patients/$patientId" params={{ patientId }}>
            Open the patient
          </Link>
        )}
        {!patientId && editable(def) && !editing && may(actor, 'edit', def) && (
          <button type="button" className="button" onClick={() => setEditing(true)}>
            Edit
          </button>
        )}
      </Head>
      {editing ? (
        <RecordForm
          def={def}
          row={row}
          draftKey={`${kind}:${id}`}
          saveLabel="Save changes"
          onCancel={() => setEditing(false)}
          save={async (patch, base) => {
            if (Object.keys(patch).length > 0) await keepWishes([{ kind, id, op: 'edit', base, patch }], 'Changed.');
            setEditing(false);
          }}
        />
      ) : (
        <RecordView def={def} row={row} all />
      )}
      {def.merge === 'server' && def.name in RECORDS && (
        <p className="muted small">This is kept by the server and changed by an administrator while connected.</p>
      )}
    </div>
  );
}
