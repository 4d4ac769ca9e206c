import {
  type FieldSpec,
  goesToArchive,
  homeScope,
  isAppendOnly,
  mayHold,
  patientOfScope,
  personScope,
  RECORD_LIST,
  type RecordDef,
  SYNCED,
  SYSTEM_FIELDS,
  sqlName,
  sqlText,
} from '@psa/domain';

/**
 * The SQL text of each declaration, made once. Every statement has a name (it is prepared once a connection) and asks for the
 * facility first. PostgreSQL prints the rows itself, in the one spelling that devices, screens and tests know.
 */
export interface Statement {
  name: string;
  text: string;
}

/** `2026-11-22T09:30:00.000Z` of a column, as SQL. */
export const utc = (column: string): string => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

function printed(name: string, field: FieldSpec | undefined): string {
  const column = `t.${sqlName(name)}`;
  if (field?.kind === 'instant' || name === 'created_at' || name === 'updated_at') return `${utc(column)} as ${sqlName(name)}`;
  if (field?.kind === 'time') return `to_char(${column}, 'HH24:MI') as ${sqlName(name)}`;
  return column;
}

/** The row of alias `t` as canonical JSON: system fields, then the declared ones, null where nothing is recorded. */
export function rowJson(def: RecordDef): string {
  const system = SYSTEM_FIELDS.map((name) => printed(name, undefined));
  const declared = Object.entries(def.fields).map(([name, field]) => printed(name, field));
  return `(select row_to_json(r) from (select ${[...system, ...declared].join(', ')}) r)`;
}

/** All columns of a row. */
const columnsOf = (def: RecordDef, without: readonly string[] = []): string =>
  [...SYSTEM_FIELDS, 'field_ver', ...Object.keys(def.fields)]
    .filter((name) => !without.includes(name))
    .map((name) => sqlName(name))
    .join(', ');

/**
 * What never changes. An UPDATE that names columns of a key, though it leaves them as they are, locks the row against everybody who
 * points to it (before-triggers hide from PostgreSQL that the values stay): audit entries of a person would wait for an edit of that person.
 */
const NEVER_CHANGED = ['id', 'facility_id', 'created_at', 'created_by'];

const statement = (name: string, text: string): Statement => ({ name, text });

export interface KindStatements {
  /** $1 facility, $2 ids: locked in the order of their ids. → row, field_ver */
  lock: Statement;
  /** $1 JSON array of rows with field_ver. */
  insert: Statement;
  /** $1 facility; by row: $2 ids, $3 row_versions that were read, $4 JSON of the changed fields. */
  update: Statement;
  /** $1 facility, $2 ids, retracted rows included. → id, deleted, row as JSON text */
  some: Statement;
}

/** What is never changed needs no lock, and the server may not even take one. */
const lockOf = (def: RecordDef): string => (isAppendOnly(def) ? '' : ' for no key update');

function statementsOf(def: RecordDef): KindStatements {
  const { name } = def;
  const columns = columnsOf(def);
  const changing = columnsOf(def, NEVER_CHANGED);
  return {
    lock: statement(
      `lock ${name}`,
      `select ${rowJson(def)} as row, t.field_ver from ${name} t
       where t.facility_id = $1 and t.id = any($2::uuid[]) order by t.id${lockOf(def)}`,
    ),
    insert: statement(
      `insert ${name}`,
      `insert into ${name} (${columns}) select ${columns} from jsonb_populate_recordset(null::${name}, $1::jsonb)`,
    ),
    update: statement(
      `update ${name}`,
      `with written as (
         update ${name} t set (${changing}) = (select ${changing} from jsonb_populate_record(t, x.changed::jsonb))
         from unnest($2::uuid[], $3::int[], $4::text[]) as x (id, row_version, changed)
         where t.facility_id = $1 and t.id = x.id and t.row_version = x.row_version returning 1)
       select sync_must_write(count(*), cardinality($2::uuid[])) from written`,
    ),
    some: statement(
      `some ${name}`,
      `select t.id, t.deleted, ${rowJson(def)}::text as row from ${name} t where t.facility_id = $1 and t.id = any($2::uuid[])`,
    ),
  };
}

const KINDS: ReadonlyMap<string, { def: RecordDef; sql: KindStatements }> = new Map(
  RECORD_LIST.map((def) => [def.name, { def, sql: statementsOf(def) }]),
);

