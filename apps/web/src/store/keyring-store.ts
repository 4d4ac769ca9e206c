import type { Sealed } from '../session/crypto.ts';
import type { KeyringStore, Person } from '../session/keyring.ts';
import { type Database, strictly } from './database.ts';

/** People are kept under `person <id>`, notes under `note <name>`, the device's own key under `device`. */
const people = (): IDBKeyRange => IDBKeyRange.bound('person ', 'person \uffff');

/** The keyring in this device's database. */
export function keyringStore(db: Database): KeyringStore {
  const put = (key: string, value: Person | Sealed): Promise<void> =>
    strictly(db, ['keyring'], async (tx) => {
      await tx.objectStore('keyring').put(value, key);
    });
  return {
    salt: async () => String(await db.get('meta', 'salt')),
    people: async () => {
      const tx = db.transaction('keyring');
      const [keys, values] = await Promise.all([tx.store.getAllKeys(people()), tx.store.getAll(people())]);
      return keys.map((key, i) => ({ id: key.slice('person '.length), person: values[i] as Person }));
    },
    person: async (id) => (await db.get('keyring', `person ${id}`)) as Person | undefined,
    put: (id, person) => put(`person ${id}`, person),
    remove: (id) =>
      strictly(db, ['keyring'], async (tx) => {
        await tx.objectStore('keyring').delete(`person ${id}`);
      }),
    deviceKey: (fresh) =>
      strictly(db, ['keyring'], async (tx) => {
        const kept = await tx.objectStore('keyring').get('device');
        if (!kept) await tx.objectStore('keyring').put(fresh, 'device');
        return (kept as CryptoKey | undefined) ?? fresh;
      }),
    note: async (name) => (await db.get('keyring', `note ${name}`)) as Sealed | undefined,
    putNote: (name, value) => put(`note ${name}`, value),
  };
}
