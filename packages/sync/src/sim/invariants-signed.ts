import { type Actor, type AnyRow, type LockRule, mayOn, type RecordDef, recordOf, stampsOf } from '@psa/domain';
import type { MutationEntry } from '../server/store.ts';
import { type Evidence, equal, short } from './evidence.ts';
import { byMutations } from './invariants-rows.ts';
import { type Change, changedFields } from './replay.ts';

const inForce = ({ when }: LockRule, row: AnyRow | null): boolean => row !== null && when.is.some((v) => v === row[when.field]);

/** 13: what was signed or closed is as it was signed, and who and when are those of the wish that signed it. */
export function signedStays(e: Evidence): string[] {
  const wrong: string[] = [];
  for (const change of byMutations(e)) {
    const { before, after, key } = change;
    const def = recordOf(change.kind);
    if (!def) continue;
    const changed = changedFields(before, after);
    for (const lock of def.locks ?? []) {
      if (!inForce(lock, before)) continue;
      for (const field of changed.filter((f) => lock.fields.includes(f))) {
        wrong.push(
          `${key}.${field} changed at v${after.row_version} although ${lock.when.field} was ${String(before?.[lock.when.field])}`,
        );
      }
    }
    wrong.push(...wrongStamps(def, change, changed));
  }
  return wrong;
}

function wrongStamps(def: RecordDef, { before, after, key, applied }: Change, changed: readonly string[]): string[] {
  const out: string[] = [];
  for (const { field, as, of } of stampsOf(def)) {
    const tells = (entry: MutationEntry) =>
      of === undefined || of.some((f) => f in entry.mutation.patch && changed.includes(f));
    const last = of === undefined && before !== null ? undefined : applied.findLast(tells);
    const now = after[field] ?? null;
    if (!last) {
      if (!equal(now, before?.[field] ?? null)) out.push(`${key}.${field} changed without what it tells of`);
      continue;
    }
    // A write of the server itself may name another.
    if (field in last.mutation.patch) continue;
    const set = of === undefined || of.some((f) => (after[f] ?? null) !== null && after[f] !== false);
    const when = last.mutation.at < after.updated_at ? last.mutation.at : after.updated_at;
    const right = set ? (as === 'who' ? last.author : when) : null;
    if (!equal(now, right)) out.push(`${key}.${field} is ${String(now)}, and the wish that signed it says ${String(right)}`);
  }
  return out;
}

/** 17: nothing was done by somebody who had not the right to it at the moment when it was judged, whatever was right when it was saved. */
export function onlyWithRights(e: Evidence): string[] {
  const wrong: string[] = [];
  for (const { before, after, applied, kind, key } of byMutations(e)) {
    const def = recordOf(kind);
    if (!def || after.row_version !== applied.at(-1)?.result.version) continue;
    for (const entry of applied) {
      // The server's own writes ask no rights; a settlement may be a matter of retracting.
      if (!e.ledger.byMid.has(entry.mutation.mid) || entry.mutation.resolves !== undefined) continue;
      if (entry.result.version === before?.row_version) continue;
      const can = (actor: Actor) => permits(actor, def, entry, before, after);
      if (!e.server.hadAt(entry.author, after.updated_at, can)) {
        wrong.push(
          `${short(entry.mutation.mid)} was applied to ${key}, and its author had no right to ${entry.mutation.op} it`,
        );
      }
    }
  }
  return wrong;
}

function permits(actor: Actor, def: RecordDef, { mutation: m }: MutationEntry, before: AnyRow | null, after: AnyRow): boolean {
  if (m.op === 'retract' || m.op === 'restore') return mayOn(actor, 'retract', def, after);
  const action = before === null ? 'create' : 'edit';
  const wished = Object.entries(m.patch).filter(([field, value]) => before === null || !equal(before[field] ?? null, value));
  return wished.length === 0 || mayOn(actor, action, def, before ?? after, Object.fromEntries(wished));
}
