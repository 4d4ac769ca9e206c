import 'fake-indexeddb/auto';
import { type DeviceFixture, deviceStoreContract, PERSON_SCOPE } from '@psa/sync/contracts';
import { deleteDB } from 'idb';
import { test } from 'vitest';
import { type Database, openDatabase } from './database.ts';
import { packRows } from './gzip.ts';
import { IndexedDbDeviceStore } from './indexeddb.ts';
import { keysFor } from './testing-keys.ts';

/** A database of its own for each case, with as many openers as the case asks for. */
async function open(): Promise<DeviceFixture> {
  const name = `psa ${crypto.randomUUID()}`;
  const keys = await keysFor(['ref', 'identity', 'clinical', PERSON_SCOPE]);
  const openers: Database[] = [];
  const other = async () => {
    const db = await openDatabase({ name, newId: () => crypto.randomUUID() });
    openers.push(db);
    return new IndexedDbDeviceStore({ db, keys });
  };
  const closeAll = () => {
    for (const db of openers.splice(0)) db.close();
  };
  return {
    store: await other(),
    other,
    reopen: async () => {
      closeAll();
      return other();
    },
    pack: packRows,
    damage: async (cseq) => {
      const db = await openDatabase({ name, newId: () => '' });
      const value = await db.get('outbox', cseq);
      if (!value) throw new Error('nothing to damage');
      new Uint8Array(value.s.d)[0] = (new Uint8Array(value.s.d)[0] ?? 0) ^ 1;
      await db.put('outbox', value, cseq);
      db.close();
    },
    close: async () => {
      closeAll();
      await deleteDB(name);
    },
  };
}

test.each(deviceStoreContract)('$name', ({ run }) => run(open));
