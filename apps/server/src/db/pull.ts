import { patientOfScope, sqlName } from '@psa/domain';
import type { Scoped } from './database.ts';
import type { Step } from './load.ts';
import { kindOf, rowJson, type Statement } from './sql.ts';
import { BEGIN_READ, flight } from './transact.ts';

/** A page of changes (`ServerStore.pull`) as PostgreSQL printed it. */
export interface PrintedChanges {
  /** A JSON object in pieces (kind → rows): a text of a row each is made and sent in less time than one long one. */
  rows: string[];
  /** A JSON array of `Gone`. */
  gone: string;
  /** Patients whose rows in this page lie in the archive. */
  archived: string[];
  next: number;
  more: boolean;
}

/** Changes of one moment as PostgreSQL printed them, each with the scope that it is told in. */
export interface Changes {
  next: number;
  more: boolean;
  /** Rows by kind, in the order of their changes; `ids` and `scopes` are those of the rows, as PostgreSQL's text of an array. */
  kinds: { kind: string; ids: string; scopes: string; texts: string[] }[];
  /** `Gone` as JSON. */
  gone: { scope: string; text: string }[];
}

/** What `CHANGED` answers; null where there is nothing. */
interface Found {
  next: number;
  more: boolean;
  kinds: string[] | null;
  ids: string[] | null;
  scopes: string[] | null;
  gone: string[] | null;
  gone_scopes: string[] | null;
}

/** One way through the log serves every page: planning it anew would take longer than going it. */
const BEGIN = `${BEGIN_READ}; set local plan_cache_mode = force_generic_plan`;

/**
 * Where the page ends, the ids of its rows by kind, and what is gone. $1 facility, $2 after, $3 scopes, $4 limit. Each part goes through the
 * log in its order and stops: a range whose end is computed would be guessed to be a third of the log, and read from end to end.
 * → next, more, kinds, ids and scopes (for each kind PostgreSQL's own text of an array; the ids are given back as they are), gone, gone_scopes
 */
export const CHANGED: Statement = {
  name: 'changed',
  text: `with head as (select coalesce((select seq from sync_head where facility_id = $1), 0) as seq),
   page as materialized (
     select seq, kind, id, op, version, scope from sync_entity where facility_id = $1 and seq > $2 and scope = any($3::text[])
     order by seq limit $4::int + 1),
   cut as materialized (
     select case when count(*) > $4::int then (select seq from page order by seq offset $4::int - 1 limit 1) end as seq from page),
   changed as materialized (
     select p.* from page p, cut where cut.seq is null or p.seq < cut.seq
     union all
     select e.seq, e.kind, e.id, e.op, e.version, e.scope from cut join sync_entity e on e.facility_id = $1 and e.seq = cut.seq
       and e.scope = any($3::text[])),
   by_kind as (
     select kind, array_agg(id order by seq, id)::text as ids, array_agg(scope order by seq, id)::text as scopes
     from changed where op = 'U' group by kind)
   select coalesce(cut.seq, greatest(head.seq, $2)) as next,
     cut.seq is not null and (select seq from sync_entity where facility_id = $1 and seq > cut.seq and scope = any($3::text[])
       order by seq limit 1) is not null as more,
     (select array_agg(kind order by kind) from by_kind) as kinds, (select array_agg(ids order by kind) from by_kind) as ids,
     (select array_agg(scopes order by kind) from by_kind) as scopes,
     (select array_agg((case when op = 'X' and kind <> 'sync_conflicts' then json_build_array(kind, id, op, version, scope)
       else json_build_array(kind, id, op, version) end)::text order by seq, kind, id) from changed where op <> 'U') as gone,
     (select array_agg(scope order by seq, kind, id) from changed where op <> 'U') as gone_scopes
   from cut cross join head`,
};

