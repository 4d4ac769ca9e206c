import { Menu } from '@mantine/core';
import { type AnyRow, type Json, type Kind, may, mergeRuleOf, type Patch, type RecordDef, recordOf } from '@psa/domain';
import { IconDots } from '@tabler/icons-react';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { rawOf } from '../record/form.ts';
import { newestOf } from '../record/moment.ts';
import { mayChange, offer } from '../record/offer.ts';
import { usePresent } from '../record/present.ts';
import { RecordForm } from '../record/RecordForm.tsx';
import { RecordTable } from '../record/RecordTable.tsx';
import { RecordView } from '../record/RecordView.tsx';
import { titleOf } from '../record/values.ts';
import { device, useRow, useRowState, useRowsBy } from '../store/index.ts';
import { Empty, Section, Tag } from '../ui/Pieces.tsx';
import { RemoveEntry } from './Correct.tsx';
import { keepWishes } from './keep.tsx';
import { editable, Head, useListed } from './Lists.tsx';
import { NotFound } from './NotFound.tsx';
import { linesOf } from './patients/record-kinds.ts';
import { usePerson } from './person.tsx';

/** Kinds whose entries are changed on the patient's page, by screens of their own. */
const OWN_SCREENS: readonly string[] = ['patients', 'patient_admissions', 'patient_allergies'];

/** One row: read, changed in place, corrected or removed; with its lines. */
export function OneOf() {
  const { kind, id } = useParams({ from: '/lists/$kind/$id' });
  const def = useListed(kind);
  if (!def) return <NotFound />;
  return <One key={id} kind={kind as Kind} id={id} def={def} />;
}

function One({ kind, id, def }: { kind: Kind; id: string; def: RecordDef }) {
  const row = useRow(kind, id) as AnyRow | undefined;
  const state = useRowState(kind, id);
  const { actor } = usePerson();
  const navigate = useNavigate();
  const [doing, setDoing] = useState<'reading' | 'editing' | 'correcting' | 'removing'>('reading');
  if (!row) {
    return (
      <div className="page">
        <Empty title={`This ${def.title.toLowerCase()} is not on this device`} />
      </div>
    );
  }
  const patientId = kind === 'patients' ? id : typeof row.patient_id === 'string' ? row.patient_id : undefined;
  const here = editable(def) && !OWN_SCREENS.includes(kind);
  const corrects = here && isFixed(def) && may(actor, 'create', def) && may(actor, 'retract', def);
  const read = () => setDoing('reading');
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
        {here && doing === 'reading' && mayChange(actor, def, row) && (
          <button type="button" className="button" onClick={() => setDoing('editing')}>
            Edit
          </button>
        )}
        {corrects && doing === 'reading' && (
          <button type="button" className="button" onClick={() => setDoing('correcting')}>
            Correct
          </button>
        )}
        {here && doing === 'reading' && may(actor, 'retract', def) && (
          <Menu position="bottom-end">
            <Menu.Target>
              <button type="button" className="icon-button" aria-label="More about this entry">
                <IconDots size="1.2rem" aria-hidden />
              </button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={() => setDoing('removing')}>Remove…</Menu.Item>
            </Menu.Dropdown>
          </Menu>
        )}
      </Head>
      {doing === 'editing' && <Edit def={def} row={row} done={read} />}
      {doing === 'correcting' && <Correction def={def} row={row} done={read} />}
      {(doing === 'reading' || doing === 'removing') && <RecordView def={def} row={row} all />}
      <RemoveEntry
        def={def}
        row={row}
        open={doing === 'removing'}
        close={read}
        removed={() =>
          void (patientId
            ? navigate({ to: '/patients/$patientId/record/$kind', params: { patientId, kind }, replace: true })
            : navigate({ to: '/lists/$kind', params: { kind }, replace: true }))
        }
      />
      {doing === 'reading' && linesOf(kind).map((line) => <Lines key={line.kind} {...line} parent={row} />)}
      {!editable(def) && (
        <p className="muted small">This is kept by the server and changed by an administrator while connected.</p>
      )}
    </div>
  );
}

/** Entries that are never edited: what was wrong is taken back, and entered again. */
const isFixed = (def: RecordDef): boolean =>
  Object.keys(def.fields).every((f) => /^(append|server)$/.test(mergeRuleOf(def, f)));