/** The statements of a kind. Throws for a name that is not declared. */
export function kindOf(kind: string): { def: RecordDef; sql: KindStatements } {
  const found = KINDS.get(kind);
  if (!found) throw new Error(`There is no record called ${kind}.`);
  return found;
}

/** Rows for an `against` rule. $1 facility, $2 values of the field. → value, row */
export function amongSql(kind: string, field: string): Statement {
  const { def } = kindOf(kind);
  if (field !== 'id' && !Object.hasOwn(def.fields, field)) throw new Error(`${kind} has no field ${field}.`);
  const named = field === 'id' ? 't.id = any($2::uuid[])' : `t.${sqlName(field)}::text = any($2::text[])`;
  return statement(
    `among ${kind} ${field}`,
    `select t.${sqlName(field)}::text as value, ${rowJson(def)} as row from ${kind} t
     where t.facility_id = $1 and ${named} and not t.deleted order by t.id`,
  );
}

const conflicts = kindOf('sync_conflicts').def;

/** Open conflicts on records, locked. $1 facility, $2 kinds, $3 ids (pairwise). → row, field_ver */
export const CONFLICTS = statement(
  'open conflicts',
  `select ${rowJson(conflicts)} as row, t.field_ver from sync_conflicts t
   where t.facility_id = $1 and t.record_id = any($3::text[]) and t.status = 'Open' and not t.deleted
     and (t.kind, t.record_id::text) in (select * from unnest($2::text[], $3::text[])) order by t.id for no key update`,
);

/**
 * $1 facility, $2 mids, $3 kinds and $4 ids (pairwise). One line each: the answer to a mid (`result`), what quarantine holds of a mid
 * (`held`), a record whose create waits in quarantine (`waits`). → is, mid, result, author_id, kind, record_id
 */
export const KNOWN = statement(
  'known',
  `select 'result' as is, mid, result, null::uuid as author_id, null as kind, null::uuid as record_id
   from sync_mutation where facility_id = $1 and mid = any($2::uuid[])
   union all
   select 'held', mid, null, author_id, kind, record_id
   from sync_quarantine where facility_id = $1 and mid = any($2::uuid[]) and state in ('open', 'deferred')
   union all
   select 'waits', null, null, null, kind, record_id
   from sync_quarantine
   where facility_id = $1 and state in ('open', 'deferred') and op = 'create' and record_id = any($4::uuid[])
     and (kind, record_id) in (select * from unnest($3::text[], $4::uuid[]))`,
);

/** One value for each mutation, column by column. A line that is there already is replaced only if it waited (deferred). */
export const LOG = statement(
  'log mutations',
  `with written as (
     insert into sync_mutation (facility_id, mid, group_id, ordinal, device_id, cseq, author_id, kind, record_id, mutation, status,
       result, clock_offset_ms, schema_version)
     select $1, x.mid, x.group_id, x.ordinal, x.device_id, x.cseq, x.author_id, x.kind, x.record_id, x.mutation::json, x.status,
       x.result::json, x.clock_offset_ms, x.schema_version
     from unnest($2::uuid[], $3::bigint[], $4::uuid[], $5::bigint[], $6::int[], $7::uuid[], $8::uuid[], $9::int[], $10::text[],
         $11::uuid[], $12::text[], $13::text[], $14::text[])
       as x (device_id, cseq, author_id, clock_offset_ms, schema_version, mid, group_id, ordinal, kind, record_id, mutation, status, result)
     on conflict (facility_id, mid) do update set status = excluded.status, result = excluded.result
       where sync_mutation.status = 'deferred'
     returning 1)
   select sync_must_write(count(*), cardinality($7::uuid[])) from written`,
);

export const QUARANTINE = statement(
  'quarantine',
  `insert into sync_quarantine (facility_id, mid, group_id, device_id, author_id, code, state, kind, record_id, op, detail, payload)
   select $1, x.mid, x.group_id, x.device_id, x.author_id, x.code, x.state, x.kind, x.record_id, x.op, x.detail::json, x.payload::json
   from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::text[], $9::uuid[], $10::text[],
     $11::text[], $12::text[]) as x (mid, group_id, device_id, author_id, code, state, kind, record_id, op, detail, payload)
   on conflict (facility_id, mid) do update set group_id = excluded.group_id, code = excluded.code, state = excluded.state,
     kind = excluded.kind, record_id = excluded.record_id, op = excluded.op, detail = excluded.detail,
     payload = excluded.payload, closed_at = null`,
);

