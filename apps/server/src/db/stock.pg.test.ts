import { randomUUID } from 'node:crypto';
import type { Actor, Patch } from '@psa/domain';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Desk, type DeskWish, openDesk } from '../testing/desk.ts';

/** Stock follows from movements and uses, whatever the order in which they arrive. */
let desk: Desk;
let pharmacist: Actor;
let nurse: Actor;

beforeAll(async () => {
  desk = await openDesk();
  pharmacist = await desk.person('pharmacy');
  nurse = await desk.person('nursing');
});
afterAll(() => desk.close());

const at = (hour: number) => `2026-03-01T${String(hour).padStart(2, '0')}:00:00.000Z`;
const item = () =>
  desk.done(pharmacist, {
    kind: 'surgical_consumables',
    patch: {
      ...{ item_name: 'Paraffin gauze', item_code: randomUUID(), minimum_stock_level: 0, reorder_level: 5 },
      is_active: true,
    },
  });
const moved = (consumable_id: string, movement_type: string, quantity: number, hour: number, more: Patch = {}): DeskWish => ({
  kind: 'stock_movements',
  patch: { consumable_id, movement_type, quantity, moved_at: at(hour), ...more },
});
const used = (consumable_id: string, quantity_used: number, hour: number): DeskWish => ({
  kind: 'consumable_usage',
  patch: { consumable_id, quantity_used, usage_date: at(hour) },
});
const stock = async (id: string) => (await desk.row('surgical_consumables', id)).stock_on_hand;

test('nothing is said of the stock before anything moved', async () => {
  expect(await stock(await item())).toBeNull();
});

test('each kind of movement adds or takes away, a count says how many there are, a use takes', async () => {
  const id = await item();
  const steps: [DeskWish, Actor, number][] = [
    [moved(id, 'Receipt', 100, 8), pharmacist, 100],
    [moved(id, 'Issue', 10, 9), pharmacist, 90],
    [moved(id, 'Return', 4, 10), pharmacist, 94],
    [moved(id, 'Transfer', 20, 11), pharmacist, 74],
    [moved(id, 'Loss', 1, 12, { reason: 'Wet' }), pharmacist, 73],
    [used(id, 3, 13), nurse, 70],
    [moved(id, 'Count', 65, 14), pharmacist, 65],
    [used(id, 5, 15), nurse, 60],
  ];
  for (const [wish, actor, left] of steps) {
    await desk.done(actor, wish);
    expect(await stock(id)).toBe(left);
  }
});

test('what was used is never refused: the stock goes below 0', async () => {
  const id = await item();
  await desk.done(nurse, used(id, 7, 9));
  expect(await stock(id)).toBe(-7);
});

test('entries that arrive late are put where they belong: before a count they change nothing any more', async () => {
  const id = await item();
  await desk.done(pharmacist, moved(id, 'Count', 50, 12));
  await desk.done(nurse, used(id, 5, 11));
  expect(await stock(id)).toBe(50);
  await desk.done(nurse, used(id, 5, 13));
  await desk.done(pharmacist, moved(id, 'Count', 80, 10));
  expect(await stock(id)).toBe(45);
});

test('a retraction gives back what it took; without any entry there is no stock to speak of', async () => {
  const id = await item();
  const receipt = await desk.done(pharmacist, moved(id, 'Receipt', 10, 8));
  const use = await desk.done(nurse, used(id, 4, 9));
  const count = await desk.done(pharmacist, moved(id, 'Count', 3, 10));
  await desk.done(pharmacist, { kind: 'stock_movements', id: count, op: 'retract' });
  expect(await stock(id)).toBe(6);
  await desk.done(nurse, { kind: 'consumable_usage', id: use, op: 'retract' });
  expect(await stock(id)).toBe(10);
  await desk.done(nurse, { kind: 'consumable_usage', id: use, op: 'restore' });
  expect(await stock(id)).toBe(6);
  await desk.done(nurse, { kind: 'consumable_usage', id: use, op: 'retract' });
  await desk.done(pharmacist, { kind: 'stock_movements', id: receipt, op: 'retract' });
  expect(await stock(id)).toBeNull();
});

test('many at once: nothing is lost, and items taken in opposite order do not hold each other up', async () => {
  const [a, b] = [await item(), await item()];
  await Promise.all(
    Array.from({ length: 24 }, (_, i) =>
      desk.done(nurse, ...(i % 2 === 0 ? [used(a, 1, 9), used(b, 2, 9)] : [used(b, 2, 9), used(a, 1, 9)])),
    ),
  );
  expect([await stock(a), await stock(b)]).toEqual([-24, -48]);
});

