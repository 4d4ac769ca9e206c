import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { auditEntry } from '../auth/audit.ts';
import { openDatabase } from '../testing/database.ts';
import { Database } from './database.ts';
import { createPool } from './pool.ts';
import { PgServerStore } from './store.ts';

/** SQL as somebody types it: no store, no judge. What the database promises must hold all the same. */
let db: Awaited<ReturnType<typeof openDatabase>>;
let pool: pg.Pool;
let store: PgServerStore;
let facility: string;

beforeAll(async () => {
  db = await openDatabase();
  pool = createPool({ connectionString: db.url, max: 20 });
  store = new PgServerStore(new Database(pool));
});
afterAll(async () => {
  await pool.end();
  await db.drop();
});
beforeEach(async () => {
  facility = randomUUID();
  await pool.query(
    `insert into facilities (id, facility_id, name, short_name, country, time_zone) values ($1, $1, 'H', 'H', 'Nigeria', 'Africa/Lagos')`,
    [facility],
  );
});

const addWard = (on: pg.Pool | pg.PoolClient, name: string) =>
  on.query('insert into wards (facility_id, name, code, is_active) values ($1, $2, $2, true) returning id', [facility, name]);
const entity = async (id: string) =>
  (await pool.query('select scope, seq, op, version from sync_entity where id = $1 order by seq, scope', [id])).rows;

/** One connection and a transaction on it, ended with `end`. */
async function transaction(): Promise<{ client: pg.PoolClient; end: (how: 'commit' | 'rollback') => Promise<void> }> {
  const client = await pool.connect();
  await client.query('begin');
  return {
    client,
    end: async (how) => {
      await client.query(how);
      client.release();
    },
  };
}

describe('the sequence of commits', () => {
  test('[S41] sixteen writers of plain SQL: numbers without gaps, in the order in which commits become visible', async () => {
    const start = await store.head(facility);
    const [writers, each] = [16, 12];
    let writing = true;
    const reader = (async () => {
      const seen: number[] = [];
      for (let last = false; !last; ) {
        last = !writing;
        // The head and the rows of one moment: whoever sees number n sees every number below it.
        const { rows } = await pool.query(
          `select h.seq as head, (select count(distinct seq)::int from sync_entity where facility_id = $1) as numbers
           from sync_head h where h.facility_id = $1`,
          [facility],
        );
        expect(rows[0].numbers).toBe(rows[0].head);
        seen.push(rows[0].head);
      }
      return seen;
    })();
    const writer = async (n: number) => {
      for (let i = 0; i < each; i++) {
        const { client, end } = await transaction();
        await addWard(client, `${n}-${i}-a`);
        await addWard(client, `${n}-${i}-b`);
        await end(i % 4 === 3 ? 'rollback' : 'commit');
      }
    };
    await Promise.all(Array.from({ length: writers }, (_, n) => writer(n)));
    writing = false;
    const seen = await reader;
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    const { rows } = await pool.query(
      `select seq - $2 as n, count(*)::int as rows from sync_entity where facility_id = $1 and kind = 'wards' group by seq order by seq`,
      [facility, start],
    );
    const committed = writers * each * 0.75;
    expect(rows).toEqual(Array.from({ length: committed }, (_, i) => ({ n: i + 1, rows: 2 })));
  });

  test('[S41] a transaction that wrote first and commits last gets the later number', async () => {
    const slow = await transaction();
    const first = await addWard(slow.client, 'slow');
    const second = await addWard(pool, 'quick');
    expect(await entity(first.rows[0].id)).toEqual([]);
    await slow.end('commit');
    const [a] = await entity(first.rows[0].id);
    const [b] = await entity(second.rows[0].id);
    expect(a.seq).toBe(b.seq + 1);
  });

  test('[S41] one number a transaction and facility, however many rows and tables', async () => {
    const before = await store.head(facility);
    const { client, end } = await transaction();
    const ward = await addWard(client, 'A');
    await client.query(`update wards set name = 'B' where id = $1`, [ward.rows[0].id]);
    await client.query(
      `insert into surgical_consumables (facility_id, item_name, item_code, minimum_stock_level, reorder_level, is_active)
       values ($1, 'x', 'x', 0, 0, true)`,
      [facility],
    );
    await end('commit');
    expect(await store.head(facility)).toBe(before + 1);
    expect(await entity(ward.rows[0].id)).toEqual([{ scope: 'ref', seq: before + 1, op: 'U', version: 2 }]);
  });

  test('[S41] a savepoint that was rolled back leaves no number behind', async () => {
    const before = await store.head(facility);
    const { client, end } = await transaction();
    await client.query('savepoint a');
    await addWard(client, 'A');
    await client.query('set constraints all immediate');
    await client.query('rollback to savepoint a');
    await client.query('set constraints all deferred');
    await addWard(client, 'B');
    await end('commit');
    expect(await store.head(facility)).toBe(before + 1);
  });

  test('a commit is told once, with its number, when it is visible', async () => {
    const ear = await pool.connect();
    const heard: string[] = [];
    ear.on('notification', ({ payload }) => payload?.startsWith(facility) && heard.push(payload));
    await ear.query('listen sync');
    const { client, end } = await transaction();
    await addWard(client, 'A');
    await addWard(client, 'B');
    await end('commit');
    await addWard(pool, 'C');
    const head = await store.head(facility);
    // Notifications arrive before the answer to the next query of the one who listens.
    await ear.query('select 1');
    expect(heard).toEqual([`${facility}:${head - 1}`, `${facility}:${head}`]);
    await ear.query('unlisten *');
    ear.removeAllListeners('notification');
    ear.release();
  });

  test('[S44] a retracted row is told as D and can be restored', async () => {
    const ward = (await addWard(pool, 'A')).rows[0].id;
    await pool.query('update wards set deleted = true where id = $1', [ward]);
    expect(await entity(ward)).toMatchObject([{ op: 'D', version: 2 }]);
    await pool.query('update wards set deleted = false where id = $1', [ward]);
    expect(await entity(ward)).toMatchObject([{ op: 'U', version: 3 }]);
  });
});

