import { type AnyRow, type Json, RECORD_LIST, uuidv7 } from '@psa/domain';
import type { AuditEntry, Effects, MutationEntry, QuarantineEntry, RowWrite } from '@psa/sync';
import type { Step } from './load.ts';
import { randomBytes } from './random.ts';
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

const ORDER = new Map(RECORD_LIST.map((def, i) => [def.name, i]));

/**
 * The statements that write rows. The writes of one member keep their order; what members have of one kind is written together:
 * inserts of a table in one statement, then the next change of each in one.
 */
function rowSteps(facility: string, members: readonly (readonly RowWrite[])[]): Step[] {
  const steps: Step[] = [];
  const queues = members.map((writes) => ({ writes, at: 0 }));
  for (;;) {
    const heads = queues.flatMap(({ writes, at }) => writes[at]?.kind ?? []);
    if (heads.length === 0) return steps;
    const kind = heads.reduce((a, b) => ((ORDER.get(b) ?? 0) < (ORDER.get(a) ?? 0) ? b : a));
    const inserts: RowWrite[] = [];
    const changes: RowWrite[] = [];
    for (const queue of queues) {
      const next = () => (queue.writes[queue.at]?.kind === kind ? queue.writes[queue.at] : undefined);
      for (let w = next(); w?.before === null; w = next()) {
        inserts.push(w);
        queue.at++;
      }
      const change = next();
      if (!change) continue;
      changes.push(change);
      queue.at++;
    }
    if (inserts.length > 0) {
      const rows = inserts.map((w) => ({ ...w.after, field_ver: w.field_ver }));
      steps.push({ sql: kindOf(kind).sql.insert, values: [JSON.stringify(rows)] });
    }
    if (changes.length > 0) steps.push(changeStep(facility, kind, changes));
  }
}

/** Changes of different rows of one kind. */
function changeStep(facility: string, kind: string, changes: readonly RowWrite[]): Step {
  const values = [
    facility,
    changes.map((w) => w.after.id),
    changes.map((w) => w.before?.row_version),
    changes.map((w) => changedFields(w.before ?? w.after, w.after, w.field_ver)),
  ];
  return { sql: kindOf(kind).sql.update, values };
}

function logStep(facility: string, entries: readonly MutationEntry[]): Step {
  return {
    sql: LOG,
    values: [
      facility,
      entries.map((e) => e.device),
      entries.map((e) => e.cseq),
      entries.map((e) => e.author),
      entries.map((e) => (e.clock_offset_ms === null ? null : Math.round(e.clock_offset_ms))),
      entries.map((e) => e.schema),
      entries.map((e) => e.mutation.mid),
      entries.map((e) => e.group),
      entries.map((e) => e.ordinal),
      entries.map((e) => plain(e.mutation.kind)),
      entries.map((e) => e.mutation.id),
      entries.map((e) => verbatim(e.mutation)),
      entries.map((e) => e.result.status),
      entries.map((e) => verbatim(e.result)),
    ],
  };
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

/**
 * The statements that write the effects of one or more members of a transaction, in order. The audit comes last: it takes the end of
 * the facility's chain, and whoever commits next waits for it.
 */
export function writing(facility: string, members: readonly Effects[]): Step[] {
  const steps = rowSteps(
    facility,
    members.map((m) => m.writes),
  );
  const mutations = members.flatMap((m) => m.mutations);
  const quarantine = members.flatMap((m) => m.quarantine);
  const closed = members.flatMap((m) => m.closed);
  const audit = members.flatMap((m) => m.audit);
  if (mutations.length > 0) steps.push(logStep(facility, mutations));
  if (quarantine.length > 0) steps.push(quarantineStep(facility, quarantine));
  if (closed.length > 0) {
    const values = [facility, closed.map((c) => c.mid), closed.map((c) => c.state)];
    steps.push({ sql: CLOSE, values });
  }
  if (audit.length > 0) steps.push(auditStep(facility, audit, Date.now()));
  return steps;
}
