import { randomUUID } from 'node:crypto';
import type { Actor, Patch } from '@psa/domain';
import { type DecideContext, type Group, type Mutation, NO_EFFECTS, pushGroup } from '@psa/sync';
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { auditEntry } from '../auth/audit.ts';
import { openDatabase } from '../testing/database.ts';
import { Database } from './database.ts';
import { createPool } from './pool.ts';
import { seed, seedId } from './seed.ts';
import { kindOf } from './sql.ts';
import { PgServerStore } from './store.ts';

/** The one way in on the real database, with what hostile or unlucky senders bring. */
let db: Awaited<ReturnType<typeof openDatabase>>;
/** The owner's, for what is planted or looked up by hand. */
let pool: pg.Pool;
/** The server's. */
let server: pg.Pool;
let store: PgServerStore;
let actor: Actor;

beforeAll(async () => {
  db = await openDatabase();
  pool = createPool({ connectionString: db.url, max: 20 });
  server = createPool({ connectionString: db.serverUrl, max: 20 });
  store = new PgServerStore(new Database(server));
  const facility_id = await seed(pool);
  actor = { user_id: seedId(facility_id, 'doctor@unth.edu.ng'), facility_id, role: 'consultant' };
});
afterAll(async () => {
  await server.end();
  await pool.end();
  await db.drop();
});

const device = randomUUID();
let cseq = 0;
const context = (): DecideContext => ({
  actor,
  origin: 'device',
  device,
  cseq: ++cseq,
  now: new Date().toISOString(),
  clock_offset_ms: 12.7,
  schema: 1,
  newId: () => randomUUID(),
  address: '127.0.0.1',
  user_agent: 'a browser',
});
const wish = (part: Partial<Mutation>): Mutation => ({
  mid: randomUUID(),
  kind: 'patients',
  id: randomUUID(),
  op: 'create',
  base: 0,
  patch: {},
  at: '2026-11-22T08:00:00.000Z',
  ...part,
});
const groupOf = (...mutations: Mutation[]): Group => ({
  group: randomUUID(),
  device,
  author: actor.user_id,
  epoch: null,
  mutations,
});
const push = (...mutations: Mutation[]) => pushGroup(store, groupOf(...mutations), context());
const patient = (number: string, more: Patch = {}): Patch => ({
  hospital_number: number,
  first_name: 'Ọbịnna',
  last_name: "O'Neil",
  gender: 'Male',
  date_of_birth_precision: 'Unknown',
  ...more,
});

test('a registered patient is there, letter for letter, with log, audit and number', async () => {
  const m = wish({ patch: patient('UNTH/1', { address: 'Line 1\nẸ̀bùn "\\" \u{1F642} {a,b}' }) });
  const head = await store.head(actor.facility_id);
  const { results } = await push(m);
  expect(results).toEqual([{ mid: m.mid, status: 'applied', version: 1 }]);
  const page = await store.pull(actor.facility_id, head, ['identity'], 10);
  expect(page.rows.patients).toMatchObject([{ ...m.patch, id: m.id, row_version: 1, phone: null }]);
  const { rows } = await pool.query(
    `select m.result, m.clock_offset_ms, a.action, a.user_id, a.new_values from sync_mutation m
     join audit_logs a on a.mutation_id = m.mid::text where m.mid = $1`,
    [m.mid],
  );
  expect(rows).toMatchObject([{ result: results[0], clock_offset_ms: 13, action: 'create', user_id: actor.user_id }]);
});

test('[S28] characters that no column can hold are refused, kept, and answered again', async () => {
  const m = wish({ reason: 'a\0b', patch: patient('a\0b', { first_name: 'half \ud800 pair', 'odd\0name': 'x' }) });
  const { results } = await push(m);
  expect(results).toMatchObject([{ status: 'refused', code: 'INVALID' }]);
  const { rows } = await pool.query('select payload, state, op from sync_quarantine where mid = $1', [m.mid]);
  expect(rows).toMatchObject([{ payload: { mid: m.mid, patch: { last_name: "O'Neil" } }, state: 'open', op: 'create' }]);
  expect((await push(m)).results).toEqual(results);
});