describe('SQL run by hand', () => {
  test('takes its place in the audit chain before its number, as the one way in does', async () => {
    const { client, end } = await transaction();
    await addWard(client, 'A');
    await client.query('set constraints all immediate');
    const { rows } = await client.query(
      "select count(*)::int as held from pg_locks where pid = pg_backend_pid() and locktype = 'advisory' and granted",
    );
    await end('rollback');
    expect(rows[0].held).toBe(1);
  });

  test('[S31] raises the version, and marks what it changed as written by no device', async () => {
    // Written an hour ago: two statements can fall into one millisecond.
    const { rows: made } = await pool.query(
      `insert into wards (facility_id, name, code, is_active, created_at, updated_at)
       select $1, 'A', 'A', true, ago, ago from (values (now() - interval '1 hour')) v (ago) returning id`,
      [facility],
    );
    const ward = made[0].id;
    await pool.query(`update wards set name = 'Z', beds = '{Z-1}' where id = $1`, [ward]);
    const { rows } = await pool.query(
      'select row_version, field_ver, updated_at > created_at as later from wards where id = $1',
      [ward],
    );
    expect(rows[0]).toEqual({ row_version: 2, field_ver: { name: [2, null], beds: [2, null] }, later: true });
  });

  test('cannot move a row to another facility, give it another id, or turn its version back', async () => {
    const ward = (await addWard(pool, 'A')).rows[0].id;
    await expect(pool.query('update wards set facility_id = $2 where id = $1', [ward, randomUUID()])).rejects.toThrow(
      'never change',
    );
    await expect(pool.query('update wards set id = $2 where id = $1', [ward, randomUUID()])).rejects.toThrow('never change');
    await pool.query(`update wards set name = 'B' where id = $1`, [ward]);
    await expect(pool.query('update wards set row_version = 1 where id = $1', [ward])).rejects.toThrow('never goes back');
  });

  test('cannot point to a row of another facility', async () => {
    const ward = (await addWard(pool, 'A')).rows[0].id;
    const other = randomUUID();
    await pool.query(
      `insert into facilities (id, facility_id, name, short_name, country, time_zone) values ($1, $1, 'O', 'O', 'Nigeria', 'Africa/Lagos')`,
      [other],
    );
    const patient = await pool.query(
      `insert into patients (facility_id, hospital_number, first_name, last_name, gender, date_of_birth_precision)
       values ($1, 'H1', 'A', 'B', 'Female', 'Unknown') returning id`,
      [other],
    );
    const admit = pool.query(
      `insert into patient_admissions (facility_id, patient_id, admission_number, admission_date, admission_type, status, ward_id)
       values ($1, $2, 'A1', now(), 'Elective', 'Active', $3)`,
      [other, patient.rows[0].id, ward],
    );
    await expect(admit).rejects.toMatchObject({ code: '23503', constraint: 'patient_admissions_ward_id_fkey' });
  });

  test.each(['wards', 'patients', 'audit_logs', 'sync_mutation', 'sync_quarantine', 'sync_entity'])(
    'removes nothing from %s',
    async (table) => {
      await expect(pool.query(`delete from ${table}`)).rejects.toThrow('never removed');
      await expect(pool.query(`truncate ${table} cascade`)).rejects.toThrow('never removed');
    },
  );

  test('the audit log is only added to', async () => {
    const byHand = pool.query(`insert into audit_logs (facility_id, action, at) values ($1, 'look', now())`, [facility]);
    await expect(byHand).rejects.toMatchObject({ code: '23502', column: 'n' });
    await store.audit(facility, [auditEntry('look', Date.now(), { address: '', agent: '' })]);
    await expect(pool.query(`update audit_logs set action = 'nothing'`)).rejects.toThrow('never changed');
  });

  test('[S21] an answered mutation is never changed; one that waited gets its answer', async () => {
    const add = (status: string) =>
      pool.query(
        `insert into sync_mutation (facility_id, mid, group_id, ordinal, author_id, kind, record_id, mutation, status, result, schema_version)
         values ($1, $2, $2, 0, $2, 'wards', $2, '{}', $3, '{}', 1) returning mid`,
        [facility, randomUUID(), status],
      );
    const answer = (mid: string) => pool.query(`update sync_mutation set status = 'applied' where mid = $1`, [mid]);
    const [final, waiting] = [(await add('refused')).rows[0].mid, (await add('deferred')).rows[0].mid];
    await expect(answer(final)).rejects.toThrow('never changed');
    await answer(waiting);
    await expect(answer(waiting)).rejects.toThrow('never changed');
  });
});
