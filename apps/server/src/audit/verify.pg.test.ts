import { randomUUID } from 'node:crypto';
import type { Json } from '@psa/domain';
import type { AuditEntry } from '@psa/sync';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { auditOnly } from '../db/effects.ts';
import { createPool } from '../db/pool.ts';
import { openDatabase } from '../testing/database.ts';
import { runVerify, verifyOptions } from './command.ts';
import { type Finding, sayFinding } from './findings.ts';
import { verifyAudit } from './verify.ts';

let db: Awaited<ReturnType<typeof openDatabase>>;
let pool: pg.Pool;
let facility: string;
let other: string;

beforeAll(async () => {
  db = await openDatabase();
  pool = createPool({ connectionString: db.url, max: 4 });
});

afterAll(async () => {
  await pool.end();
  await db.drop();
});

async function hospital(): Promise<string> {
  const id = randomUUID();
  await pool.query(
    `insert into facilities (id, facility_id, name, short_name, country, time_zone) values ($1, $1, $2, 'T', 'Nigeria', 'Africa/Lagos')`,
    [id, `Hospital ${id.slice(0, 8)}`],
  );
  return id;
}

const entry = (change: Partial<AuditEntry> = {}): AuditEntry => ({
  action: 'edit',
  user_id: null,
  table_name: 'patients',
  record_id: randomUUID(),
  old_values: { city: 'Enugu' },
  new_values: { city: 'Nsukka' },
  device_id: null,
  mutation_id: null,
  ip_address: '127.0.0.1',
  user_agent: 'test',
  at: new Date().toISOString(),
  ...change,
});

async function write(to: string, count: number, change: Partial<AuditEntry> = {}): Promise<void> {
  const { sql, values } = auditOnly(
    to,
    Array.from({ length: count }, () => entry(change)),
  );
  await pool.query({ ...sql, values });
}

/** Numbers are unique within a moment: by way of negative ones, so that no two are the same on the way. */
const renumber = (to: string, which: string): string[] => [
  `update audit_logs set n = -(${to}) where facility_id = $1 and ${which}`,
  'update audit_logs set n = -n where facility_id = $1 and n < 0',
];

/** Somebody with the owner's rights, who switches off what would stop them. */
async function tamper(...statements: (string | [string, ...unknown[]])[]): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('begin; alter table audit_logs disable trigger user');
    for (const one of statements) {
      if (typeof one === 'string') await client.query(one, one.includes('$1') ? [facility] : []);
      else await client.query(one[0], one.slice(1));
    }
    await client.query('alter table audit_logs enable trigger user; commit');
  } finally {
    client.release(true);
  }
}

const reportOf = async (id: string, options = {}) => (await verifyAudit(pool, { facility: id, ...options }))[0];

async function found(options = {}): Promise<[string, number, number][]> {
  const report = await reportOf(facility, options);
  return (report?.findings ?? []).map((f) => [f.is, f.from, f.to]);
}

const hashOf = async (n: number): Promise<string> =>
  (await pool.query("select encode(entry_hash, 'hex') as h from audit_logs where facility_id = $1 and n = $2", [facility, n]))
    .rows[0].h;

beforeEach(async () => {
  facility = await hospital();
  other = await hospital();
  await write(facility, 6);
  await write(other, 2);
  await write(facility, 4);
});

test('a chain that nobody touched is whole, and its head can be noted down', async () => {
  const report = await reportOf(facility);
  expect(report).toMatchObject({ entries: 10, findings: [], head: { n: 10, hash: await hashOf(10) } });
  expect((await reportOf(other))?.head?.n).toBe(2);
  expect((await reportOf(await hospital()))?.head).toBeNull();
});

// Each column by itself: one that the hash left out could be changed unseen.
const CHANGES: Readonly<Record<string, string>> = {
  id: 'gen_random_uuid()',
  facility_id: '(select id from facilities where id <> $1 limit 1)',
  created_by: 'gen_random_uuid()',
  updated_by: 'gen_random_uuid()',
  created_at: "created_at - interval '1 ms'",
  updated_at: "updated_at - interval '1 ms'",
  deleted: 'true',
  row_version: '2',
  field_ver: `'{"city": [1, null]}'`,
  n: 'n + 100',
  prev_hash: "'\\x00'",
  entry_hash: "'\\x00'",
  user_id: 'null',
  action: "'read'",
  table_name: 'null',
  record_id: "record_id || ' '",
  old_values: "'null'",
  new_values: `'{"city": "Nsukka "}'`,
  device_id: "''",
  mutation_id: "'x'",
  ip_address: "'127.0.0.2'",
  user_agent: 'null',
  at: "at + interval '1 ms'",
};

