import { uuidv7 } from '@psa/domain';
import { expect, test } from 'vitest';
import { unpackPage } from '../sim/codec.ts';
import { foundHospital } from '../sim/hospital.ts';
import { Ledger } from '../sim/ledger.ts';
import { memoryDatabase } from '../sim/memory-database.ts';
import { Random } from '../sim/random.ts';
import { SimServer, signatureOf } from '../sim/server.ts';
import { VirtualTime } from '../sim/time.ts';
import { DeviceEnd } from './engine.ts';
import type { Link } from './link.ts';
import { MemoryDeviceStore, MemoryDisk } from './memory.ts';

test('[S43] the first answer that a tab hears late does not take the cursor of another tab back', async () => {
  const time = new VirtualTime();
  const random = new Random(1);
  const newId = () => uuidv7(time.now, (n) => random.random(n));
  const facility = newId();
  const database = memoryDatabase(facility, time, { newId, now: () => new Date(time.now).toISOString() });
  const server = new SimServer(facility, database.store, time, random, new Ledger());
  const { staff } = await foundHospital(server);
  const user = staff.get('consultant') ?? '';
  const disk = new MemoryDisk(newId());
  const gate = { open: () => {} };
  const late = new Promise<void>((resolve) => {
    gate.open = resolve;
  });
  const tab = (heard: Promise<void>) => {
    const link: Link = {
      push: (request) => server.push(user, request),
      async pull(request) {
        const reply = await server.pull(user, request);
        await heard;
        return reply;
      },
      async snapshot(request) {
        const { header, pages } = await server.snapshot(user, request);
        async function* each() {
          yield* pages;
        }
        return { header, pages: each() };
      },
    };
    const sign = (body: string, author: string) => signatureOf(disk.device, author, body);
    return new DeviceEnd(new MemoryDeviceStore(disk, unpackPage), link, { now: () => time.now, chance: random }, { sign });
  };
  const slow = tab(late).syncOnce();
  await tab(Promise.resolve()).syncOnce();
  const { cursor } = disk;
  expect(cursor).toBeGreaterThan(0);
  gate.open();
  expect((await slow).contact).toBe('good');
  expect(disk.cursor).toBe(cursor);
});