test('the store itself keeps any characters: log and quarantine letter for letter, audit as near as jsonb can', async () => {
  const odd = { reason: 'a\0b', half: 'x \ud800 y', 'k\0': '{"\\' };
  const m = { ...wish({}), patch: odd };
  const result = { mid: m.mid, status: 'refused', say: 'a\0b' } as const;
  const sent = { group: randomUUID(), device, author: actor.user_id };
  const need = { mids: [m.mid], rows: [], among: [], quarantined: [] };
  await store.transact(actor.facility_id, need, () => ({
    writes: [],
    mutations: [{ ...sent, mutation: m, result, ordinal: 0, cseq: 1, clock_offset_ms: null, schema: 1 }],
    quarantine: [{ ...sent, mid: m.mid, code: 'X', state: 'open', kind: 'k\0', record_id: m.id, detail: odd, payload: odd }],
    closed: [],
    audit: [
      {
        ...{ action: 'refuse', user_id: randomUUID(), table_name: 'k\0', record_id: m.id, device_id: device },
        ...{ mutation_id: m.mid, ip_address: 'x'.repeat(99), user_agent: 'a\0b', at: m.at },
        ...{ old_values: null, new_values: odd },
      },
    ],
  }));
  const { rows } = await pool.query(
    `select q.payload, q.detail, m.mutation, m.result, a.new_values, a.user_id from sync_quarantine q
     join sync_mutation m using (mid) join audit_logs a on a.mutation_id = q.mid::text where q.mid = $1`,
    [m.mid],
  );
  const near = { reason: 'a\uFFFDb', half: 'x \uFFFD y', 'k\uFFFD': '{"\\' };
  expect(rows).toEqual([{ payload: odd, detail: odd, mutation: m, result, new_values: near, user_id: null }]);
  const seen = await store.transact(actor.facility_id, need, (loaded) => {
    expect(loaded.known.get(m.mid)).toEqual(result);
    return NO_EFFECTS;
  });
  expect(seen.broken).toBeNull();
});

test('[S28] a kind with a name like SQL, and one that does not exist, are refused and kept', async () => {
  for (const kind of ['patients; drop table patients', 'nothing', 'x\0']) {
    expect((await push(wish({ kind }))).results).toMatchObject([{ status: 'refused' }]);
  }
});

test('[S29] JSON nested deeper than PostgreSQL reads does not stop the sender', async () => {
  let deep: Patch[string] = 'bottom';
  for (let i = 0; i < 3000; i++) deep = [deep];
  const m = wish({ patch: patient('deep', { address: deep }) });
  expect((await push(m)).results).toMatchObject([{ status: 'refused' }]);
  const { rows } = await pool.query('select payload from sync_quarantine where mid = $1', [m.mid]);
  expect(JSON.stringify(rows[0].payload)).toContain('bottom');
});

test('an id that belongs to another facility is refused, not tried for ever', async () => {
  const other = randomUUID();
  await pool.query(
    `insert into facilities (id, facility_id, name, short_name, country, time_zone) values ($1, $1, 'O', 'O', 'Nigeria', 'Africa/Lagos')`,
    [other],
  );
  const { rows } = await pool.query(
    `insert into patients (facility_id, hospital_number, first_name, last_name, gender, date_of_birth_precision)
     values ($1, 'H', 'A', 'B', 'Female', 'Unknown') returning id`,
    [other],
  );
  const m = wish({ id: rows[0].id, patch: patient('mine') });
  expect((await push(m)).results).toMatchObject([{ status: 'refused', code: 'TAKEN' }]);
});

test('[S30] the unique index, the link and the trigger are told in the words of the declaration', async () => {
  const first = wish({ patch: patient('twice') });
  await push(first);
  expect((await push(wish({ patch: patient('twice') }))).results).toMatchObject([
    { status: 'refused', code: 'TAKEN', fields: { hospital_number: 'Another patient has this hospital number.' } },
  ]);
  const nowhere = randomUUID();
  const allergy = { patient_id: nowhere, assertion: 'Allergy', substance: 'Latex', status: 'Active' };
  expect((await push(wish({ kind: 'patient_allergies', patch: allergy }))).results).toMatchObject([
    { status: 'refused', code: 'BROKEN_LINK', fields: { patient_id: 'This points to something that does not exist.' } },
  ]);
  const ofFirst = { ...allergy, patient_id: first.id };
  await push(wish({ kind: 'patient_allergies', patch: ofFirst }));
  const none = { patient_id: first.id, assertion: 'No known allergies', status: 'Active' };
  const judged = await push(wish({ kind: 'patient_allergies', patch: none }));
  expect(judged.results).toMatchObject([{ status: 'refused', code: 'CONSTRAINT' }]);
  const byHand = pool.query(
    `insert into patient_allergies (facility_id, patient_id, assertion, status) values ($1, $2, 'No known allergies', 'Active')`,
    [actor.facility_id, first.id],
  );
  await expect(byHand).rejects.toMatchObject({ code: '23514', constraint: 'patient_allergies_none_known_contradicted' });
});

test('a group of a hundred writes is one transaction and one number', async () => {
  const head = await store.head(actor.facility_id);
  const group = Array.from({ length: 100 }, (_, i) => wish({ patch: patient(`many ${i}`) }));
  const { results } = await push(...group);
  expect(results.every((r) => r.status === 'applied')).toBe(true);
  expect(await store.head(actor.facility_id)).toBe(head + 1);
  const page = await store.pull(actor.facility_id, head, ['identity'], 1);
  expect(page.rows.patients).toHaveLength(100);
});

