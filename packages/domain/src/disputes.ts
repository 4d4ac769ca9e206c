/**
 * What must wait because something it rests on is in dispute. Declared by each record (`rests`); screens ask before they save, the server's one
 * way in asks again, with the same function. Pure.
 */
import type { Json } from './fields.ts';
import type { Patch, RecordDef, RestRule } from './record.ts';
import { recordOf } from './records/index.ts';

/** What is read of a row of `sync_conflicts`. */
export interface OpenConflict {
  id: string;
  kind: string;
  record_id: string;
  fields: readonly string[] | null;
  severity: string;
  status: string;
}

export interface Dispute<C extends OpenConflict = OpenConflict> {
  rule: RestRule;
  /** The conflicts that must be settled first; at least one. */
  conflicts: readonly C[];
}

type Row = Readonly<Record<string, Json | undefined>>;

/** The rules of a record that a wish comes under. @param before null for a new row. @param sent what the wish sets. */
export function restsTouched(def: RecordDef, before: Row | null, after: Row, sent: Patch): readonly RestRule[] {
  return (def.rests ?? []).filter(({ when: { create, sets } }) => {
    if (before === null && create === true) return true;
    return Object.entries(sets).some(([field, values]) => {
      if (!Object.hasOwn(sent, field)) return false;
      const value = after[field] ?? null;
      if (before !== null && (before[field] ?? null) === value) return false;
      return values.length === 0 ? value !== null && value !== false : values.some((v) => v === value);
    });
  });
}

/**
 * What holds up a wish, of what it rests on.
 * @param before the row as it is; null for a new one. @param after the row as it would be. @param sent what the wish sets.
 * @param conflicts those of the same patient, settled ones too.
 */
export function disputesOf<C extends OpenConflict>(
  def: RecordDef,
  before: Row | null,
  after: Row,
  sent: Patch,
  conflicts: readonly C[],
): Dispute<C>[] {
  return restsTouched(def, before, after, sent).flatMap((rule) => {
    const open = conflicts.filter(
      (c) => c.status === 'Open' && c.severity === 'high' && rule.on.some((on) => touches(on, after, c)),
    );
    return open.length === 0 ? [] : [{ rule, conflicts: open }];
  });
}

function touches(on: RestRule['on'][number], after: Row, conflict: OpenConflict): boolean {
  if (on.kind !== conflict.kind) return false;
  if (on.as !== undefined && after[on.as] !== conflict.record_id) return false;
  const asked = conflict.fields ?? [];
  return on.fields === undefined || asked.includes('deleted') || asked.some((field) => on.fields?.includes(field));
}

/** What stands in two versions, and what waits for it, in one sentence. */
export function disputeSentence({ rule, conflicts }: Dispute): string {
  const kinds = [...new Set(conflicts.map(({ kind }) => (recordOf(kind)?.title ?? kind).toLowerCase()))];
  const of = kinds.join(' and ');
  return `Two versions of the ${of} stand open. Settle them before ${rule.act}, or say why it cannot wait.`;
}
