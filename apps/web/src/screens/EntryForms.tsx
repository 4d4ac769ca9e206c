import { type AnyRow, type Json, type Kind, LINE_OF, mergeRuleOf, type Patch, type RecordDef } from '@psa/domain';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { rawOf } from '../record/form.ts';
import { offer } from '../record/offer.ts';
import { usePresent } from '../record/present.ts';
import { RecordForm } from '../record/RecordForm.tsx';
import { device } from '../store/index.ts';
import { keepWishes } from './keep.tsx';
import { usePerson } from './person.tsx';

/** Entries that are never edited: what was wrong is taken back, and entered again. */
export const isFixed = (def: RecordDef): boolean =>
  Object.keys(def.fields).every((f) => /^(append|server)$/.test(mergeRuleOf(def, f)));

/** Changes an entry in place: what this person may change of it now. */
export function Edit({ def, row, done }: { def: RecordDef; row: AnyRow; done(): void }) {
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
export function Correction({ def, row, done }: { def: RecordDef; row: AnyRow; done(): void }) {
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
    const kept = name === 'patient_id' || name === 'admission_id' || name === LINE_OF[def.name as Kind]?.field;
    if (field.hidden || kept) fixed[name] = value;
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