test('[S20] a connection that dies in the middle leaves nothing, and the next one works', async () => {
  const m = wish({ patch: patient('cut') });
  const head = await store.head(actor.facility_id);
  const cut = store.transact(actor.facility_id, { mids: [m.mid], rows: [], among: [], quarantined: [] }, () => {
    throw new Error('the process stops here');
  });
  await expect(cut).rejects.toThrow('the process stops here');
  const killed = createPool({ connectionString: db.serverUrl, max: 1, application_name: 'victim' });
  const victim = new PgServerStore(new Database(killed));
  // Only its own role sees what a connection waits for, and may end it.
  const kill = () => server.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'victim'");
  let attempts = 0;
  const dying = pushGroup(
    {
      head: (f) => victim.head(f),
      epoch: (f) => victim.epoch(f),
      pull: (...a) => victim.pull(...a),
      snapshot: (...a) => victim.snapshot(...a),
      digest: (...a) => victim.digest(...a),
      transact: async (facility, need, decide) => {
        attempts++;
        // Somebody else holds the row of the facility's head, so that the commit waits while its connection is ended.
        const holder = await pool.connect();
        await holder.query('begin');
        await holder.query('select 1 from sync_head where facility_id = $1 for update', [facility]);
        // Heard at once: it may end before the one who ends it has the answer.
        const ending = victim.transact(facility, need, decide).then(
          () => new Error('it worked'),
          (error: unknown) => error,
        );
        await waitUntil(async () => {
          const { rows } = await server.query(
            "select 1 from pg_stat_activity where application_name = 'victim' and wait_event_type = 'Lock'",
          );
          return rows.length > 0;
        });
        await kill();
        const ended = await ending;
        await holder.query('rollback');
        holder.release();
        throw ended;
      },
    },
    groupOf(m),
    context(),
  );
  await expect(dying).rejects.toThrow(/terminating connection|Connection terminated/);
  expect(attempts).toBe(1);
  expect(await store.head(actor.facility_id)).toBe(head);
  expect((await pushGroup(victim, groupOf(m), context())).results).toMatchObject([{ status: 'applied' }]);
  await killed.end();
});

/** Asks again until it is so; the test's own limit ends it otherwise. */
async function waitUntil(so: () => Promise<boolean>): Promise<void> {
  while (!(await so()));
}

test('three hundred wishes at once, some of them for the same row, all get an answer', async () => {
  const shared = wish({ patch: patient('shared') });
  await push(shared);
  const all = Array.from({ length: 300 }, (_, i) =>
    i % 3 === 0
      ? wish({ id: shared.id, op: 'edit', base: 1, patch: { phone: String(i) } })
      : wish({ patch: patient(`crowd ${i}`) }),
  );
  const answers = await Promise.all(all.map((m) => push(m)));
  expect(answers.flatMap((a) => a.results).every((r) => r.status === 'applied')).toBe(true);
  const { rows } = await pool.query('select row_version from patients where id = $1', [shared.id]);
  expect(rows[0].row_version).toBe(101);
});

test('an edit that is not committed yet keeps nobody from being written down: of that person, in that hospital', async () => {
  const facility = actor.facility_id;
  const held = await pool.connect();
  try {
    await held.query('begin');
    for (const [kind, id] of [
      ['users', actor.user_id],
      ['facilities', facility],
    ] as const) {
      const { rows } = await held.query(`select row_version as version from ${kind} where id = $1`, [id]);
      const changed = JSON.stringify({ row_version: rows[0].version + 1 });
      await held.query(kindOf(kind).sql.update.text, [facility, [id], [rows[0].version], [changed]]);
    }
    const entry = auditEntry('read', Date.now(), { address: '', agent: '' }, { user_id: actor.user_id });
    await store.audit(facility, [entry, entry, entry]);
  } finally {
    await held.query('rollback');
    held.release();
  }
});

test('a table that was empty when its statements were planned is still looked up by its keys when it is not', async () => {
  // One connection, whose plans stay as they were made; nothing counts the rows meanwhile.
  const one = createPool({ connectionString: db.serverUrl, max: 1 });
  const tables = ['treatment_plans', 'treatment_plan_steps'];
  const read = async () => {
    await one.query('select pg_stat_force_next_flush()');
    const text = `select sum(seq_tup_read)::int as rows from pg_stat_user_tables where relname = any($1)`;
    return (await pool.query<{ rows: number }>(text, [tables])).rows[0]?.rows;
  };
  const plans = wish({ patch: patient('planned') });
  await push(plans);
  for (const table of tables) await pool.query(`analyze ${table}`);
  const writer = new PgServerStore(new Database(one));
  const before = await read();
  for (let i = 0; i < 12; i++) {
    const plan = wish({
      kind: 'treatment_plans',
      patch: { patient_id: plans.id, plan_name: `Plan ${i}`, diagnosis: 'Burns', status: 'Active' },
    });
    const step = wish({
      kind: 'treatment_plan_steps',
      patch: { treatment_plan_id: plan.id, step_number: 1, step_name: 'Graft', status: 'Pending' },
    });
    const { results } = await pushGroup(writer, groupOf(plan, step), context());
    expect(results.map((r) => r.say ?? r.status)).toEqual(['applied', 'applied']);
  }
  expect(await read()).toBe(before);
  await one.end();
});

test('nothing is loaded or judged for what nobody asks', async () => {
  const { broken, effects } = await store.transact(
    actor.facility_id,
    { mids: [], rows: [], among: [], quarantined: [] },
    () => NO_EFFECTS,
  );
  expect([broken, effects]).toEqual([null, NO_EFFECTS]);
});
