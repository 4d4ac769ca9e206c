import { randomUUID } from 'node:crypto';
import {
  anyFields,
  brokenChecks,
  chanceFrom,
  type FieldSpec,
  fieldCheck,
  type Json,
  type Patch,
  RECORD_LIST,
  type RecordDef,
  randomFields,
  sqlName,
  valueSchema,
} from '@psa/domain';
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../testing/database.ts';
import { createPool } from './pool.ts';
import { kindOf, rowJson } from './sql.ts';

let db: Awaited<ReturnType<typeof openDatabase>>;
let pool: pg.Pool;

beforeAll(async () => {
  db = await openDatabase();
  pool = createPool(db.url);
});
afterAll(async () => {
  await pool.end();
  await db.drop();
});

const ROWS = 400;
const SEED = 20_261_122;
const every = RECORD_LIST.map((def) => [def.name, def] as const);
/** Ids that links may point to; the rules of one row do not look behind them. */
const LINKS = Object.fromEntries(RECORD_LIST.map((def) => [def.name, [randomUUID(), randomUUID()]]));

/** The CHECK of the migrated database, in its own words, over rows given as JSON: one verdict a row. Null passes, as in a table. */
async function verdicts(table: string, constraint: string, rows: readonly unknown[]): Promise<boolean[]> {
  const found = await pool.query(
    `select pg_get_expr(conbin, conrelid) as sql from pg_constraint where conname = $1 and conrelid = $2::regclass`,
    [constraint, table],
  );
  const answer = await pool.query(
    `select (${found.rows[0].sql}) is not false as ok
     from jsonb_array_elements($1::jsonb) with ordinality e (value, n), jsonb_populate_record(null::${table}, e.value) order by n`,
    [JSON.stringify(rows)],
  );
  return answer.rows.map((r: { ok: boolean }) => r.ok);
}

/** Rows that chance seldom makes: nothing said that may be left out, and every number at its least. */
function extremes(def: RecordDef, row: Patch): Patch[] {
  const fields = Object.entries(def.fields);
  const empty = fields.flatMap(([name, { required }]) => (required ? [] : [[name, null] as const]));
  const least = fields.flatMap(([name, field]) => (field.least === undefined ? [] : [[name, field.least] as const]));
  return [
    { ...row, ...Object.fromEntries(empty) },
    { ...row, ...Object.fromEntries(least) },
  ];
}

const checked = RECORD_LIST.flatMap((def) => (def.checks ?? []).map((rule) => [rule.name, def, rule] as const));

test.each(checked)('the rule %s means the same in both languages', async (name, def, rule) => {
  const chance = chanceFrom(SEED);
  const random = Array.from({ length: ROWS }, () => anyFields(def, chance, LINKS));
  const rows = [...random, ...random.slice(0, 50).flatMap((row) => extremes(def, row))];
  const inDatabase = await verdicts(def.name, name, rows);
  const inCode = rows.map((row) => rule.test(row));
  // Both verdicts must occur, or the rows would prove nothing.
  expect(new Set(inCode).size).toBe(2);
  expect(rows.filter((_row, i) => inDatabase[i] !== inCode[i])).toEqual([]);
});

/** Values on both sides of what a field allows. */
function borderValues(field: FieldSpec): Json[] {
  const step = 10 ** -(field.decimals ?? 0);
  if (field.kind === 'integer' || field.kind === 'number') {
    const [least, most] = [field.least ?? 0, field.most ?? 0];
    // Beyond 2^53 − 1 JavaScript has no next whole number.
    const above = most < Number.MAX_SAFE_INTEGER ? [most + step] : [];
    return [least, most, least - step, ...above];
  }
  if (field.kind === 'note') return ['x'.repeat(field.max ?? 0), 'x'.repeat((field.max ?? 0) + 1), 'Ẹ̀'];
  const choices = field.choices ?? [];
  return [...choices, ...choices.map((c) => c.toLowerCase()), ...choices.map((c) => `${c} `), 'something else'];
}

const bounded = RECORD_LIST.flatMap((def) =>
  Object.entries(def.fields).flatMap(([name, field]) => {
    const check = fieldCheck(def, name);
    return check ? [[check.name, def, name, field] as const] : [];
  }),
);

test.each(bounded)('the bounds %s are the same in Zod and in the database', async (check, def, name, field) => {
  const values = borderValues(field);
  const inDatabase = await verdicts(
    def.name,
    check,
    values.map((value) => ({ [name]: value })),
  );
  expect(inDatabase).toEqual(values.map((value) => valueSchema(field).safeParse(value).success));
});

const texts = RECORD_LIST.flatMap((def) =>
  Object.entries(def.fields).flatMap(([name, field]) =>
    field.kind === 'text' ? [[`${def.name}.${name}`, def, name, field] as const] : [],
  ),
);

test.each(texts)('the longest %s fits', async (_label, def, name, field) => {
  const longest = 'ọ'.repeat(field.max ?? 0);
  const insert = (value: string) =>
    pool.query(`select ${sqlName(name)} as value from jsonb_populate_record(null::${def.name}, $1)`, [
      JSON.stringify({ [name]: value }),
    ]);
  expect((await insert(longest)).rows[0].value).toBe(longest);
  await expect(insert(`${longest}ọ`)).rejects.toMatchObject({ code: '22001' });
});

test.each(every)('any valid row of %s comes back as it was', async (_name, def) => {
  const chance = chanceFrom(SEED + 1);
  const rows = Array.from({ length: 100 }, () => asRow(randomFields(def, chance, LINKS)));
  const { rows: back } = await pool.query(
    `select ${rowJson(kindOf(def.name).def)} as row from jsonb_populate_recordset(null::${def.name}, $1::jsonb) t`,
    [JSON.stringify(rows)],
  );
  expect(back.map((r: { row: unknown }) => r.row)).toEqual(rows);
  expect(rows.filter((row) => brokenChecks(def, row).length > 0)).toEqual([]);
});

function asRow(fields: Record<string, Json>): Record<string, Json> {
  const at = '2026-02-28T23:59:59.999Z';
  const system = {
    id: randomUUID(),
    facility_id: randomUUID(),
    created_by: null,
    updated_by: null,
    created_at: at,
    updated_at: at,
  };
  return { ...system, deleted: false, row_version: 7, ...fields };
}
