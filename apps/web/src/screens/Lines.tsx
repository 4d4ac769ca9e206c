import { type AnyRow, type Kind, may, type Patch, recordOf } from '@psa/domain';
import { newestOf } from '../record/moment.ts';
import { offer } from '../record/offer.ts';
import { RecordTable } from '../record/RecordTable.tsx';
import { titleOf } from '../record/values.ts';
import { device, useRowsBy } from '../store/index.ts';
import { Section } from '../ui/Pieces.tsx';
import { CheckedForm } from './checks/CheckedForm.tsx';
import { EntryLink } from './EntryLink.tsx';
import { keepWishes } from './keep.tsx';
import { usePerson } from './person.tsx';

/** Lines of an entry, and a form for one more. */
export function Lines({
  kind,
  field,
  parent,
  adding,
  setAdding,
}: {
  kind: Kind;
  field: string;
  parent: AnyRow;
  /** The id of the line being written. */
  adding: string | null;
  setAdding(id: string | null): void;
}) {
  const def = recordOf(kind);
  const { actor } = usePerson();
  const rows = useRowsBy(kind, field, parent.id);
  if (!def || !may(actor, 'read', def)) return null;
  const patientId = typeof parent.patient_id === 'string' ? parent.patient_id : undefined;
  const fixed: Patch = { [field]: parent.id, ...('patient_id' in def.fields && patientId ? { patient_id: patientId } : {}) };
  const offered = offer(actor, def);
  // A checklist of an operation: one each.
  const single = def.unique?.some((rule) => rule.fields.length === 1 && rule.fields[0] === field) ?? false;
  return (
    <Section
      title={def.titles}
      actions={
        adding === null &&
        !(single && rows.length > 0) &&
        may(actor, 'create', def) && (
          <button type="button" className="button" onClick={() => setAdding(device.newId())}>
            Add {def.title.toLowerCase()}
          </button>
        )
      }
    >
      {adding !== null && (
        <CheckedForm
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
        adding === null && <p className="muted">None yet.</p>
      ) : (
        <RecordTable
          def={def}
          rows={newestOf(def, rows)}
          ordered
          part
          link={(row, children, props) => (
            <EntryLink kind={kind} row={row} {...props}>
              {children}
            </EntryLink>
          )}
        />
      )}
    </Section>
  );
}
