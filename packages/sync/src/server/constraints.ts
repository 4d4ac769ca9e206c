import { type AnyRow, brokenChecks, PROBLEMS, type ProblemCode, type RecordDef, recordOf, type UniqueRule } from '@psa/domain';
import type { Broken, RowWrite } from './store.ts';

/** What the promises of a database are checked against: the rows as they would be after the writes. */
export interface Rows {
  get(kind: string, id: string): AnyRow | undefined;
  of(kind: string): Iterable<AnyRow>;
}

/** The first declared promise that the writes would break, as PostgreSQL would say it; null when they may be kept. */
export function brokenBy(writes: readonly RowWrite[], after: Rows): Broken | null {
  for (const write of writes) {
    const def = recordOf(write.kind);
    if (!def) throw new Error(`no record is called ${write.kind}`);
    const broken =
      missingValue(def, write.after) ??
      brokenCheck(def, write.after) ??
      brokenLink(def, write.after, after) ??
      taken(def, write.after, after) ??
      contradicted(def, write.after, after);
    if (broken) return { ...broken, kind: def.name };
  }
  return null;
}

function saying(code: ProblemCode, fields: readonly string[], say: string): Broken {
  return { code, say, fields: Object.fromEntries(fields.map((f) => [f, say])) };
}

function missingValue(def: RecordDef, row: AnyRow): Broken | null {
  const empty = Object.keys(def.fields).find((f) => def.fields[f]?.required && (row[f] ?? null) === null);
  return empty === undefined ? null : saying('INVALID', [empty], `${def.fields[empty]?.label} is needed.`);
}

function brokenCheck(def: RecordDef, row: AnyRow): Broken | null {
  const rule = brokenChecks(def, row)[0];
  return rule ? saying('CONSTRAINT', rule.fields, rule.say) : null;
}

function brokenLink(def: RecordDef, row: AnyRow, after: Rows): Broken | null {
  for (const [field, spec] of Object.entries(def.fields)) {
    const id = row[field];
    if (spec.kind !== 'link' || spec.to === undefined || typeof id !== 'string') continue;
    if (!after.get(spec.to, id)) {
      return { ...saying('BROKEN_LINK', [field], PROBLEMS.BROKEN_LINK.say), missing: { kind: spec.to, id } };
    }
  }
  return null;
}

/** The values by which a row counts for a unique rule; null when it does not count. */
function uniqueKey(rule: UniqueRule, row: AnyRow): string | null {
  if (row.deleted || rule.fields.some((f) => (row[f] ?? null) === null)) return null;
  if (Object.entries(rule.where ?? {}).some(([f, v]) => row[f] !== v)) return null;
  return JSON.stringify([row.facility_id, ...rule.fields.map((f) => row[f] ?? null)]);
}

function taken(def: RecordDef, row: AnyRow, after: Rows): Broken | null {
  for (const rule of def.unique ?? []) {
    const key = uniqueKey(rule, row);
    if (key === null) continue;
    for (const other of after.of(def.name)) {
      if (other.id !== row.id && uniqueKey(rule, other) === key) return saying('TAKEN', rule.fields, rule.say);
    }
  }
  return null;
}

function contradicted(def: RecordDef, row: AnyRow, after: Rows): Broken | null {
  if (row.deleted) return null;
  for (const rule of def.against ?? []) {
    const others = [...after.of(def.name)].filter(
      (o) => o.id !== row.id && !o.deleted && o.facility_id === row.facility_id && o[rule.among] === row[rule.among],
    );
    if (!rule.test(row, others)) return saying('CONSTRAINT', rule.fields, rule.say);
  }
  return null;
}
