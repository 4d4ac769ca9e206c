import type { FieldSpec } from './fields.ts';
import type { AcrossRule, LockRule, RecordDef, UniqueRule } from './record.ts';

/**
 * The table a declaration asks for, as PostgreSQL 15 DDL. Migrations are written by hand from it and a test holds the migrated
 * database against it; nothing runs it in production.
 */

/** Words that PostgreSQL does not take as a bare column name. */
const RESERVED = new Set(
  (
    'all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate column constraint create ' +
    'cross current_date current_time current_timestamp current_user default deferrable desc distinct do else end except false fetch ' +
    'for foreign freeze from full grant group having ilike in initially inner intersect into is isnull join lateral leading left ' +
    'like limit localtime localtimestamp natural not notnull null offset on only or order outer overlaps placing primary ' +
    'references returning right select session_user similar some symmetric table tablesample then to trailing true union unique ' +
    'user using variadic verbose when where window with'
  ).split(' '),
);

/** A column or table name as it may stand in SQL. Throws for anything but `snake_case` of at most 63 characters. */
export function sqlName(name: string): string {
  if (!/^[a-z][a-z0-9_]{0,62}$/.test(name)) throw new Error(`"${name}" cannot name a table or column.`);
  return RESERVED.has(name) ? `"${name}"` : name;
}

/** A text constant. */
export const sqlText = (value: string): string => `'${value.replaceAll("'", "''")}'`;

const INT4_MAX = 2_147_483_647;

/** The column type of a field. */
export function sqlType(field: FieldSpec): string {
  const { kind } = field;
  if (kind === 'text') return `varchar(${field.max ?? 100})`;
  if (kind === 'note' || kind === 'choice') return 'text';
  if (kind === 'flag') return 'boolean';
  if (kind === 'instant') return 'timestamptz(3)';
  if (kind === 'time') return 'time(0)';
  if (kind === 'link') return 'uuid';
  if (kind === 'texts') return 'text[]';
  if (kind === 'json') return 'jsonb';
  const largest = Math.max(Math.abs(field.least ?? 0), Math.abs(field.most ?? 0));
  if (kind === 'integer') return largest > INT4_MAX ? 'bigint' : 'integer';
  if (kind === 'number')
    return `numeric(${String(Math.floor(largest)).length + (field.decimals ?? 0)}, ${field.decimals ?? 0})`;
  return kind;
}

/** The CHECK that one field needs by itself: name and expression, or undefined. */
export function fieldCheck(def: RecordDef, name: string): { name: string; sql: string } | undefined {
  const field = def.fields[name];
  if (!field) return undefined;
  const column = sqlName(name);
  if (field.kind === 'note') {
    return { name: `${def.name}_${name}_length`, sql: `char_length(${column}) <= ${field.max ?? 10_000}` };
  }
  if (field.kind === 'choice') {
    return { name: `${def.name}_${name}_choice`, sql: `${column} in (${(field.choices ?? []).map(sqlText).join(', ')})` };
  }
  if (field.kind === 'integer' || field.kind === 'number') {
    return { name: `${def.name}_${name}_range`, sql: `${column} between ${field.least} and ${field.most}` };
  }
  return undefined;
}

/** Whether rows of this record are never changed after they were written: nobody may edit them and no device holds them. */
export const isAppendOnly = (def: RecordDef): boolean => def.scope === 'none' && def.access.edit.length === 0;

/** Names that must be the same in database and code, because errors are told by them. */
export const linkConstraint = (def: RecordDef, field: string): string => `${def.name}_${field}_fkey`;

/** A chained table needs no key to its facility: the head of its chain has one. Its entries are named by their place in it. */
const systemColumns = (def: RecordDef): string[] => [
  `id uuid ${def.chained ? 'not null' : 'primary key'} default gen_random_uuid()`,
  `facility_id uuid not null${def.chained ? '' : ` constraint ${def.name}_facility_id_fkey references facilities (id)`}`,
  'created_by uuid',
  'updated_by uuid',
  'created_at timestamptz(3) not null default now()',
  'updated_at timestamptz(3) not null default now()',
  'deleted boolean not null default false',
  'row_version integer not null default 1',
  "field_ver jsonb not null default '{}'",
  ...(def.chained ? ['n bigint not null', 'prev_hash bytea not null', 'entry_hash bytea not null'] : []),
];

function uniqueIndex(def: RecordDef, rule: UniqueRule): string {
  const where = Object.entries(rule.where ?? {}).map(([field, value]) => ` and ${sqlName(field)} = ${sqlText(value)}`);
  const columns = ['facility_id', ...rule.fields.map(sqlName)].join(', ');
  return `create unique index ${rule.name} on ${def.name} (${columns}) where not deleted${where.join('')};`;
}

/** Fields whose column leads an index after `facility_id`: links and what lists filter by. */
export function indexedFields(def: RecordDef): string[] {
  const links = Object.keys(def.fields).filter((name) => def.fields[name]?.kind === 'link');
  return [...new Set([...links, ...(def.indexed ?? [])])];
}

/** What is kept by month is read by time. */
const indexColumns = (def: RecordDef, field: string): string =>
  [...new Set(['facility_id', sqlName(field), ...(def.chained ? [sqlName(def.chained)] : [])])].join(', ');

