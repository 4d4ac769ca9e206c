import { randomBytes } from 'node:crypto';
import { type AnyRow, type Json, uuidv7 } from '@psa/domain';
import type { AuditEntry, Effects, MutationEntry, QuarantineEntry, RowWrite } from '@psa/sync';
import type { Step } from './load.ts';
import { AUDIT, CLOSE, kindOf, LOG, QUARANTINE } from './sql.ts';

/** PostgreSQL's text holds no NUL. */
const plain = (text: string | null): string | null => text?.replaceAll('\0', '\uFFFD') ?? null;

/** Deeper JSON than this is kept as the text it came as: PostgreSQL's reader has a stack to respect. */
const DEPTH_MAX = 500;

function depthOf(text: string): number {
  let [depth, deepest, inText] = [0, 0, false];
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (inText) {
      if (c === '\\') i++;
      else if (c === '"') inText = false;
    } else if (c === '"') inText = true;
    else if (c === '[' || c === '{') deepest = Math.max(deepest, ++depth);
    else if (c === ']' || c === '}') depth--;
  }
  return deepest;
}

/** JSON text for a `json` column, which keeps every letter of it. */
function verbatim(value: unknown): string {
  const text = JSON.stringify(value) ?? 'null';
  return depthOf(text) > DEPTH_MAX ? JSON.stringify(text) : text;
}

/** JSON text for a `jsonb` column, which cannot hold NUL or half a surrogate pair: those become U+FFFD. Null stays null. */
function storable(value: Json): string | null {
  if (value === null) return null;
  const clean = (v: unknown) => (typeof v === 'string' ? v.replace(/\0|\p{Surrogate}/gu, '\uFFFD') : v);
  const text = JSON.stringify(value, (_key, v: unknown) => {
    if (v === null || typeof v !== 'object' || Array.isArray(v)) return clean(v);
    return Object.fromEntries(Object.entries(v).map(([key, inner]) => [clean(key), inner]));
  });
  return depthOf(text) > DEPTH_MAX ? JSON.stringify(text.slice(0, 10_000)) : text;
}

/** The fields of `after` that differ from `before`, with what a write always sets. */
function changedFields(before: AnyRow, after: AnyRow, fieldVer: RowWrite['field_ver']): string {
  const out: Record<string, unknown> = { field_ver: fieldVer };
  for (const [field, value] of Object.entries(after)) {
    const was = before[field];
    if (value === was || (value !== null && typeof value === 'object' && JSON.stringify(value) === JSON.stringify(was)))
      continue;
    out[field] = value;
  }
  return JSON.stringify(out);
}

/** Inserts that follow each other in one table are one statement; the order between statements is that of the writes. */
function rowSteps(facility: string, writes: readonly RowWrite[]): Step[] {
  const steps: Step[] = [];
  for (let from = 0, to = 0; from < writes.length; from = to) {
    const { kind, before, after, field_ver } = writes[from] as RowWrite;
    to = from + 1;
    if (before !== null) {
      const values = [changedFields(before, after, field_ver), facility, after.id, before.row_version];
      steps.push({ sql: kindOf(kind).sql.update, values });
      continue;
    }
    while (writes[to]?.kind === kind && writes[to]?.before === null) to++;
    const rows = writes.slice(from, to).map((w) => ({ ...w.after, field_ver: w.field_ver }));
    steps.push({ sql: kindOf(kind).sql.insert, values: [JSON.stringify(rows)] });
  }
  return steps;
}

/** Entries of one group share what the sender said once; entries of several groups are written group by group. */
function logSteps(facility: string, entries: readonly MutationEntry[]): Step[] {
  const steps: Step[] = [];
  for (let from = 0; from < entries.length; ) {
    const first = entries[from] as MutationEntry;
    let to = from + 1;
    const alike = (e: MutationEntry | undefined) =>
      e?.device === first.device &&
      e?.cseq === first.cseq &&
      e?.author === first.author &&
      e?.schema === first.schema &&
      e?.clock_offset_ms === first.clock_offset_ms;
    while (to < entries.length && alike(entries[to])) to++;
    const part = entries.slice(from, to);
    const offset = first.clock_offset_ms === null ? null : Math.round(first.clock_offset_ms);
    steps.push({
      sql: LOG,
      values: [
        facility,
        first.device,
        first.cseq,
        first.author,
        offset,
        first.schema,
        part.map((e) => e.mutation.mid),
        part.map((e) => e.group),
        part.map((e) => e.ordinal),
        part.map((e) => plain(e.mutation.kind)),
        part.map((e) => e.mutation.id),
        part.map((e) => verbatim(e.mutation)),
        part.map((e) => e.result.status),
        part.map((e) => verbatim(e.result)),
      ],
    });
    from = to;
  }
  return steps;
}

/** The op of a payload that is one mutation. */
function opOf(payload: Json): string | null {
  if (payload === null || typeof payload !== 'object' || Array.isArray(payload)) return null;
  return typeof payload.op === 'string' ? payload.op : null;
}

function quarantineStep(facility: string, entries: readonly QuarantineEntry[]): Step {
  return {
    sql: QUARANTINE,
    values: [
      facility,
      entries.map((e) => e.mid),
      entries.map((e) => e.group),
      entries.map((e) => e.device),
      entries.map((e) => e.author),
      entries.map((e) => plain(e.code)),
      entries.map((e) => e.state),
      entries.map((e) => plain(e.kind)),
      entries.map((e) => e.record_id),
      entries.map((e) => plain(opOf(e.payload))),
      entries.map((e) => verbatim(e.detail)),
      entries.map((e) => verbatim(e.payload)),
    ],
  };
}

function auditStep(facility: string, entries: readonly AuditEntry[], nowMs: number): Step {
  return {
    sql: AUDIT,
    values: [
      facility,
      entries.map(() => uuidv7(nowMs, randomBytes)),
      entries.map((e) => e.user_id),
      entries.map((e) => plain(e.action)),
      entries.map((e) => plain(e.table_name)),
      entries.map((e) => plain(e.record_id)),
      entries.map((e) => storable(e.old_values)),
      entries.map((e) => storable(e.new_values)),
      entries.map((e) => plain(e.device_id)),
      entries.map((e) => plain(e.mutation_id)),
      entries.map((e) => plain(e.ip_address)),
      entries.map((e) => plain(e.user_agent)),
      entries.map((e) => e.at),
    ],
  };
}

/** Audit entries alone, for what is no mutation (signing in, reading a record). */
export const auditOnly = (facility: string, entries: readonly AuditEntry[]): Step => auditStep(facility, entries, Date.now());

/** The statements that write effects, in order. */
export function writing(facility: string, effects: Effects): Step[] {
  const steps = rowSteps(facility, effects.writes);
  steps.push(...logSteps(facility, effects.mutations));
  if (effects.quarantine.length > 0) steps.push(quarantineStep(facility, effects.quarantine));
  if (effects.closed.length > 0) {
    const values = [facility, effects.closed.map((c) => c.mid), effects.closed.map((c) => c.state)];
    steps.push({ sql: CLOSE, values });
  }
  if (effects.audit.length > 0) steps.push(auditStep(facility, effects.audit, Date.now()));
  return steps;
}
