import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../testing/database.ts';
import { Database } from './database.ts';
import { createPool } from './pool.ts';

const FACILITIES = Array.from({ length: 3 }, () => randomUUID());
const [a, b] = FACILITIES as [string, string];
let db: Awaited<ReturnType<typeof openDatabase>>;
let owner: pg.Pool;

beforeAll(async () => {
  db = await openDatabase();
  owner = createPool({ connectionString: db.url, max: 2 });
  for (const id of FACILITIES) {
    await owner.query(
      `insert into facilities (id, facility_id, name, short_name, country, time_zone) values ($1, $1, 'O', 'O', 'Nigeria', 'Africa/Lagos')`,
      [id],
    );
  }
});
afterAll(async () => {
  await owner.end();
  await db.drop();
});

/** A pool of a few connections as the server's role, and what they were sent besides what was asked. */
async function withPool(max: number, work: (d: Database, pool: pg.Pool) => Promise<void>): Promise<void> {
  const pool = createPool({ connectionString: db.serverUrl, max });
  try {
    await work(new Database(pool), pool);
  } finally {
    await pool.end();
  }
}

/** Everything the connection shows, whatever was asked for. */
const SEEN = 'select f.id, psa_facility() as named from facilities f';
const seen = async (d: Database, facility: string | null) =>
  (await d.of(facility).query<{ id: string; named: string }>(SEEN)).rows.flatMap((r) => [r.id, r.named]);

test('interleaved facilities over two connections each see their own, whatever failed in between', async () => {
  await withPool(2, async (d) => {
    const wrong: string[] = [];
    const look = async (facility: string) => {
      const found = await seen(d, facility);
      if (found.length !== 2 || found.some((id) => id !== facility)) wrong.push(`${facility} saw ${found}`);
    };
    const fails = (work: Promise<unknown>) => expect(work).rejects.toThrow();
    const steps: ((facility: string) => Promise<unknown>)[] = [
      look,
      (f) => fails(d.of(f).query('select 1 / 0')),
      (f) => fails(d.of(f).query('select nothing from nowhere')),
      (f) =>
        d.of(f).borrow(async (client) => {
          await client.query('begin');
          const { rows } = await client.query(SEEN);
          if (rows.length !== 1 || rows[0].id !== f) wrong.push(`${f} saw ${JSON.stringify(rows)} in a transaction`);
          await client.query('rollback');
        }),
      (f) =>
        fails(
          d.of(f).borrow(async (client) => {
            await client.query('begin');
            await client.query('select 1 / 0');
          }),
        ),
      // A transaction that is gone is ended by a commit without an error.
      (f) =>
        d.of(f).borrow(async (client) => {
          await Promise.allSettled([client.query('begin'), client.query('select 1 / 0'), client.query('commit')]);
        }),
      (f) =>
        fails(
          d.of(f).borrow(async (client) => {
            void client.query('begin');
            throw new Error('before the answer');
          }),
        ),
      (f) => fails(d.of(f).query('begin')),
      (f) => fails(d.of(f).borrow((client) => client.query('begin'))),
    ];
    await Promise.all(
      Array.from({ length: 400 }, async (_, i) => {
        const facility = FACILITIES[(i * 7) % FACILITIES.length] as string;
        await steps[(i * 5) % steps.length]?.(facility);
        await look(facility);
      }),
    );
    expect(wrong).toEqual([]);
  });
});

test('of no facility, nothing of any is seen, also on a connection that another has used', async () => {
  await withPool(1, async (d) => {
    expect(await seen(d, a)).toEqual([a, a]);
    expect(await seen(d, null)).toEqual([]);
    expect(await seen(d, b)).toEqual([b, b]);
  });
});

test('a write for another facility than the one named is refused', async () => {
  await withPool(1, async (d) => {
    const insert = `insert into wards (facility_id, name, code, is_active) values ($1, 'W', 'W', true)`;
    await expect(d.of(a).query(insert, [b])).rejects.toMatchObject({ code: '42501' });
    await expect(d.of(null).query(insert, [b])).rejects.toMatchObject({ code: '42501' });
    await d.of(b).query(insert, [b]);
  });
});

test('several that share a pool know what the others named', async () => {
  await withPool(1, async (d, pool) => {
    const other = new Database(pool);
    for (const one of [d, other, d]) expect(await seen(one, a)).toEqual([a, a]);
    await other.of(null).query('select 1');
    expect(await seen(d, a)).toEqual([a, a]);
  });
});

test('the name is sent once, and again only when another facility follows', async () => {
  await withPool(1, async (d, pool) => {
    const sent: string[] = [];
    pool.on('connect', (client) => {
      const query = client.query.bind(client) as (...given: unknown[]) => unknown;
      client.query = ((...given: unknown[]) => {
        const [first] = given as [{ name?: string; values?: unknown[] } | string];
        if (typeof first === 'object' && first.name === 'name facility') sent.push(String(first.values?.[0]));
        return query(...given);
      }) as typeof client.query;
    });
    for (const facility of [a, a, b, b, null, a]) await d.of(facility).query('select 1');
    await d.of(a).borrow((client) => client.query('select 1'));
    expect(sent).toEqual([a, b, '', a]);
  });
});

test('what failed before the answer to its begin came leaves no transaction to the next', async () => {
  await withPool(1, async (d) => {
    expect(await seen(d, a)).toEqual([a, a]);
    const work = d.of(a).borrow(async (client) => {
      void client.query('begin');
      throw new Error('before the answer');
    });
    await expect(work).rejects.toThrow('before the answer');
    expect(await seen(d, a)).toEqual([a, a]);
  });
});

test('a name that could not be sent spoils the answer behind it and the connection', async () => {
  await withPool(1, async (d, pool) => {
    expect(await seen(d, a)).toEqual([a, a]);
    const [client] = [await pool.connect()];
    const before = (await client.query('select pg_backend_pid() as pid')).rows[0].pid;
    const query = client.query.bind(client) as (...given: unknown[]) => unknown;
    client.query = ((...given: unknown[]) => {
      const [first] = given as [{ name?: string } | string];
      return typeof first === 'object' && first.name === 'name facility' ? query('select 1 / 0') : query(...given);
    }) as typeof client.query;
    client.release();
    await expect(seen(d, b)).rejects.toThrow('division by zero');
    const { rows } = await d.of(b).query('select pg_backend_pid() as pid');
    expect(rows[0]?.pid).not.toBe(before);
    expect(await seen(d, b)).toEqual([b, b]);
  });
});
