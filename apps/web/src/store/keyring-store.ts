import type { Sealed } from '../session/crypto.ts';
import type { KeyringStore, Person, Quick } from '../session/keyring.ts';
import { type Database, strictly } from './database.ts';

/** People are kept under `person <id>`, their quicker ways in under `quick <id>`, notes under `note <name>`, the device's own key under `device`. */
const people = (): IDBKeyRange => IDBKeyRange.bound('person ', 'person \uffff');

/** The keyring in this device's database. */
export function keyringStore(db: Database): KeyringStore {
  const put = (key: string, value: Person | Quick | Sealed): Promise<void> =>
    strictly(db, ['keyring'], async (tx) => {
      await tx.objectStore('keyring').put(value, key);
    });
  const remove = (key: string): Promise<void> =>
    strictly(db, ['keyring'], async (tx) => {
      await tx.objectStore('keyring').delete(key);
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
    replace: (id, person) =>
      strictly(db, ['keyring'], async (tx) => {
        const store = tx.objectStore('keyring');
        if (await store.getKey(`person ${id}`)) await store.put(person, `person ${id}`);
      }),
    remove: (id) => remove(`person ${id}`),
    deviceKey: (fresh) =>
      strictly(db, ['keyring'], async (tx) => {
        const kept = await tx.objectStore('keyring').get('device');
        if (!kept) await tx.objectStore('keyring').put(fresh, 'device');
        return (kept as CryptoKey | undefined) ?? fresh;
      }),
    note: async (name) => (await db.get('keyring', `note ${name}`)) as Sealed | undefined,
    putNote: (name, value) => put(`note ${name}`, value),
    quick: async (id) => (await db.get('keyring', `quick ${id}`)) as Quick | undefined,
    putQuick: (id, quick) => put(`quick ${id}`, quick),
    removeQuick: (id) => remove(`quick ${id}`),
    countTry: (id, most) =>
      strictly(db, ['keyring'], async (tx) => {
        const store = tx.objectStore('keyring');
        const kept = (await store.get(`quick ${id}`)) as Quick | undefined;
        if (!kept) return undefined;
        if (kept.tries >= most) {
          await store.delete(`quick ${id}`);
          return undefined;
        }
        const counted = { ...kept, tries: kept.tries + 1 };
        await store.put(counted, `quick ${id}`);
        return counted;
      }),
  };
}