test('who comes second waits for the first, and both are summed', async () => {
  const id = await item();
  const [first, second] = [await desk.sql.connect(), await desk.sql.connect()];
  const use = `with written as (insert into consumable_usage (facility_id, consumable_id, quantity_used, usage_date)
    values ('${desk.facility}', '${id}', 1, now()))`;
  try {
    await first.query(`begin; ${use} select 1; set constraints all immediate`);
    const { rows } = await second.query<{ pid: number }>('select pg_backend_pid() as pid');
    const late = second.query(`begin; ${use} select 1; set constraints all immediate; commit`);
    const waits = 'select 1 where cardinality(pg_blocking_pids($1)) > 0';
    while ((await desk.sql.query(waits, [rows[0]?.pid])).rowCount === 0);
    await first.query('commit');
    await late;
  } finally {
    first.release();
    second.release();
  }
  expect(await stock(id)).toBe(-2);
});

test('uses and edits of one item at once: each is taken', async () => {
  const id = await item();
  const edits = Array.from({ length: 12 }, (_, i) =>
    desk.done(pharmacist, { kind: 'surgical_consumables', id, op: 'edit', patch: { reorder_level: 10 + i } }),
  );
  const uses = Array.from({ length: 12 }, () => desk.done(nurse, used(id, 1, 9)));
  await Promise.all([...uses, ...edits]);
  expect(await stock(id)).toBe(-12);
});

test('an edit of the item in the same group finds the version that it read', async () => {
  const id = await item();
  const before = await desk.row('surgical_consumables', id);
  await desk.done(pharmacist, moved(id, 'Receipt', 5, 8), {
    ...{ kind: 'surgical_consumables', id, op: 'edit', patch: { reorder_level: 9 } },
  });
  const after = await desk.row('surgical_consumables', id);
  expect(after).toMatchObject({ stock_on_hand: 5, reorder_level: 9, row_version: Number(before.row_version) + 2 });
});

test('each change of the stock is numbered for the devices, and audited with who moved it', async () => {
  const id = await item();
  const head = await desk.store.head(desk.facility);
  await desk.done(nurse, used(id, 2, 9));
  const page = await desk.store.pull(desk.facility, head, ['ref', 'stock'], 10);
  expect(page.rows.surgical_consumables).toMatchObject([{ id, stock_on_hand: -2, row_version: 2 }]);
  expect(page.rows.consumable_usage).toHaveLength(1);
  const { rows } = await desk.sql.query(
    "select user_id, old_values, new_values from audit_logs where record_id = $1 and action = 'derive'",
    [id],
  );
  expect(rows).toEqual([{ user_id: nurse.user_id, old_values: { stock_on_hand: null }, new_values: { stock_on_hand: -2 } }]);
});

test('SQL by hand moves the stock as well', async () => {
  const id = await item();
  const insert = `insert into stock_movements (facility_id, consumable_id, movement_type, quantity, moved_at)
    values ($1, $2, 'Receipt', 30, now()) returning id`;
  const { rows } = await desk.sql.query(insert, [desk.facility, id]);
  expect(await stock(id)).toBe(30);
  await desk.sql.query('update stock_movements set quantity = 20 where id = $1', [rows[0].id]);
  expect(await stock(id)).toBe(20);
});

test('nobody writes the stock: not from a device, not the server itself', async () => {
  const id = await item();
  const edit = { kind: 'surgical_consumables', id, op: 'edit', patch: { stock_on_hand: 99 } } as const;
  expect(await desk.tell(pharmacist, edit)).toEqual(['SERVER_ONLY']);
  const client = await desk.server.connect();
  try {
    await client.query(`select set_config('psa.facility', $1, false)`, [desk.facility]);
    const write = client.query('update surgical_consumables set stock_on_hand = 99 where id = $1', [id]);
    await expect(write).rejects.toMatchObject({ code: '42501' });
  } finally {
    client.release(true);
  }
  expect(await stock(id)).toBeNull();
});

test('a use at an operation is of the patient of that operation', async () => {
  const doctor = await desk.person('consultant');
  const [one, other] = [await desk.patient(doctor), await desk.patient(doctor)];
  const booking = await desk.done(doctor, {
    kind: 'surgery_bookings',
    patch: {
      ...{ patient_id: one, procedure_name: 'Skin graft', scheduled_date: '2026-03-02', scheduled_time: '09:00' },
      status: 'Scheduled',
    },
  });
  const at = (patient_id: string): DeskWish => {
    const wish = used('', 1, 9);
    return { ...wish, patch: { ...wish.patch, consumable_id: id, patient_id, surgery_booking_id: booking } };
  };
  const id = await item();
  expect(await desk.tell(nurse, at(other))).toEqual(['CONSTRAINT']);
  expect(await desk.tell(nurse, at(one))).toEqual(['applied']);
});
