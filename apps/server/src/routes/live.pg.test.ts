import { createSecretKey, randomBytes, randomUUID } from 'node:crypto';
import { type CarriedPage, PROTOCOL_VERSION, type PullReply } from '@psa/sync';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildApp } from '../app.ts';
import { createPool } from '../db/pool.ts';
import { writeAll } from '../db/write.ts';
import { Secrets } from '../keys/secrets.ts';
import { ask, DOCTOR, type Hospital, one, openHospital, somebody, type Tablet } from '../testing/hospital.ts';
import { type LiveLine, listen } from '../testing/live-line.ts';

let h: Hospital;
beforeAll(async () => {
  h = await openHospital({ loginsPerMinute: 10_000 });
});
afterAll(() => h.close());

const head = () => one<number>(h.pool, 'select seq from sync_head where facility_id = $1', [h.facility]);
const create = (token: string) => h.call('POST', '/api/sync/patients', { token, body: somebody() });
const server = () => ({ actor: { user_id: h.admin, facility_id: h.facility, role: 'super_admin' }, origin: 'server' }) as const;

/** The next event, which must be a number. */
async function moved(line: LiveLine): Promise<number> {
  const told = await line.next();
  if (!('moved' in told)) throw new Error(`A page came: ${JSON.stringify(told).slice(0, 200)}`);
  return told.moved;
}

/** The next event, which must carry a page. */
async function carried(line: LiveLine): Promise<CarriedPage> {
  const told = await line.next();
  if (!('page' in told)) throw new Error(`Only a number came: ${told.moved}`);
  return told.page;
}

describe('a live stream', () => {
  test('[S51] tells the present number, then every move, also of SQL run by hand', async () => {
    const token = await h.signIn(DOCTOR);
    const live = await listen(h.base, token, '');
    expect(live.response.headers.get('content-type')).toContain('text/event-stream');
    expect(live.response.headers.get('cache-control')).toBe('no-store');
    const start = await moved(live);
    expect(start).toBe(await head());
    await create(token);
    expect(await moved(live)).toBe(start + 1);
    await h.pool.query("update wards set name = name || ' (new)' where id = (select id from wards limit 1)");
    expect(await moved(live)).toBe(start + 2);
    live.cut();
    await live.ended;
  });

  test('ends with its session', async () => {
    const token = await h.signIn(DOCTOR);
    const live = await listen(h.base, token);
    await live.next();
    await h.call('POST', '/api/logout', { token });
    await live.ended;
  });

  test('a fourth stream of a device ends the first', async () => {
    const { token } = await h.tablet(DOCTOR);
    const streams: LiveLine[] = [];
    for (let i = 0; i < 4; i++) {
      const live = await listen(h.base, token);
      await live.next();
      streams.push(live);
    }
    await streams[0]?.ended;
    const written = create(token);
    expect(await streams[3]?.next()).toHaveProperty('page');
    await written;
    for (const live of streams) live.cut();
  });

  test('breathes when nothing happens, and ends when the server stops', async () => {
    const own = await openHospital({ heartbeatMs: 20 });
    const live = await listen(own.base, await own.signIn(DOCTOR));
    await expect.poll(() => live.text()).toContain(':\n\n');
    await own.close();
    await live.ended;
  });
});

