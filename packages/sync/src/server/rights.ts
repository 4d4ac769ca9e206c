import { type Action, type AnyRow, may, mayOn as mayOnRow, mergeRuleOf, type Patch, type RecordDef } from '@psa/domain';
import type { DecideContext } from './context.ts';

/** Whether the actor may do this to this row: asked of the row as it was and as it will be, so that no edit moves a row out of or into reach. */
export function mayOn(ctx: DecideContext, action: Action, def: RecordDef, row: AnyRow, patch: Patch): boolean {
  if (row.facility_id !== ctx.actor.facility_id) return false;
  return ctx.origin === 'server' || mayOnRow(ctx.actor, action, def, row, patch);
}

/** As `mayOn`, when there is no row to look at. The server itself asks no rights. */
export function mayDo(ctx: DecideContext, action: Action, def: RecordDef, fields: readonly string[] = []): boolean {
  return ctx.origin === 'server' || may(ctx.actor, action, def, fields);
}

/** Whether somebody who may work on this kind at all asks: enough to give up a refused wish. */
export const mayMend = (ctx: DecideContext, def: RecordDef): boolean =>
  mayDo(ctx, 'create', def) ||
  mayDo(ctx, 'edit', def, Object.keys(def.access.edit_only ?? {}).length > 0 ? onlyFields(ctx, def) : []);

const onlyFields = (ctx: DecideContext, def: RecordDef): readonly string[] => def.access.edit_only?.[ctx.actor.role] ?? [];

/** Whether this kind can only be written while connected. */
export const isServerKind = (ctx: DecideContext, def: RecordDef): boolean => ctx.origin === 'device' && def.merge === 'server';

/** Fields of a patch that this origin may not write. */
export function serverFields(ctx: DecideContext, def: RecordDef, patch: Patch): string[] {
  if (ctx.origin === 'server') return [];
  if (ctx.origin !== 'device' && def.merge === 'server') return [];
  return Object.keys(patch).filter((field) => mergeRuleOf(def, field) === 'server');
}
