import { sqlText } from '@psa/domain';
import type { Scoped } from './database.ts';
import { kindOf, rowJson, type Statement } from './sql.ts';
import { BEGIN_READ, flight } from './transact.ts';

/** A page of changes (`ServerStore.pull`) as PostgreSQL printed it. */
export interface PrintedChanges {
  /** A JSON object: kind → rows. */
  rows: string;
  /** A JSON array of `[kind, id, op, version]`. */
  gone: string;
  next: number;
  more: boolean;
}

/**
 * Where the page ends, which kinds it has rows of, and what is gone. $1 facility, $2 after, $3 scopes, $4 limit. Each part goes through the
 * log in its order and stops: a range whose end is computed would be guessed to be a third of the log, and read from end to end.
 * → upto (number of the last commit on the page), next, more, kinds, gone
 */
export const CHANGED: Statement = {
  name: 'changed',
  text: `with head as (select coalesce((select seq from sync_head where facility_id = $1), 0) as seq),
   page as materialized (
     select seq, kind, id, op, version from sync_entity where facility_id = $1 and seq > $2 and scope = any($3::text[])
     order by seq limit $4::int + 1),
   cut as materialized (
     select case when count(*) > $4::int then (select seq from page order by seq offset $4::int - 1 limit 1) end as seq from page),
   changed as materialized (
     select p.* from page p, cut where cut.seq is null or p.seq < cut.seq
     union all
     select e.seq, e.kind, e.id, e.op, e.version from cut join sync_entity e on e.facility_id = $1 and e.seq = cut.seq
       and e.scope = any($3::text[]))
   select coalesce(cut.seq, head.seq) as upto, coalesce(cut.seq, greatest(head.seq, $2)) as next,
     cut.seq is not null and (select seq from sync_entity where facility_id = $1 and seq > cut.seq and scope = any($3::text[])
       order by seq limit 1) is not null as more,
     (select coalesce(array_agg(distinct kind) filter (where op = 'U'), '{}') from changed) as kinds,
     (select coalesce(json_agg(json_build_array(kind, id, op, version) order by seq, kind, id) filter (where op <> 'U'), '[]')::text
      from changed) as gone
   from cut cross join head`,
};

/** The rows of one kind on a page. $1 facility, $2 after, $3 scopes, $4 upto. → rows as a JSON array */
export function changedRows(kind: string): Statement {
  const { def } = kindOf(kind);
  return {
    name: `changed ${kind}`,
    text: `select '[' || string_agg(${rowJson(def)}::text, ',' order by e.seq, e.id) || ']' as rows
      from sync_entity e join ${def.name} t on t.facility_id = $1 and t.id = e.id
      where e.facility_id = $1 and e.seq > $2 and e.seq <= $4 and e.scope = any($3::text[])
        and e.kind = ${sqlText(kind)} and e.op = 'U'`,
  };
}

/**
 * A page of changes, of one moment (S42), in two flights: what changed, then the rows of the kinds that occur. So it costs what it
 * answers, however many kinds there are, and nothing is parsed on its way.
 */
export function printChanges(
  db: Scoped,
  facility: string,
  after: number,
  scopes: readonly string[],
  limit: number,
): Promise<PrintedChanges> {
  return db.borrow(async (client) => {
    const [, found] = await flight(client, [
      BEGIN_READ,
      { sql: CHANGED, values: [facility, after, scopes, Math.max(1, limit)] },
    ]);
    const { upto, next, more, kinds, gone } = found?.rows[0] ?? {};
    const steps = (kinds as string[]).map((kind) => ({ sql: changedRows(kind), values: [facility, after, scopes, upto] }));
    const answers = await flight(client, [...steps, 'commit']);
    const parts = (kinds as string[]).map((kind, i) => `${JSON.stringify(kind)}:${answers[i]?.rows[0]?.rows ?? '[]'}`);
    return { rows: `{${parts.join(',')}}`, gone, next, more };
  });
}