describe('[S53] a live event carries the change itself', () => {
  /** What a pull from the same number is answered with. */
  async function pulled(tablet: Tablet, { from }: CarriedPage): Promise<PullReply> {
    return (await h.pull(tablet, { cursor: from })).body as PullReply;
  }

  test('as a pull would have told it, to everybody what is theirs, and it begins where the last one ended', async () => {
    const people = await Promise.all([h.hire('consultant'), h.hire('pharmacy'), h.hire('nursing')]);
    const tablets = await Promise.all(people.map((person) => h.tablet(person)));
    const lines = await Promise.all(tablets.map(({ token }) => listen(h.base, token)));
    const starts = await Promise.all(lines.map(moved));
    const [consultant, pharmacist, nurse] = people.map(({ id }) => id);
    const patient = randomUUID();
    const notice = (user_id: string | undefined, message: string) => ({
      kind: 'notifications',
      id: randomUUID(),
      op: 'create' as const,
      patch: { user_id: user_id ?? '', kind: 'Other', message },
    });
    await writeAll(h.writer, server(), [
      { kind: 'patients', id: patient, op: 'create', patch: somebody() },
      { kind: 'vital_signs', id: randomUUID(), op: 'create', patch: PULSE(patient) },
      notice(consultant, 'to the consultant'),
      notice(pharmacist, 'to the pharmacist'),
    ]);
    const pages = await Promise.all(lines.map(carried));
    for (const [i, page] of pages.entries()) {
      const tablet = tablets[i] as Tablet;
      const reply = await pulled(tablet, page);
      expect({ rows: page.rows, gone: page.gone, next: page.next, epoch: page.epoch }).toEqual({
        rows: reply.rows,
        gone: reply.gone,
        next: reply.next,
        epoch: reply.epoch,
      });
      expect(page.from).toBe(starts[i]);
      expect(page.held).toEqual(reply.granted);
    }
    const kinds = pages.map(({ rows }) => Object.keys(rows).sort());
    expect(kinds).toEqual([
      ['notifications', 'patients', 'vital_signs'],
      ['notifications', 'patients'],
      ['patients', 'vital_signs'],
    ]);
    expect(pages.map(({ rows }) => rows.notifications?.map(({ user_id }) => user_id))).toEqual([
      [consultant],
      [pharmacist],
      undefined,
    ]);
    expect(nurse).toBeDefined();
    await writeAll(h.writer, server(), [{ kind: 'patients', id: patient, op: 'retract', base: 1, reason: 'a test' }]);
    const next = await Promise.all(lines.map(carried));
    expect(next.map(({ from }) => from)).toEqual(pages.map(({ next: to }) => to));
    for (const { gone } of next) expect(gone).toContainEqual(['patients', patient, 'D', 2]);
    for (const line of lines) line.cut();
  });

  test('only to a device that asks for it in the present version; what is large is told as a number', async () => {
    const tablet = await h.tablet(DOCTOR);
    const without = await listen(h.base, await h.signIn(DOCTOR));
    const old = await listen(h.base, tablet.token, `?schema=${PROTOCOL_VERSION - 1}`);
    const bare = await listen(h.base, tablet.token, '');
    const line = await listen(h.base, tablet.token);
    const start = (await Promise.all([without, old, bare, line].map(moved))).at(-1) ?? 0;
    await create(tablet.token);
    expect(await carried(line)).toMatchObject({ from: start, next: start + 1 });
    for (const other of [without, old, bare]) expect(await moved(other)).toBe(start + 1);
    const many = Array.from({ length: 60 }, () => ({
      kind: 'patients',
      id: randomUUID(),
      op: 'create' as const,
      patch: somebody(),
    }));
    await writeAll(h.writer, server(), many);
    expect(await moved(line)).toBe(start + 2);
    const long = many
      .slice(0, 40)
      .map((wish) => ({ ...wish, id: randomUUID(), patch: somebody({ address: 'x'.repeat(490) }) }));
    await writeAll(h.writer, server(), long);
    expect(await moved(line)).toBe(start + 3);
    // And then it goes on.
    await create(tablet.token);
    expect(await carried(line)).toMatchObject({ from: start + 3, next: start + 4 });
    for (const one of [without, old, bare, line]) one.cut();
  });

  test('what somebody may see is what they may see now', async () => {
    const person = await h.hire('consultant');
    const line = await listen(h.base, (await h.tablet(person)).token);
    const start = await moved(line);
    const patch = { role: 'pharmacy' };
    await writeAll(h.writer, server(), [{ kind: 'users', id: person.id, op: 'edit', patch }]);
    const changed = await carried(line);
    expect(changed.next).toBe(start + 1);
    expect(changed.held).not.toContain('clinical');
    const patient = randomUUID();
    await writeAll(h.writer, server(), [
      { kind: 'patients', id: patient, op: 'create', patch: somebody() },
      { kind: 'vital_signs', id: randomUUID(), op: 'create', patch: PULSE(patient) },
    ]);
    expect(Object.keys((await carried(line)).rows)).toEqual(['patients']);
    line.cut();
  });

  test('a device that is to be emptied is told numbers only, and one that was withdrawn nothing', async () => {
    const tablet = await h.tablet(await h.hire('nursing'));
    const line = await listen(h.base, tablet.token);
    await moved(line);
    await h.pool.query("update devices set state = 'drain', state_reason = 'a test' where id = $1", [tablet.device]);
    await create(await h.signIn(DOCTOR));
    expect(await moved(line)).toBeGreaterThan(0);
    await h.pool.query("update devices set state = 'revoked' where id = $1", [tablet.device]);
    await line.ended;
    expect(line.text()).not.toContain('event: page');
  });

  test('also when another process of the server took the change in', async () => {
    const pool = createPool({ connectionString: h.serverUrl, max: 4 });
    const config = { version: 'test', secrets: Secrets.of(createSecretKey(randomBytes(32))) };
    const other = buildApp({ pool, client: { connectionString: h.serverUrl }, config });
    const base = await other.listen({ host: '127.0.0.1', port: 0 });
    try {
      const tablet = await h.tablet(DOCTOR);
      const line = await listen(h.base, tablet.token);
      const start = await moved(line);
      const { body } = await ask(base, 'POST', '/api/login', { body: DOCTOR });
      const { token } = body as { token: string };
      expect((await ask(base, 'POST', '/api/sync/patients', { token, body: somebody() })).status).toBe(201);
      expect(await carried(line)).toMatchObject({ from: start, next: start + 1 });
      line.cut();
    } finally {
      await other.close();
      await pool.end();
    }
  });

  test('a burst shares events, and none of it is missing', async () => {
    const tablet = await h.tablet(DOCTOR);
    const lines = await Promise.all([1, 2].map(() => listen(h.base, tablet.token)));
    const [start = 0] = await Promise.all(lines.map(moved));
    const wishes = Array.from({ length: 30 }, () => randomUUID());
    await Promise.all(
      wishes.map((id) => writeAll(h.writer, server(), [{ kind: 'patients', id, op: 'create', patch: somebody() }])),
    );
    for (const line of lines) {
      const seen = new Set<unknown>();
      for (let at = start; seen.size < wishes.length; ) {
        const page = await carried(line);
        expect(page.from).toBe(at);
        for (const { id } of page.rows.patients ?? []) seen.add(id);
        at = page.next;
      }
      expect([...seen].sort()).toEqual([...wishes].sort());
      line.cut();
    }
  });
});

const PULSE = (patient_id: string) => ({ patient_id, observed_at: '2026-03-01T08:00:00.000Z', pulse: 80 });
