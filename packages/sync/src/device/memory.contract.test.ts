import type { AnyRow } from '@psa/domain';
import { test } from 'vitest';
import { type DeviceFixture, deviceStoreContract } from '../contracts/device-store.ts';
import { MemoryDeviceStore, MemoryDisk } from './memory.ts';

const pack = (rows: readonly AnyRow[]) => new TextEncoder().encode(JSON.stringify(rows));
const unpack = (bytes: Uint8Array) => JSON.parse(new TextDecoder().decode(bytes)) as AnyRow[];

async function open(): Promise<DeviceFixture> {
  const disk = new MemoryDisk(crypto.randomUUID());
  const opened = async () => new MemoryDeviceStore(disk, unpack);
  return {
    store: await opened(),
    other: opened,
    reopen: opened,
    pack: async (rows) => pack(rows),
    damage: async (cseq) => {
      const slot = disk.outbox.get(cseq);
      if (slot) slot.text = slot.text.slice(1);
    },
    close: async () => undefined,
  };
}

test.each(deviceStoreContract)('$name', ({ run }) => run(open));