test('every column of an entry is held by its hash', async () => {
  const { rows } = await pool.query(
    "select attname from pg_attribute where attrelid = 'audit_logs'::regclass and attnum > 0 and not attisdropped",
  );
  expect(rows.map((r: { attname: string }) => r.attname).sort()).toEqual(Object.keys(CHANGES).sort());
  const user = randomUUID();
  await pool.query(
    `insert into users (id, facility_id, email, full_name, role, is_active, is_approved) values ($1, $2, $3, 'A nurse', 'nursing', true, true)`,
    [user, facility, `${user}@test.ng`],
  );
  for (const [column, value] of Object.entries(CHANGES)) {
    facility = await hospital();
    await write(facility, 3);
    expect(await found(), column).toEqual([]);
    if (column === 'user_id') continue;
    await tamper([`update audit_logs set ${column} = ${value} where facility_id = $1 and n = 2`, facility]);
    expect(await found(), column).not.toEqual([]);
  }
});

test('a changed person is found', async () => {
  const user = randomUUID();
  await pool.query(
    `insert into users (id, facility_id, email, full_name, role, is_active, is_approved) values ($1, $2, $3, 'A nurse', 'nursing', true, true)`,
    [user, facility, `${user}@test.ng`],
  );
  await write(facility, 1, { user_id: user });
  await write(facility, 1);
  await tamper('update audit_logs set user_id = null where facility_id = $1 and n = 11');
  expect(await found()).toEqual([['changed', 11, 11]]);
});

test('a changed field is told with its entry and time', async () => {
  await tamper(`update audit_logs set new_values = '{"city": "Aba"}' where facility_id = $1 and n = 4`);
  expect(await found()).toEqual([['changed', 4, 4]]);
  const finding = (await reportOf(facility))?.findings[0] as Finding;
  expect(sayFinding(finding)).toMatch(/^Entry 4 \(20\d\d-.*Z\): was changed\.$/);
  expect((await reportOf(other))?.findings).toEqual([]);
});

test('an old entry that was changed together with its hash is found by the next one', async () => {
  await tamper(
    `update audit_logs set action = 'read' where facility_id = $1 and n = 4`,
    `update audit_logs a set entry_hash = sha256(prev_hash || convert_to(audit_text(a), 'UTF8')) where facility_id = $1 and n = 4`,
  );
  expect(await found()).toEqual([['replaced', 4, 4]]);
});

test('the last entry, changed together with its hash, does not fit the head', async () => {
  await tamper(
    `update audit_logs set action = 'read' where facility_id = $1 and n = 10`,
    `update audit_logs a set entry_hash = sha256(prev_hash || convert_to(audit_text(a), 'UTF8')) where facility_id = $1 and n = 10`,
  );
  expect(await found()).toEqual([['head', 10, 10]]);
});

test('entries removed from the middle are missing', async () => {
  await tamper('delete from audit_logs where facility_id = $1 and n in (3, 4, 7)');
  expect(await found()).toEqual([
    ['missing', 3, 4],
    ['missing', 7, 7],
  ]);
});

test('an entry removed and the others moved up is found', async () => {
  await tamper('delete from audit_logs where facility_id = $1 and n = 4', ...renumber('n - 1', 'n > 4'));
  expect(await found()).toEqual([
    ['replaced', 3, 3],
    ['missing', 10, 10],
  ]);
});

test('a removed beginning and a removed end are missing', async () => {
  await tamper('delete from audit_logs where facility_id = $1 and (n < 3 or n > 8)');
  expect(await found()).toEqual([
    ['missing', 1, 2],
    ['missing', 9, 10],
  ]);
});

test('an end removed together with the head is found by what was noted down', async () => {
  const anchor = { n: 10, hash: await hashOf(10) };
  expect(await found({ anchor })).toEqual([]);
  await tamper(
    'delete from audit_logs where facility_id = $1 and n > 8',
    'update audit_heads set (n, before, hash) = (select n, prev_hash, entry_hash from audit_logs where facility_id = $1 and n = 8) where facility_id = $1',
  );
  expect(await found()).toEqual([]);
  expect(await found({ anchor })).toEqual([['anchor', 10, 10]]);
  // Written on from there, the number is there again, but it is another entry.
  await write(facility, 3);
  expect(await found()).toEqual([]);
  expect(await found({ anchor })).toEqual([['anchor', 10, 10]]);
});

test('two entries that changed places are found, also with their hashes', async () => {
  await tamper(...renumber('9 - n', 'n in (4, 5)'));
  expect(await found()).toEqual([['order', 4, 5]]);
  await tamper(...renumber('9 - n', 'n in (4, 5)'));
  expect(await found()).toEqual([]);
  await tamper(...renumber('11 - n', 'n in (3, 8)'));
  expect(await found()).toEqual([['order', 3, 8]]);
});

const FORGE = `insert into audit_logs (facility_id, action, at, n, prev_hash, entry_hash)
  select facility_id, 'forged', at + interval '1 ms', $2, entry_hash, '\\x00' from audit_logs where facility_id = $1 and n = $3`;
const SEAL = `update audit_logs a set entry_hash = sha256(prev_hash || convert_to(audit_text(a), 'UTF8')) where action = 'forged' and facility_id = $1`;

