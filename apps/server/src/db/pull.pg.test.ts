import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../testing/database.ts';
import { createPool } from './pool.ts';
import { CHANGED } from './pull.ts';

let db: Awaited<ReturnType<typeof openDatabase>>;
let owner: pg.Pool;
const facility = randomUUID();
const CHANGES = 40_000;

beforeAll(async () => {
  db = await openDatabase();
  owner = createPool({ connectionString: db.url, max: 1 });
  await owner.query(
    `insert into sync_entity select $1, 'patients', gen_random_uuid(), 'identity', n, 'U', 1 from generate_series(1, $2::int) n`,
    [facility, CHANGES],
  );
  await owner.query('insert into sync_head values ($1, $2)', [facility, CHANGES]);
  await owner.query('analyze sync_entity');
});
afterAll(async () => {
  await owner.end();
  await db.drop();
});

// With values that are known, and as it is planned once for all values.
test.each(['force_custom_plan', 'force_generic_plan'])(
  '[S42] a page costs what it answers, not what the log holds (%s)',
  async (mode) => {
    await owner.query(`set plan_cache_mode = ${mode}`);
    await owner.query(`prepare changed (uuid, bigint, text[], int) as ${CHANGED.text}`);
    const asked = `execute changed ('${facility}', 20000, '{identity}', 100)`;
    const { rows } = await owner.query(`explain (analyze, buffers, costs off, timing off, summary off, format json) ${asked}`);
    const [{ Plan: plan }] = rows[0]['QUERY PLAN'];
    // The log fills some five hundred blocks.
    expect(plan['Shared Hit Blocks'] + plan['Shared Read Blocks']).toBeLessThan(50);
    await owner.query('deallocate all');
  },
);