function Edit({ def, row, done }: { def: RecordDef; row: AnyRow; done(): void }) {
  const { actor } = usePerson();
  const offered = offer(actor, def, row);
  return (
    <RecordForm
      def={offered.def}
      fields={offered.fields}
      held={offered.held}
      row={row}
      draftKey={`${def.name}:${row.id}`}
      saveLabel="Save changes"
      onCancel={done}
      save={async (patch, base) => {
        if (Object.keys(patch).length > 0)
          await keepWishes([{ kind: def.name, id: row.id, op: 'edit', base, patch }], 'Changed.');
        done();
      }}
    />
  );
}

/** The entry again, as it was; saving takes the old one back and adds the new one, both or neither. */
function Correction({ def, row, done }: { def: RecordDef; row: AnyRow; done(): void }) {
  const { actor } = usePerson();
  const navigate = useNavigate();
  const present = usePresent();
  const [id] = useState(() => device.newId());
  const offered = offer(actor, def);
  const start = Object.fromEntries(
    offered.fields.map((f) => [f, rawOf(def.fields[f] ?? { kind: 'text', label: f, required: false }, row[f], present)]),
  );
  // What the form does not show goes over as it was: the patient, the stay, what is kept out of sight.
  const fixed: Patch = {};
  for (const [name, field] of Object.entries(def.fields)) {
    const value = row[name] as Json | undefined;
    if (value === null || value === undefined || mergeRuleOf(def, name) === 'server') continue;
    if (field.hidden || name === 'patient_id' || name === 'admission_id') fixed[name] = value;
  }
  return (
    <RecordForm
      def={offered.def}
      fields={offered.fields}
      held={offered.held}
      fixed={fixed}
      start={start}
      draftKey={`${def.name}:correct:${row.id}`}
      saveLabel="Save the correction"
      onCancel={done}
      allowUnchanged
      save={async (patch) => {
        await keepWishes(
          [
            { kind: def.name, id: row.id, op: 'retract', base: row.row_version, patch: {}, reason: 'Corrected by a new entry' },
            { kind: def.name, id, op: 'create', base: 0, patch },
          ],
          'Corrected.',
        );
        await navigate({ to: '/lists/$kind/$id', params: { kind: def.name, id }, replace: true });
      }}
    />
  );
}

/** Lines of an entry, and a form for one more. */
function Lines({ kind, field, parent }: { kind: Kind; field: string; parent: AnyRow }) {
  const def = recordOf(kind);
  const { actor } = usePerson();
  const rows = useRowsBy(kind, field, parent.id);
  const [adding, setAdding] = useState<string | null>(null);
  if (!def || !may(actor, 'read', def)) return null;
  const patientId = typeof parent.patient_id === 'string' ? parent.patient_id : undefined;
  const fixed: Patch = { [field]: parent.id, ...('patient_id' in def.fields && patientId ? { patient_id: patientId } : {}) };
  const offered = offer(actor, def);
  return (
    <Section
      title={def.titles}
      actions={
        adding === null &&
        may(actor, 'create', def) && (
          <button type="button" className="button" onClick={() => setAdding(device.newId())}>
            Add {def.title.toLowerCase()}
          </button>
        )
      }
    >
      {adding !== null && (
        <RecordForm
          key={adding}
          def={offered.def}
          fields={offered.fields}
          held={offered.held}
          fixed={fixed}
          patientId={patientId}
          draftKey={`${kind}:new:${parent.id}`}
          saveLabel={`Add ${def.title.toLowerCase()}`}
          onCancel={() => setAdding(null)}
          save={async (patch) => {
            await keepWishes([{ kind, id: adding, op: 'create', base: 0, patch }], `${titleOf(kind, patch)} added.`);
            setAdding(null);
          }}
        />
      )}
      {rows.length === 0 ? (
        <p className="muted">None yet.</p>
      ) : (
        <div className="lines-table">
          <RecordTable
            def={def}
            rows={newestOf(def, rows)}
            link={(row, children, props) => (
              <Link to="/lists/$kind/$id" params={{ kind, id: row.id }} preload={false} {...props}>
                {children}
              </Link>
            )}
          />
        </div>
      )}
    </Section>
  );
}
