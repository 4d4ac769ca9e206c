import { uuidv7 } from '@psa/domain';
import { expect, test } from 'vitest';
import { type OpenServer, serverStoreContract } from '../contracts/server-store.ts';
import { MemoryServerStore } from './memory.ts';

let made = 0;
/** Ids that follow each other, so that every run is the same. */
function newId(): string {
  const n = ++made;
  return uuidv7(1_772_000_000_000 + n, (count) => Uint8Array.from({ length: count }, (_, i) => (n * 31 + i * 7) & 0xff));
}

const open: OpenServer = async () => {
  const store = new MemoryServerStore({ epoch: newId() });
  return {
    store,
    facility: newId(),
    newId,
    restore: async (to) => store.restore(store.backup(), newId(), to),
    close: async () => undefined,
  };
};

test.each(serverStoreContract)('$name', (c) => c.run(open));

test('the contract has its cases', () => {
  expect(serverStoreContract.length).toBeGreaterThan(30);
});
