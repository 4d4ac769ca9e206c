import { createHash } from 'node:crypto';
import { type Actor, type AnyRow, type Json, type RecordDef, scopesOfActor, sqlName, sqlText } from '@psa/domain';
import { rowJson } from './sql.ts';

/** A field whose value must be one of these. */
interface OneOf {
  field: string;
  values: readonly string[];
}

/** Which rows of a kind to list. */
export interface ListWish {
  /** Values of fields; several are combined with AND. */
  where: Readonly<Record<string, Json>>;
  /** Inclusive bounds of a field. */
  between?: readonly { field: string; sign: '>=' | '<='; value: Json }[];
  /** What the reader may see at all. */
  reach: readonly OneOf[];
  /** Only rows changed after this moment, retracted ones included: they are news too. */
  since: string | null;
  /** Only rows that come after this id in the order of the list. */
  after: string | null;
  /** A field to list by, smallest first; without it the newest come first (ids begin with their time). */
  order?: string;
  limit: number;
}

/** As a list, but what was changed by commits after number `seq`, in the order of commits, retracted rows included. */
export type ChangesWish = Pick<ListWish, 'where' | 'between' | 'reach' | 'limit'> & { seq: number };

export interface ListSql {
  /** Set where the text is one of few: a connection prepares it once, and plans it no more. */
  name?: string;
  text: string;
  values: unknown[];
}

/** The usual questions, by at most one field, are prepared; of other combinations there are too many to keep on every connection. */
const nameOf = (
  def: RecordDef,
  { where, between = [] }: Pick<ListWish, 'where' | 'between'>,
  text: string,
): { name?: string } =>
  Object.keys(where).length + between.length <= 1
    ? { name: `${createHash('sha1').update(text).digest('base64url')} ${def.name}`.slice(0, 63) }
    : {};

/** Names come from the declaration only; values travel as parameters. */
class Conditions {
  readonly #def: RecordDef;
  readonly values: unknown[];

  constructor(def: RecordDef, facility: string) {
    this.#def = def;
    this.values = [facility];
  }

  put(value: unknown): string {
    return `$${this.values.push(value)}`;
  }

  column(field: string): string {
    if (!Object.hasOwn(this.#def.fields, field)) throw new Error(`${this.#def.name} has no field ${field}.`);
    return `t.${sqlName(field)}`;
  }

  of({ where, between = [], reach }: Pick<ListWish, 'where' | 'between' | 'reach'>): string[] {
    return [
      ...Object.entries(where).map(([name, value]) => `${this.column(name)} = ${this.put(value)}`),
      ...between.map(({ field, sign, value }) => `${this.column(field)} ${sign} ${this.put(value)}`),
      ...reach.map(({ field, values }) => `${this.column(field)}::text = any(${this.put(values)}::text[])`),
    ];
  }
}

/** The number of the last commit that the statement can see, and the life of the server that counted it. */
const HEAD = `select coalesce((select seq from sync_head where facility_id = $1), 0) as seq,
    (select epoch from sync_epoch where facility_id = $1) as epoch`;

/**
 * A page of a list with the head of the same moment: whoever asks for the changes after that head misses nothing. There is always a
 * line, without a row when there is none. → head, epoch, id, row
 */
export function listSql(def: RecordDef, facility: string, wish: ListWish): ListSql {
  const c = new Conditions(def, facility);
  const where = ['t.facility_id = $1', ...c.of(wish)];
  if (wish.since === null) where.push('not t.deleted');
  else where.push(`t.updated_at > ${c.put(wish.since)}`);
  const name = sqlName(def.name);
  const order = wish.order === undefined ? 't.id desc' : `${c.column(wish.order)}, t.id`;
  if (wish.after !== null) {
    const from = c.put(wish.after);
    const last = `select ${wish.order === undefined ? '' : `${c.column(wish.order)}, `}t.id from ${name} t where t.facility_id = $1 and t.id = ${from}`;
    where.push(wish.order === undefined ? `t.id < ${from}` : `(${order}) > (${last})`);
  }
  const text = `with head as (${HEAD}), page as (
      select t.id, ${rowJson(def)}::text as row, row_number() over (order by ${order}) as n from ${name} t
      where ${where.join(' and ')} order by ${order} limit ${c.put(wish.limit + 1)})
    select head.seq as head, head.epoch, page.id, page.row from head left join page on true order by page.n`;
  return { ...nameOf(def, wish, text), text, values: c.values };
}

/**
 * A page of changes of one kind, S42 in one statement: it never ends inside a commit. There is always a line, without a row when there
 * is none; `cut` is the last commit of a page that others follow. → head, epoch, cut, id, row
 */
export function changesSql(def: RecordDef, facility: string, wish: ChangesWish): ListSql {
  const c = new Conditions(def, facility);
  const [after, limit] = [c.put(wish.seq), c.put(wish.limit)];
  const changed = [
    `from sync_entity e join ${sqlName(def.name)} t on t.facility_id = e.facility_id and t.id = e.id`,
    `where e.facility_id = $1 and e.kind = ${sqlText(def.name)} and e.op <> 'X' and e.seq > ${after}::bigint`,
    ...c.of(wish).map((condition) => `and ${condition}`),
  ].join(' ');
  const text = `with head as (${HEAD}),
    page as materialized (select e.seq ${changed} order by e.seq limit ${limit}::int + 1),
    cut as materialized (
      select case when count(*) > ${limit}::int then (select seq from page order by seq offset ${limit}::int - 1 limit 1) end as seq
      from page)
    select head.seq as head, head.epoch, cut.seq as cut, r.id, r.row from head cross join cut left join lateral (
      select t.id, e.seq, ${rowJson(def)}::text as row ${changed} and e.seq <= coalesce(cut.seq, head.seq)) r on true
    order by r.seq, r.id`;
  return { ...nameOf(def, wish, text), text, values: c.values };
}

/** Which rows of a record this person may see: their own, where it has owners, and those of their scopes, where rows name theirs. */
export function reachOf(def: RecordDef, actor: Actor): OneOf[] {
  const { own } = def.access;
  return [
    ...(own?.actions.includes('read') ? [{ field: own.field, values: [actor.user_id] }] : []),
    ...(def.scope === 'row' ? [{ field: 'scope', values: scopesOfActor(actor) }] : []),
  ];
}

/** Whether a row is within reach. */
export const reaches = (reach: readonly OneOf[], row: AnyRow): boolean =>
  reach.every(({ field, values }) => values.includes(String(row[field])));