/** `person` scopes name the field whose person they are of. */
const stampArgument = (def: RecordDef): string =>
  def.scope === 'person' ? `person:${def.access.own?.field ?? ''}` : def.scope;

function lockTrigger(def: RecordDef, { name, when, fields }: LockRule): string[] {
  const state = `old.${sqlName(when.field)} in (${when.is.map((v) => (typeof v === 'string' ? sqlText(v) : String(v))).join(', ')})`;
  const changed = fields.map((f) => `new.${sqlName(f)} is distinct from old.${sqlName(f)}`).join(' or ');
  return [
    `create trigger ${name} before update on ${def.name} for each row`,
    `  when (${state} and (${changed})) execute function record_locked();`,
  ];
}

/** Makes the trigger function of a rule that compares a field here with that of what is linked to; of others it is written by hand. */
function sameFunction(def: RecordDef, { name, fields, same }: Pick<AcrossRule, 'name' | 'fields' | 'same'>): string[] {
  if (same === undefined) return [];
  const linked = fields.flatMap((field) => [field, def.fields[field]?.to ?? '']);
  return [`select record_same(${[name, same, ...linked].map(sqlText).join(', ')});`];
}

function triggers(def: RecordDef): string[] {
  const { name } = def;
  const lines = [
    `create trigger ${name}_kept before delete or truncate on ${name} for each statement execute function record_kept();`,
    isAppendOnly(def)
      ? `create trigger ${name}_append_only before update on ${name} for each statement execute function record_append_only();`
      : `create trigger ${name}_guard before update on ${name} for each row execute function record_guard();`,
  ];
  if (def.chained) {
    lines.push(
      `create trigger ${name}_rows_kept before update or delete on ${name} for each row execute function record_append_only();`,
    );
  }
  if (def.scope !== 'none') {
    lines.push(
      `create constraint trigger ${name}_stamp after insert or update on ${name} deferrable initially deferred`,
      `  for each row execute function sync_stamp('${stampArgument(def)}');`,
    );
  }
  for (const lock of def.locks ?? []) lines.push(...lockTrigger(def, lock));
  for (const [field, { from }] of Object.entries(def.fields)) {
    if (from === undefined) continue;
    lines.push(
      `create trigger ${name}_patient before insert on ${name} for each row`,
      `  when (new.${sqlName(field)} is null) execute function record_patient(${sqlText(from)}, ${sqlText(def.fields[from]?.to ?? '')});`,
    );
  }
  if (def.fields.patient_id?.to === 'patients') {
    lines.push(`create trigger ${name}_survivor before insert on ${name} for each row execute function patient_survivor();`);
  }
  for (const rule of [...(def.against ?? []).filter(({ exclude }) => !exclude), ...(def.across ?? [])]) {
    lines.push(
      ...sameFunction(def, rule),
      `create trigger ${rule.name} after insert or update on ${name}`,
      `  for each row execute function ${rule.name}();`,
    );
  }
  return lines;
}

/**
 * The whole DDL of a record's table: columns, constraints, indexes, triggers. A trigger function that is written by
 * hand is not part of it. Links are held within the facility: a row cannot point to another hospital's row.
 */
export function tableSql(def: RecordDef): string {
  const columns = systemColumns(def);
  // What is only ever added to is never pointed to, and is written often: it goes without the key that links need.
  const constraints = isAppendOnly(def) ? [] : [`constraint ${def.name}_facility_id_id_key unique (facility_id, id)`];
  if (def.chained) constraints.push(`constraint ${def.name}_pkey primary key (facility_id, n, ${def.chained})`);
  if (def.name === 'facilities') constraints.push('constraint facilities_own_facility check (facility_id = id)');
  for (const [name, field] of Object.entries(def.fields)) {
    columns.push(`${sqlName(name)} ${sqlType(field)}${field.required ? ' not null' : ''}`);
    const check = fieldCheck(def, name);
    if (check) constraints.push(`constraint ${check.name} check (${check.sql})`);
    if (field.kind === 'link') {
      constraints.push(
        `constraint ${linkConstraint(def, name)} foreign key (facility_id, ${sqlName(name)}) references ${field.to} (facility_id, id)`,
      );
    }
  }
  for (const rule of def.checks ?? []) constraints.push(`constraint ${rule.name} check (${rule.sql})`);
  for (const rule of def.against ?? []) {
    if (rule.exclude) constraints.push(`constraint ${rule.name} exclude using gist ${rule.exclude}`);
  }
  return [
    `create table ${def.name} (`,
    [...columns, ...constraints].map((line) => `  ${line}`).join(',\n'),
    def.chained ? `) partition by range (${def.chained});` : ');',
    ...(def.unique ?? []).map((rule) => uniqueIndex(def, rule)),
    ...indexedFields(def).map((f) => `create index ${def.name}_${f}_idx on ${def.name} (${indexColumns(def, f)});`),
    ...triggers(def),
    // What is chained is written by the function that chains it.
    `select secure_record('${def.name}'${isAppendOnly(def) ? ', false' : ''}${def.chained ? ', false' : ''});`,
    '',
  ].join('\n');
}
