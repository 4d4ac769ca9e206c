import { emptyReport, type Progress, type SyncReport } from '@psa/sync';
import { expect, test } from 'vitest';
import { Driver, type DriverEnv, fetchingOf, leadByLock } from './driver.ts';

type Contact = SyncReport['contact'];

/** A driver whose synchronisations are answered one by one by the test. */
function driverWith(more: Partial<DriverEnv> = {}) {
  const waiting: ((contact: Contact) => void)[] = [];
  const asked: (() => void)[] = [];
  let runs = 0;
  const received: boolean[] = [];
  const driver = new Driver({
    now: () => 0,
    carried: () => false,
    behind: () => Promise.resolve(false),
    syncOnce: (receive) =>
      new Promise((answered) => {
        runs++;
        received.push(receive);
        waiting.push((contact) => answered({ ...emptyReport(), contact }));
        asked.shift()?.();
      }),
    lead: (work) => work(),
    listen: () => () => undefined,
    // The longest wait: a timer never helps a test along.
    chance: { below: (n) => n - 1, random: (count) => new Uint8Array(count) },
    onSending: () => undefined,
    onReport: () => undefined,
    onFailure: () => undefined,
    ...more,
  });
  return {
    driver,
    runs: () => runs,
    /** Of each synchronisation, whether it received as well. */
    received,
    /** Resolves when a synchronisation is under way. */
    begun: (): Promise<void> => (waiting.length > 0 ? Promise.resolve() : new Promise((done) => asked.push(done))),
    answer: (contact: Contact): void => waiting.shift()?.(contact),
  };
}
const turns = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await Promise.resolve();
};

test('it synchronises at once, then when asked; what is asked during a run is run after it', async () => {
  const d = driverWith();
  const ended = d.driver.start();
  await d.begun();
  d.driver.ask('save');
  d.answer('good');
  await d.begun();
  expect(d.runs()).toBe(2);
  d.answer('good');
  await turns();
  expect(d.runs()).toBe(2);
  d.driver.ask('save');
  await d.begun();
  expect(d.runs()).toBe(3);
  d.driver.stop();
  d.answer('good');
  await ended;
});

test('[S50] after a failure a save waits for the timer, a sign of the network does not', async () => {
  const d = driverWith();
  const ended = d.driver.start();
  await d.begun();
  d.answer('unreachable');
  await turns();
  d.driver.ask('save');
  await turns();
  expect(d.runs()).toBe(1);
  d.driver.ask('signal');
  await d.begun();
  expect(d.runs()).toBe(2);
  d.driver.stop();
  d.answer('unreachable');
  await ended;
});

test('[S50] without any sign it tries again by itself', async () => {
  const d = driverWith({ chance: { below: () => 0, random: (count) => new Uint8Array(count) } });
  const ended = d.driver.start();
  for (const contact of ['unreachable', 'busy', 'stuck', 'unreachable'] as const) {
    await d.begun();
    d.answer(contact);
  }
  await d.begun();
  d.driver.stop();
  d.answer('good');
  await ended;
});

test('a storage that fails is told and tried again', async () => {
  const told: unknown[] = [];
  let runs = 0;
  await new Promise<void>((done) => {
    const { driver } = driverWith({
      chance: { below: () => 0, random: (count) => new Uint8Array(count) },
      onFailure: (error) => told.push(error),
      syncOnce: () => {
        if (++runs < 3) return Promise.reject(new Error('the disk'));
        driver.stop();
        done();
        return Promise.resolve(emptyReport());
      },
    });
    void driver.start();
  });
  expect(told).toHaveLength(2);
});

test('giving up before the lead was had is no failure', async () => {
  const never = {
    request: (_: string, { signal }: LockOptions) =>
      new Promise((_, fail) => signal?.addEventListener('abort', () => fail(signal.reason))),
  };
  const d = driverWith({ lead: leadByLock(never as unknown as LockManager, 'sync') });
  const ended = d.driver.start();
  d.driver.stop();
  await ended;
  expect(d.runs()).toBe(0);
});

test('[S53] while a live line brings what is new, a save is only sent', async () => {
  let line = true;
  let behind = false;
  const clock = { now: 0 };
  const d = driverWith({ carried: () => line, behind: () => Promise.resolve(behind), now: () => clock.now });
  const ended = d.driver.start();
  const once = async (why: 'save' | 'signal'): Promise<void> => {
    d.driver.ask(why);
    await d.begun();
    d.answer('good');
    await turns();
  };
  await d.begun();
  d.answer('good');
  await turns();
  await once('save');
  await once('signal');
  await once('save');
  expect(d.received).toEqual([true, false, true, false]);
  // The line has ended, or nothing was received for long: then it does both.
  line = false;
  await once('save');
  line = true;
  clock.now += 10 * 60_000;
  await once('save');
  expect(d.received.slice(4)).toEqual([true, true]);
  // What the line owes and has not brought is fetched after a second.
  behind = true;
  await once('save');
  await d.begun();
  expect(d.received.slice(6)).toEqual([false, true]);
  d.driver.stop();
  d.answer('good');
  await ended;
});

test('progress is shown while a scope is fetched, and only then', () => {
  const cases: [Progress, ReturnType<typeof fetchingOf>][] = [
    [
      { doing: 'fetching', scope: 'ref', done: 5, of: 10 },
      { done: 5, of: 10, scope: 'ref' },
    ],
    [{ doing: 'fetching', scope: 'ref', done: 10, of: 10 }, null],
    [{ doing: 'sending', groups: 3 }, null],
  ];
  for (const [now, shown] of cases) expect(fetchingOf(now)).toEqual(shown);
});