test('a forged entry is found, whether it doubles a number, pushes the others back or stands at the end', async () => {
  await tamper([FORGE, facility, 5, 4], SEAL);
  expect((await found()).map(([is]) => is)).toContain('added');
  await tamper(`delete from audit_logs where facility_id = $1 and action = 'forged'`);
  expect(await found()).toEqual([]);
  await tamper(...renumber('n + 1', 'n > 4'), [FORGE, facility, 5, 4], SEAL);
  expect(await found()).toEqual([
    ['added', 5, 5],
    ['head', 10, 10],
    ['head', 11, 11],
  ]);
  facility = await hospital();
  await write(facility, 3);
  await tamper([FORGE, facility, 4, 3], SEAL);
  expect(await found()).toEqual([['head', 4, 4]]);
});

test('an entry moved to another month is found; so is a month that was taken away', async () => {
  await tamper(`update audit_logs set at = at + interval '1 month' where facility_id = $1 and n = 6`);
  expect(await found()).toEqual([['changed', 6, 6]]);
  const away = await hospital();
  const year = new Date().getUTCFullYear() + 40;
  await write(away, 2);
  await write(away, 3, { at: `${year}-01-15T00:00:00.000Z` });
  await write(away, 1);
  // What no month takes stands in the table for the rest.
  await tamper('alter table audit_logs detach partition audit_months.other');
  expect((await reportOf(away))?.findings).toMatchObject([{ is: 'missing', from: 3, to: 5 }]);
  await tamper('alter table audit_logs attach partition audit_months.other default');
  expect((await reportOf(away))?.findings).toEqual([]);
});

test('from a number on, what comes before is not read', async () => {
  await tamper(`update audit_logs set action = 'read' where facility_id = $1 and n = 2`);
  expect(await found({ from: 3 })).toEqual([]);
  expect(await found({ from: 2 })).toEqual([['changed', 2, 2]]);
  await tamper('delete from audit_logs where facility_id = $1 and n = 2');
  expect(await found({ from: 3 })).toEqual([]);
});

test('a trail over several months is read in pieces', async () => {
  const pieces = { chunk: 40 };
  await write(facility, 60, { at: '2026-11-30T23:59:59.999Z' });
  await write(facility, 60, { at: '2026-12-01T00:00:00.000Z' });
  const seen: number[] = [];
  const progress = (_facility: string, done: number) => seen.push(done);
  expect(await reportOf(facility, { ...pieces, progress })).toMatchObject({ entries: 130, findings: [] });
  expect(seen).toEqual([40, 80, 120, 130]);
  // What is missing, and what was changed, where two pieces meet.
  await tamper('delete from audit_logs where facility_id = $1 and n between 39 and 42');
  expect(await found(pieces)).toEqual([['missing', 39, 42]]);
  await tamper(
    `update audit_logs set action = 'read' where facility_id = $1 and n = 82`,
    `update audit_logs a set entry_hash = sha256(prev_hash || convert_to(audit_text(a), 'UTF8')) where facility_id = $1 and n = 82`,
  );
  expect(await found(pieces)).toEqual([
    ['missing', 39, 42],
    ['replaced', 82, 82],
  ]);
});

test('the command says it in lines and answers whether all is well', async () => {
  const lines: string[] = [];
  const say = (line: string) => lines.push(line);
  expect(await runVerify(pool, { facility }, say)).toBe(true);
  expect(lines).toEqual([expect.stringMatching(/10 entries, whole\. Note down its head: 10:[0-9a-f]{64}$/)]);
  await tamper(`delete from audit_logs where facility_id = $1 and n = 5`);
  lines.length = 0;
  expect(await runVerify(pool, { facility }, say)).toBe(false);
  expect(lines.slice(1)).toEqual(['  Entry 5: missing.']);
  expect(await runVerify(pool, { facility: randomUUID() }, say)).toBe(false);
  expect(await runVerify(pool, { anchor: { n: 1, hash: '0'.repeat(64) } }, say)).toBe(false);
});

test('the words of the command are read strictly', () => {
  const hash = 'ab'.repeat(32);
  expect(verifyOptions(['--from', '7', '--anchor', `12:${hash}`])).toEqual({ from: 7, anchor: { n: 12, hash } });
  for (const bad of [['--from', '0'], ['--from'], ['--anchor', '12:ab'], ['--facility', 'x'], ['all']]) {
    expect(verifyOptions(bad)).toContain('is not understood');
  }
});

test('the chain does not depend on settings of the connection', async () => {
  const client = await pool.connect();
  await client.query(
    `set timezone = 'Asia/Kolkata'; set datestyle = 'German'; set bytea_output = 'escape'; set extra_float_digits = 0`,
  );
  const values: Json = { weight_kg: 71.5, at: '2026-11-22T09:30:00.000Z', quote: `"'\\ ✓` };
  const step = auditOnly(facility, [entry({ new_values: values })]);
  await client.query({ text: step.sql.text, values: step.values });
  await client.query('reset all');
  client.release();
  expect(await found()).toEqual([]);
});
