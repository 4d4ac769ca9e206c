import { type AnyRow, ProblemError } from '@psa/domain';
import { expect, test } from 'vitest';
import { EPOCH, nth, patient, snapshotOf } from '../contracts/device-fixture.ts';
import { packPage, unpackPage } from '../sim/codec.ts';
import { LinkError } from './link.ts';
import { MemoryDeviceStore, MemoryDisk } from './memory.ts';
import { emptyReport, type Progress } from './report.ts';
import type { Contacts } from './round.ts';
import { fetchScope } from './snapshot.ts';
import type { SnapshotPage } from './store.ts';

const PAGES = 80;

/** A tablet whose storage is as slow as the test wants, and a server with so many pages of `identity`. */
async function tablet(onPut: (put: number) => Promise<void> = async () => undefined) {
  const disk = new MemoryDisk(nth(0xd0));
  const puts: number[][] = [];
  const store = new MemoryDeviceStore(disk, unpackPage);
  await store.newEpoch(EPOCH, null);
  const keep = store.putPages.bind(store);
  store.putPages = async (scope, pages) => {
    puts.push(pages.map((p) => p.n));
    await onPut(puts.length);
    await keep(scope, pages);
  };
  const fixture = { pack: (rows: readonly AnyRow[]) => Promise.resolve(packPage(rows)) };
  const pages = Array.from({ length: PAGES }, (_, n) => ({ kind: 'patients', rows: [patient(n + 1)] }));
  const { header, bytes } = await snapshotOf(fixture, 'identity', 7, pages);
  const told: Progress[] = [];
  const fetch = (come: AsyncIterable<SnapshotPage>): Promise<void> => {
    const never = (): never => {
      throw new Error('Nobody asked for this.');
    };
    const c: Contacts = {
      store,
      link: { push: never, pull: never, snapshot: () => Promise.resolve({ header, pages: come }) },
      env: { now: () => 0, chance: { below: () => 0, random: (count) => new Uint8Array(count) } },
      memory: { batch: 1, digestAt: null, trimmedAt: null, deferredAt: null, promised: null, mended: false },
      report: emptyReport(),
      progress: (now) => told.push(now),
      heard: never,
    };
    return fetchScope(c, 'identity');
  };
  const arrived = bytes.map((page, n): SnapshotPage => ({ n, bytes: page }));
  return { store, disk, puts, fetch, arrived, told };
}

test('[S45] pages that come while others are kept share the next transaction, and few wait in memory', async () => {
  let allCame = (): void => undefined;
  const came = new Promise<void>((done) => {
    allCame = done;
  });
  let sent = 0;
  // The first page is slow to keep: the others come meanwhile, until the line is held back.
  const t = await tablet((put) => (put === 1 ? came : Promise.resolve()));
  async function* line() {
    for (const page of t.arrived) {
      sent++;
      if (sent === 65) allCame();
      yield page;
    }
  }
  await t.fetch(line());
  expect(t.puts[0]).toEqual([0]);
  expect(t.puts[1]).toHaveLength(64);
  expect(t.puts.flat()).toEqual(t.arrived.map((p) => p.n));
  expect(t.disk.held).toEqual(['identity']);
  expect(t.told.at(-1)).toEqual({ doing: 'fetching', scope: 'identity', done: PAGES, of: PAGES });
});

test('[S45] when the line is cut, what came is kept before the round ends', async () => {
  const t = await tablet();
  async function* line() {
    yield* t.arrived.slice(0, 3);
    throw new LinkError('unreachable', 'cut');
  }
  await expect(t.fetch(line())).rejects.toMatchObject({ reason: 'unreachable', message: 'cut' });
  expect((await t.store.unfinishedSnapshot('identity'))?.missing).toEqual(t.arrived.slice(3).map((p) => p.n));
});

test('[S45] a storage that fails ends the transfer, and its own reason is told', async () => {
  const t = await tablet(async (put) => {
    if (put === 2) throw new ProblemError('DEVICE_FULL');
  });
  let ended = false;
  let sent = 0;
  async function* line() {
    try {
      for (const page of t.arrived) {
        sent++;
        yield page;
      }
    } finally {
      ended = true;
    }
  }
  await expect(t.fetch(line())).rejects.toMatchObject({ code: 'DEVICE_FULL' });
  expect(ended).toBe(true);
  expect(sent).toBeLessThan(PAGES);
  expect(t.puts).toHaveLength(2);
});
