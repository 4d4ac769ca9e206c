import type { AnyRow } from '@psa/domain';
import { type HeldEntry, type Key, keyOf, type Loaded, type MutationResult, type Need, type StoredRow } from '@psa/sync';
import type pg from 'pg';
import { amongSql, CONFLICTS, KNOWN, kindOf, type Statement } from './sql.ts';

/** A statement with its values, and what to do with its rows. */
export interface Step {
  sql: Statement;
  values: unknown[];
  take?(rows: pg.QueryResultRow[]): void;
}

interface LockedRow {
  row: AnyRow;
  field_ver: StoredRow['field_ver'];
}

const groupBy = <T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> => {
  const out = new Map<string, T[]>();
  for (const item of items) {
    const list = out.get(key(item));
    if (list) list.push(item);
    else out.set(key(item), [item]);
  }
  return out;
};

const pairs = (items: readonly { kind: string; id: string }[]) => [items.map((i) => i.kind), items.map((i) => i.id)];

/**
 * The questions to ask for several Needs at once, in an order that cannot deadlock (rows in the order of kind and id), and the place
 * where their answers gather. Everything else is read after the locks are held, so it is as new as they are.
 */
export function loading(facility: string, needs: readonly Need[]): { steps: Step[]; loaded: Loaded } {
  const need: Need = {
    mids: needs.flatMap((n) => n.mids),
    rows: needs.flatMap((n) => n.rows),
    among: needs.flatMap((n) => n.among),
    quarantined: needs.flatMap((n) => n.quarantined),
  };
  const known = new Map<string, MutationResult>();
  const held = new Map<string, HeldEntry>();
  const rows = new Map<Key, StoredRow>();
  const among = new Map<string, AnyRow[]>();
  const quarantined = new Set<Key>();
  const conflicts: AnyRow[] = [];
  const steps: Step[] = [];

  for (const [kind, list] of [...groupBy(need.rows, (r) => r.kind)].sort(([a], [b]) => (a < b ? -1 : 1))) {
    steps.push({
      sql: kindOf(kind).sql.lock,
      values: [facility, list.map((r) => r.id)],
      take: (found) => {
        for (const { row, field_ver } of found as LockedRow[]) rows.set(keyOf(kind, row.id), { row, field_ver });
      },
    });
  }
  if (need.rows.length > 0) {
    steps.push({
      sql: CONFLICTS,
      values: [facility, ...pairs(need.rows)],
      take: (found) => {
        for (const { row, field_ver } of found as LockedRow[]) {
          conflicts.push(row);
          rows.set(keyOf('sync_conflicts', row.id), { row, field_ver });
        }
      },
    });
  }
  if (need.mids.length > 0 || need.quarantined.length > 0) {
    steps.push({
      sql: KNOWN,
      values: [facility, need.mids, ...pairs(need.quarantined)],
      take: (found) => {
        for (const line of found) {
          if (line.is === 'result') known.set(line.mid, line.result);
          else if (line.is === 'waits') quarantined.add(keyOf(line.kind, line.record_id));
          else held.set(line.mid, { author: line.author_id, kind: line.kind, record_id: line.record_id });
        }
      },
    });
  }
  for (const list of groupBy(need.among, (a) => `${a.kind}/${a.field}`).values()) {
    const [first] = list;
    if (!first) continue;
    for (const { kind, field, value } of list) among.set(`${kind}/${field}/${value}`, []);
    steps.push({
      sql: amongSql(first.kind, first.field),
      // PostgreSQL's text holds no NUL: no row has such a value, and the judge says what is wrong with it.
      values: [facility, [...new Set(list.map((a) => a.value).filter((value) => !value.includes('\0')))]],
      take: (found) => {
        for (const line of found) among.get(`${first.kind}/${first.field}/${line.value}`)?.push(line.row);
      },
    });
  }
  return { steps, loaded: { known, rows, conflicts, among, quarantined, held } };
}