export const CLOSE = statement(
  'close quarantine',
  `update sync_quarantine q set state = x.state, closed_at = now()
   from unnest($2::uuid[], $3::text[]) as x (mid, state)
   where q.facility_id = $1 and q.mid = x.mid and q.state in ('open', 'deferred')`,
);

/** Entries become the next links of the facility's chain, in this order (0011_audit_logs.sql). $1 facility; by entry: $2–$13. */
export const AUDIT = statement(
  'audit',
  `select audit_write($1, $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
     $11::text[], $12::text[], $13::timestamptz[])`,
);

/** The column that says whose file row `t` belongs to. */
const fileColumn = (def: RecordDef): string => (def.name === 'patients' ? 't.id' : 't.patient_id');

/** SQL: the patient of row `t` is in the archive. */
const inArchive = (def: RecordDef): string =>
  `exists (select from archived_patients a where a.facility_id = t.facility_id and a.patient_id = ${fileColumn(def)})`;

/** SQL for the scope of row `t`. */
function inScope(def: RecordDef): string {
  if (goesToArchive(def)) {
    return `case when ${inArchive(def)} then archive_scope(${sqlText(def.scope)}, ${fileColumn(def)}) else ${sqlText(def.scope)} end`;
  }
  if (def.scope === 'row') return 't.scope';
  if (def.scope === 'person') return `${sqlText(personScope(''))} || t.${sqlName(def.access.own?.field ?? '')}`;
  return sqlText(def.scope);
}

/** $1 facility, $2 scopes. The first line has no kind and holds the head in `sum`. → kind, count, sum (see digest.ts) */
export const DIGEST = statement(
  'digest',
  [
    'select null as kind, 0::bigint as count, coalesce((select seq from sync_head where facility_id = $1), 0)::float8 as sum',
    ...SYNCED.map(
      (def) =>
        `select ${sqlText(def.name)}, count(*), coalesce(sum(('x' || right(replace(t.id::text, '-', ''), 8))::bit(32)::bigint
           # ((t.row_version::bigint * 2654435761) & 4294967295)), 0)::float8
         from ${def.name} t where t.facility_id = $1 and not t.deleted and ${inScope(def)} = any($2::text[])`,
    ),
  ].join('\nunion all\n'),
);

/** Records of which a scope may hold rows, in the order of the record list. */
export const kindsOfScope = (scope: string): RecordDef[] => SYNCED.filter((def) => mayHold(def, scope));

/** All rows of a scope, by id. $1 facility, $2 scope, or the patient of a scope that holds one file. → row */
export function snapshotSql(def: RecordDef, scope: string): Statement {
  const [which, from] = snapshotFrom(def, scope);
  return statement(`snapshot ${def.name}${which}`, `select ${rowJson(def)} as row ${from} order by t.id`);
}

/** The same as JSON arrays of $3 rows each, printed by PostgreSQL. → count, json */
export function snapshotPagesSql(def: RecordDef, scope: string): Statement {
  const [which, from] = snapshotFrom(def, scope);
  return statement(
    `snapshot pages ${def.name}${which}`,
    `select count(*) as count, '[' || string_agg(j, ',' order by n) || ']' as json
     from (select ${rowJson(def)}::text as j, row_number() over (order by t.id) as n ${from}) numbered
     group by (n - 1) / $3::int order by (n - 1) / $3::int`,
  );
}

/** What $2 is when a scope is read. */
export const snapshotKey = (scope: string): string => patientOfScope(scope) ?? scope;

/** A word for the name of the statement, and where the rows are: three ways in, each with the index that serves it. */
function snapshotFrom(def: RecordDef, scope: string): [which: string, from: string] {
  const from = `from ${def.name} t where t.facility_id = $1 and not t.deleted and`;
  if (!goesToArchive(def)) return ['', `${from} ${inScope(def)} = $2::text`];
  const named = '$2::text is not null';
  if (patientOfScope(scope) !== null) return [' of one', `${from} ${fileColumn(def)} = $2::text::uuid and ${inArchive(def)}`];
  return homeScope(scope) === scope
    ? ['', `${from} ${named} and not ${inArchive(def)}`]
    : [' archived', `${from} ${named} and ${inArchive(def)}`];
}
