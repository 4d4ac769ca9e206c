import { mergeGroupOf, mergeRuleOf, type Patch, type RecordDef, recordOf } from '@psa/domain';
import { pick } from '../server/clash.ts';
import { keyOf, type MutationEntry } from '../server/store.ts';
import { type Evidence, equal, short } from './evidence.ts';
import { FILLED } from './kinds.ts';
import { type Change, changedFields, isApplied, type Writer } from './replay.ts';

/** Changes that mutations made; conflicts are written by the server beside them, others follow. */
export const byMutations = (e: Evidence): Change[] => e.replay.changes.filter((c) => c.kind !== 'sync_conflicts' && !c.derived);

/** 2: what was acknowledged is what was written, nothing else was, and it is still there. */
export function noLostAcknowledgedWrite(e: Evidence): string[] {
  const wrong: string[] = [];
  for (const change of byMutations(e)) {
    const wanted = new Map<string, unknown>();
    for (const { mutation: m } of change.applied) {
      for (const [field, value] of Object.entries(m.patch)) wanted.set(field, value);
      if (m.op === 'retract' || m.op === 'restore') wanted.set('deleted', m.op === 'retract');
    }
    for (const [field, value] of wanted) {
      const now = change.after[field] ?? null;
      if (!equal(now, value)) wrong.push(`${change.key}.${field} was acknowledged as ${String(value)} and is ${String(now)}`);
    }
    for (const field of changedFields(change.before, change.after)) {
      // Who and when are filled in beside what was wished (13 looks at them), a patient and marks from other rows.
      const own = mergeRuleOf(recordOf(change.kind) as RecordDef, field) === 'server';
      const from = recordOf(change.kind)?.fields[field]?.from !== undefined && change.before === null;
      if (!wanted.has(field) && !own && !from)
        wrong.push(`${change.key}.${field} changed at v${change.after.row_version} and nobody wished it`);
    }
  }
  const present = new Map(e.oracle.rows.map(({ kind, row }) => [keyOf(kind, row.id), row]));
  for (const [key, row] of e.replay.rows) {
    const now = present.get(key);
    const filled = FILLED[key.slice(0, key.indexOf('/'))] ?? [];
    if (!equal(now && { ...now, ...pick(row, filled) }, row)) wrong.push(`${key} is not what the last commit left`);
    for (const field of filled) {
      if (!contains(now?.[field], row[field])) wrong.push(`${key}.${field} lost something that was filled in`);
    }
  }
  return wrong;
}

/** Whether values by name are still among those that are there now; of anything else nothing is asked. */
function contains(now: unknown, was: unknown): boolean {
  if (was === null || typeof was !== 'object') return true;
  const there = (now ?? {}) as { [name: string]: unknown };
  return Object.entries(was).every(([name, value]) => equal(there[name], value));
}

/** 4: every wish happened once, its answer never changed, and versions count the changes. */
export function exactlyOnce(e: Evidence): string[] {
  const wrong = [...e.ledger.contradictions];
  const finals = new Map<string, number>();
  for (const { effects } of e.oracle.commits) {
    for (const { mutation, result } of effects.mutations) {
      if (result.status !== 'deferred') finals.set(mutation.mid, (finals.get(mutation.mid) ?? 0) + 1);
    }
  }
  for (const [mid, times] of finals) if (times > 1) wrong.push(`mutation ${short(mid)} was judged for good ${times} times`);
  for (const change of byMutations(e)) {
    const from = change.before?.row_version ?? 0;
    // A wish for what is there already is applied, changes nothing and is told the present version.
    const counted = new Set(change.applied.flatMap((a) => ((a.result.version ?? 0) > from ? [a.result.version] : []))).size;
    if (change.after.row_version !== from + counted) {
      wrong.push(`${change.key} went from v${from} to v${change.after.row_version} by ${counted} changes`);
    }
  }
  return wrong;
}

/** What the author of a mutation had really read of its row, in versions of the life in which it was applied. */
function readOf(e: Evidence, change: Change, entry: MutationEntry): number {
  const known = e.ledger.byMid.get(entry.mutation.mid);
  // The server's own writes read the present.
  if (!known) return Number.MAX_SAFE_INTEGER;
  const { lives } = e.oracle;
  const read = Math.min(entry.mutation.base, known.made.read.get(entry.mutation.mid) ?? 0);
  const own = lives.findIndex((life) => life.epoch === known.made.epoch);
  // Of a life that ended unsaved nothing is certain.
  if (own < 0) return 0;
  const next = lives[own + 1];
  // What was read before a restore counts as far as the backup goes.
  return next && change.at >= next.commits ? Math.min(read, e.replay.versionAt(change.key, next.commits)) : read;
}