/** Rows of one kind in the order of these ids. $1 facility, $2 ids. → row as JSON text */
export function changedRows(kind: string): Statement {
  const { def } = kindOf(kind);
  return {
    name: `changed ${kind}`,
    text: `select ${rowJson(def)}::text as row
      from unnest($2::uuid[]) with ordinality as x (id, n) join ${sqlName(def.name)} t on t.facility_id = $1 and t.id = x.id order by x.n`,
  };
}

/**
 * Changes of one moment (S42), in two flights: what changed, then the rows of the kinds that occur. So it costs what it
 * answers, however many kinds there are, and nothing is parsed on its way.
 * @param also asked in the same moment
 */
export function readChanges(
  db: Scoped,
  facility: string,
  after: number,
  scopes: readonly string[],
  limit: number,
  also: readonly Step[] = [],
): Promise<Changes> {
  return db.borrow(async (client, begin) => {
    const asked = { sql: CHANGED, values: [facility, after, scopes, Math.max(1, limit)] };
    const [, found] = await flight(client, [begin(BEGIN), asked, ...also]);
    const line = found?.rows[0] as Found | undefined;
    if (!line) throw new Error('PostgreSQL answered a page of changes without a line.');
    const { next, more } = line;
    const kinds = line.kinds ?? [];
    const steps = kinds.map((kind, i) => ({ sql: changedRows(kind), values: [facility, line.ids?.[i]] }));
    const answers = await flight(client, [...steps, 'commit']);
    return {
      next,
      more,
      kinds: kinds.map((kind, i) => ({
        kind,
        ids: line.ids?.[i] ?? '{}',
        scopes: line.scopes?.[i] ?? '{}',
        texts: (answers[i]?.rows ?? []).map(({ row }) => row as string),
      })),
      gone: (line.gone ?? []).map((text, i) => ({ text, scope: line.gone_scopes?.[i] ?? '' })),
    };
  });
}

/** All of these changes as a page. */
export function printed(changes: Changes): PrintedChanges {
  const { next, more, kinds, gone } = changes;
  const parts = kinds.flatMap(({ kind, texts }, i) => [
    `${i === 0 ? '' : ','}${JSON.stringify(kind)}:[`,
    ...texts.map((text, n) => (n === 0 ? text : `,${text}`)),
    ']',
  ]);
  return {
    rows: ['{', ...parts, '}'],
    gone: `[${gone.map(({ text }) => text).join()}]`,
    archived: archivedIn(changes),
    next,
    more,
  };
}

/** Patients of whom changes tell that their rows lie in the archive: each such commit tells of the patient, or of their file. */
function archivedIn({ kinds }: Changes): string[] {
  const patients = kinds.flatMap((of) => {
    const ids = of.kind === 'patients' ? listed(of.ids) : [];
    return scopesOf(of).flatMap((scope, i) => patientOfScope(scope) ?? (scope === 'known' ? (ids[i] ?? []) : []));
  });
  return [...new Set(patients)];
}

/** PostgreSQL's text of an array of ids or scopes: none has a letter that it would quote. */
const listed = (array: string): string[] => array.slice(1, -1).split(',');

/** The scopes of the rows of a kind. */
export const scopesOf = ({ scopes }: Changes['kinds'][number]): string[] => listed(scopes);

/** The changes that are told in one of these scopes: what `readChanges` would have answered for them, as long as there is no `more`. */
export function within(changes: Changes, scopes: ReadonlySet<string>): Changes {
  const kinds = changes.kinds.flatMap((of) => {
    const each = scopesOf(of);
    if (each.length !== of.texts.length) throw new Error(`A row of ${of.kind} has no scope.`);
    const seen = <T>(list: readonly T[]): T[] => list.filter((_one, i) => scopes.has(each[i] ?? ''));
    const texts = seen(of.texts);
    if (texts.length === 0) return [];
    return [{ ...of, texts, ids: `{${seen(listed(of.ids)).join()}}`, scopes: `{${seen(each).join()}}` }];
  });
  return { ...changes, kinds, gone: changes.gone.filter(({ scope }) => scopes.has(scope)) };
}
