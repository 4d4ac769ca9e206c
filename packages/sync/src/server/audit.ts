import type { Patch, RecordDef } from '@psa/domain';
import type { Mutation, MutationResult } from '../protocol.ts';
import type { DecideContext } from './context.ts';
import type { AuditEntry } from './store.ts';
import { storable, storableText } from './values.ts';

/** The part of an audit entry that says who did it, to what, from where and when. Lengths are those of the record. */
export const auditHead = (ctx: DecideContext, m: Mutation, action: string): Omit<AuditEntry, 'old_values' | 'new_values'> => ({
  action,
  user_id: ctx.actor.user_id,
  table_name: storableText(m.kind).slice(0, 100),
  record_id: m.id,
  device_id: ctx.device,
  mutation_id: m.mid,
  ip_address: ctx.address?.slice(0, 45) ?? null,
  user_agent: ctx.user_agent === null ? null : storableText(ctx.user_agent).slice(0, 300),
  at: ctx.now,
});

/** That a row was made: with what was given, or as the reading that such a row reports. */
export function auditCreation(ctx: DecideContext, def: RecordDef, m: Mutation, given: Patch): AuditEntry {
  const { reads } = def;
  if (reads === undefined) return { ...auditHead(ctx, m, 'create'), old_values: null, new_values: given };
  const { [reads]: of, ...rest } = given;
  const read = { ...m, kind: def.fields[reads]?.to ?? m.kind, id: String(of) };
  return { ...auditHead(ctx, read, 'read'), old_values: null, new_values: rest };
}

/** That a mutation was refused, and why. */
export const auditRefusal = (ctx: DecideContext, m: Mutation, result: MutationResult): AuditEntry => ({
  ...auditHead(ctx, m, 'refuse'),
  old_values: null,
  new_values: storable({ op: m.op, code: result.code ?? null, fields: { ...result.fields } }),
});