const unseen = (writer: Writer | undefined, read: number, device: string | null): boolean =>
  writer !== undefined && writer.version > read && (writer.device === null || writer.device !== device);

/** Every applied wish with the change it was part of, and whether its author knew a field as it was. */
function* wishes(e: Evidence): Generator<{ change: Change; entry: MutationEntry; read: number; knew(field: string): boolean }> {
  for (const change of byMutations(e)) {
    const shown = shownRetracted(e, change);
    const knew = (field: string) => field in shown && equal(shown[field], change.before?.[field] ?? null);
    for (const entry of change.applied) yield { change, entry, read: readOf(e, change, entry), knew };
  }
}

/** What the settled conflict showed of a retracted row to whoever brought it back. */
function shownRetracted(e: Evidence, change: Change): Patch {
  const resolves = change.applied.find((a) => a.mutation.resolves !== undefined)?.mutation.resolves;
  const theirs = (e.replay.rows.get(keyOf('sync_conflicts', resolves ?? ''))?.theirs ?? {}) as Patch;
  return change.before?.deleted === true && theirs.deleted === true ? theirs : {};
}

/** 9: what was retracted comes back only by `restore`. */
export function noResurrectedDelete(e: Evidence): string[] {
  return byMutations(e).flatMap((c) => {
    if (c.before?.deleted !== true || c.applied.some((a) => a.mutation.op === 'restore')) return [];
    if (!c.after.deleted) return [`${c.key} came back at v${c.after.row_version} without being restored`];
    return [`${c.key} was edited at v${c.after.row_version} while it was retracted`];
  });
}

/** 10: nobody retracts what somebody else changed unseen. */
export function noDeleteOfUnseenEdit(e: Evidence): string[] {
  const wrong: string[] = [];
  for (const { change, entry, read } of wishes(e)) {
    if (entry.mutation.op !== 'retract' || change.before === null || change.before.deleted) continue;
    for (const [field, writer] of change.writers) {
      if (unseen(writer, read, entry.device)) {
        wrong.push(`${change.key} was retracted over ${field} of v${writer.version}; its author had read v${read}`);
      }
    }
  }
  return wrong;
}

/** 11: no value of another device is replaced by somebody who had not read it. */
export function noSilentOverwrite(e: Evidence): string[] {
  const wrong: string[] = [];
  for (const { change, entry, read, knew } of wishes(e)) {
    if (change.before === null) continue;
    for (const [field, value] of Object.entries(entry.mutation.patch)) {
      const def = recordOf(change.kind);
      if (!def || mergeRuleOf(def, field) === 'latest' || equal(change.before[field] ?? null, value)) continue;
      const writer = change.writers.get(field);
      if (unseen(writer, read, entry.device) && !knew(field)) {
        wrong.push(
          `${change.key}.${field} of v${writer?.version} was overwritten by ${short(entry.mutation.mid)}, which had read v${read}`,
        );
      }
    }
  }
  return wrong;
}

/** 12: fields that change together never hold two authors' halves. */
export function groupsNeverMix(e: Evidence): string[] {
  const wrong: string[] = [];
  for (const { change, entry, read, knew } of wishes(e)) {
    const def = recordOf(change.kind);
    if (!def || change.before === null) continue;
    for (const [field, value] of Object.entries(entry.mutation.patch)) {
      if (equal(change.before[field] ?? null, value)) continue;
      for (const other of mergeGroupOf(def, field)) {
        if (other !== field && unseen(change.writers.get(other), read, entry.device) && !knew(other)) {
          wrong.push(`${change.key}: ${field} of ${short(entry.mutation.mid)} stands beside ${other} of another author`);
        }
      }
    }
  }
  return wrong;
}

/** 5: a group is applied, parked, refused or deferred as a whole, in one commit. */
export function groupAtomicity(e: Evidence): string[] {
  const wrong: string[] = [];
  const groups = new Map<string, MutationEntry[]>();
  for (const entry of e.oracle.mutations) groups.set(entry.group, [...(groups.get(entry.group) ?? []), entry]);
  for (const [group, entries] of groups) {
    const fates = new Set(entries.map((x) => (isApplied(x) ? 'applied' : x.result.status)));
    if (fates.size > 1) wrong.push(`group ${short(group)} is ${[...fates].join(' and ')}`);
    const made = e.ledger.groups.get(group);
    if (made && made.group.mutations.length !== entries.length) {
      wrong.push(`group ${short(group)} has ${made.group.mutations.length} mutations, ${entries.length} are known`);
    }
  }
  for (const c of byMutations(e)) {
    if (c.applied.length === 0) wrong.push(`${c.key} was written at v${c.after.row_version} by a group that was not applied`);
  }
  return wrong;
}
