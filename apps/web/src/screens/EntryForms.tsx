import { TextInput } from '@mantine/core';
import {
  type Actor,
  type AnyRow,
  type Json,
  type Kind,
  LINE_OF,
  may,
  mergeRuleOf,
  type Patch,
  ProblemError,
  type RecordDef,
  SYNCED,
  stampsOf,
} from '@psa/domain';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { offer } from '../record/offer.ts';
import { device, peekBy } from '../store/index.ts';
import { CheckedForm } from './checks/CheckedForm.tsx';
import { keepWishes } from './keep.tsx';
import { usePerson } from './person.tsx';

/** Entries that are never edited: what was wrong is taken back, and entered again. */
const isFixed = (def: RecordDef): boolean =>
  Object.keys(def.fields).every((f) => /^(append|server)$/.test(mergeRuleOf(def, f)));

/** Links to rows of a kind, wherever they are declared. */
const linksTo = (kind: string): { kind: string; field: string }[] =>
  SYNCED.flatMap((def) =>
    Object.entries(def.fields).flatMap(([field, f]) => (f.to === kind ? [{ kind: def.name, field }] : [])),
  );

/**
 * Whether this entry may be corrected by this person: their own (the new one names whoever enters it), to which nothing points, of a kind
 * that holds nothing signed. Others remove it, and enter anew.
 */
export function mayCorrect(actor: Actor, def: RecordDef, row: AnyRow): boolean {
  if (!isFixed(def) || def.corrected === 'by removing' || !may(actor, 'create', def) || !may(actor, 'retract', def))
    return false;
  const stamp = stampsOf(def).find((s) => s.as === 'who' && s.of === undefined)?.field;
  const doer = (stamp ? row[stamp] : null) ?? row.created_by ?? actor.user_id;
  return doer === actor.user_id && !linksTo(def.name).some(({ kind, field }) => peekBy(kind, field, row.id).length > 0);
}

/** Changes an entry in place: what this person may change of it now. */
export function Edit({ def, row, done }: { def: RecordDef; row: AnyRow; done(): void }) {
  const { actor } = usePerson();
  const offered = offer(actor, def, row);
  return (
    <CheckedForm
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
  const [id] = useState(() => device.newId());
  const [reason, setReason] = useState('');
  const offered = offer(actor, def);
  // What the form does not show goes over as it was: the patient, what it is a line of, what is kept out of sight.
  const fixed: Patch = {};
  for (const [name, field] of Object.entries(def.fields)) {
    const value = row[name] as Json | undefined;
    if (value === null || value === undefined || mergeRuleOf(def, name) === 'server') continue;
    const kept = name === 'patient_id' || name === LINE_OF[def.name as Kind]?.field;
    if (field.hidden || kept) fixed[name] = value;
  }
  return (
    <CheckedForm
      def={offered.def}
      fields={offered.fields}
      held={offered.held}
      fixed={fixed}
      copied={row}
      draftKey={`${def.name}:correct:${row.id}`}
      saveLabel="Save the correction"
      onCancel={done}
      aside={() => (
        <TextInput
          label="What was wrong"
          value={reason}
          onChange={(e) => setReason(e.currentTarget.value)}
          maxLength={1000}
          autoComplete="off"
          labelProps={{ 'data-needed': true }}
        />
      )}
      save={async (patch) => {
        if (!reason.trim()) throw new ProblemError('INVALID', { say: 'Say what was wrong.' });
        await keepWishes(
          [
            { kind: def.name, id: row.id, op: 'retract', base: row.row_version, patch: {}, reason: reason.trim() },
            { kind: def.name, id, op: 'create', base: 0, patch },
          ],
          'Corrected.',
        );
        await navigate({ to: '/lists/$kind/$id', params: { kind: def.name, id }, replace: true });
      }}
    />
  );
}
