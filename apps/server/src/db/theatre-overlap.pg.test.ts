import { randomUUID } from 'node:crypto';
import type { Patch } from '@psa/domain';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { booking, openTheatre, refusal, saying, type Theatre } from '../testing/theatre.ts';

/** A theatre and a person hold one operation at a time, whoever books at once. The judge sees a day; PostgreSQL sees all. */
let t: Theatre;
beforeAll(async () => {
  t = await openTheatre();
});
afterAll(() => t.close());

/** Books while the same booking of somebody else is written and not yet ended; that one is ended when ours waits for it. */
async function behind(more: Patch, end: 'commit' | 'rollback'): Promise<string> {
  const other = await t.pool.connect();
  try {
    await other.query('begin');
    const patch = { id: randomUUID(), facility_id: t.facility, ...booking(t.patient(), more) };
    const columns = Object.keys(patch);
    await other.query(
      `insert into surgery_bookings (${columns.join(', ')}) values (${columns.map((_, i) => `$${i + 1}`).join(', ')})`,
      Object.values(patch),
    );
    const ours = t.book(more);
    let ended = false;
    const over = () => {
      ended = true;
    };
    ours.then(over, over);
    const waits = `select from pg_locks join pg_stat_activity using (pid) where not granted and datname = current_database()`;
    while (!ended && (await t.pool.query(waits)).rowCount === 0);
    expect(ended).toBe(false);
    await other.query(end);
    return await ours;
  } finally {
    other.release();
  }
}

describe('a theatre holds one operation at a time', () => {
  const theatreFull = { code: 'CONSTRAINT', say: saying('surgery_bookings', 'surgery_bookings_theatre_free') };

  test('on the same day the judge says so, across midnight the database', async () => {
    const there = { theatre_number: 'T-A', scheduled_date: '2026-12-02' };
    await t.book({ ...there, scheduled_time: '23:00', estimated_duration: 180 });
    expect(await refusal(t.book({ ...there, scheduled_time: '23:30' }))).toMatchObject(theatreFull);
    const after = { theatre_number: 't-a', scheduled_date: '2026-12-03' };
    expect(await refusal(t.book({ ...after, scheduled_time: '01:59' }))).toMatchObject(theatreFull);
    await t.book({ ...after, scheduled_time: '02:00' });
    await t.book({ ...after, scheduled_time: '01:00', overlap_reason: 'Two tables in one room' });
  });

  test('who books it while another’s booking is being kept waits, and is refused once it is kept', async () => {
    const same = { theatre_number: 'T-B', scheduled_date: '2026-12-02' };
    expect(await refusal(behind(same, 'commit'))).toMatchObject(theatreFull);
    expect(await behind({ ...same, scheduled_time: '12:00' }, 'rollback')).toEqual(expect.any(String));
  });
});

describe('a person is in one operation at a time', () => {
  const busy = { code: 'CONSTRAINT', say: saying('surgery_bookings', 'surgery_bookings_people_free') };
  const taken = async (id: string): Promise<unknown[]> => {
    const { rows } = await t.pool.query(
      'select person_id, period::text from surgery_booking_people where booking_id = $1 order by person_id',
      [id],
    );
    return rows;
  };

  test('who takes part, and when, follows the booking through every change', async () => {
    const [ana, obi] = [await t.person(), await t.person()];
    const id = await t.book({
      primary_surgeon_id: ana,
      anaesthetist_id: obi,
      scrub_nurse_id: ana,
      scheduled_date: '2026-12-05',
    });
    const eight = '["2026-12-05 08:00:00","2026-12-05 09:00:00")';
    const both = [ana, obi].sort().map((person_id) => ({ person_id, period: eight }));
    expect(await taken(id)).toEqual(both);
    await t.edit('surgery_bookings', id, { scheduled_time: '10:00', anaesthetist_id: null });
    expect(await taken(id)).toEqual([{ person_id: ana, period: '["2026-12-05 10:00:00","2026-12-05 11:00:00")' }]);
    for (const [patch, count] of [
      [{ overlap_reason: 'Meant' }, 0],
      [{ overlap_reason: null }, 1],
      [{ estimated_duration: null }, 0],
      [{ estimated_duration: 30 }, 1],
      [{ status: 'Postponed', status_reason: 'No blood' }, 0],
      [{ status: 'Confirmed' }, 1],
      [{ status: 'In Progress' }, 1],
      [{ status: 'Completed' }, 0],
    ] as const) {
      await t.edit('surgery_bookings', id, patch);
      expect(await taken(id), JSON.stringify(patch)).toHaveLength(count);
    }
    const other = await t.book({ primary_surgeon_id: ana, scheduled_date: '2026-12-06' });
    await t.write({ kind: 'surgery_bookings', id: other, op: 'retract' });
    expect(await taken(other)).toEqual([]);
    await t.write({ kind: 'surgery_bookings', id: other, op: 'restore' });
    expect(await taken(other)).toHaveLength(1);
    await t.pool.query('update surgery_bookings set scheduled_time = $2 where id = $1', [other, '12:00']);
    expect(await taken(other)).toEqual([{ person_id: ana, period: '["2026-12-06 12:00:00","2026-12-06 13:00:00")' }]);
  });

  test('a second operation is refused, in whatever part; what comes back meets what came meanwhile', async () => {
    const ana = await t.person();
    const day = { scheduled_date: '2026-12-07' };
    const first = await t.book({ ...day, primary_surgeon_id: ana });
    expect(await refusal(t.book({ ...day, scrub_nurse_id: ana }))).toMatchObject(busy);
    await t.write({ kind: 'surgery_bookings', id: first, op: 'retract' });
    await t.book({ ...day, assistant_surgeon_id: ana });
    expect(await refusal(t.write({ kind: 'surgery_bookings', id: first, op: 'restore' }))).toMatchObject(busy);
  });

  test('across midnight the database says so', async () => {
    const ana = await t.person();
    await t.book({ scheduled_date: '2026-12-08', scheduled_time: '22:00', estimated_duration: 300, anaesthetist_id: ana });
    const next = { scheduled_date: '2026-12-09', primary_surgeon_id: ana };
    expect(await refusal(t.book({ ...next, scheduled_time: '02:00' }))).toMatchObject(busy);
    await t.book({ ...next, scheduled_time: '03:00' });
  });

  test('who wants a person while another’s booking of them is being kept waits, and is refused once it is kept', async () => {
    const ana = await t.person();
    const same = { scheduled_date: '2026-12-10', primary_surgeon_id: ana };
    expect(await refusal(behind(same, 'commit'))).toMatchObject(busy);
    const { rows } = await t.pool.query('select count(*)::int as n from surgery_booking_people where person_id = $1', [ana]);
    expect(rows).toEqual([{ n: 1 }]);
    expect(await behind({ ...same, scheduled_time: '12:00' }, 'rollback')).toEqual(expect.any(String));
  });

  test('the server cannot write what follows from the bookings', async () => {
    const at = `values ('${t.facility}', gen_random_uuid(), gen_random_uuid(), tsrange('2026-01-01', '2026-01-02'))`;
    const scoped = t.database.of(t.facility);
    await expect(scoped.query(`insert into surgery_booking_people ${at}`)).rejects.toMatchObject({ code: '42501' });
    await expect(scoped.query('update surgery_booking_people set period = period')).rejects.toMatchObject({ code: '42501' });
    await expect(scoped.query('delete from surgery_booking_people')).rejects.toMatchObject({ code: '42501' });
    const others = await t.database.of(randomUUID()).query('select from surgery_booking_people');
    expect(others.rowCount).toBe(0);
  });
});
