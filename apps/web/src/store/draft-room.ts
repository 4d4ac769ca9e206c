import { sealJson, sha256Hex, unsealJson } from '../session/crypto.ts';
import type { Person } from '../session/person.ts';
import { type Database, strictly } from './database.ts';
import type { DraftRoom, Kept } from './drafts.ts';

/** The drafts of one person on this device: under a hash of person and form, sealed. */
export function draftRoom(db: Database, { user, keys }: Person): DraftRoom {
  const place = (key: string): Promise<string> => sha256Hex(`${user.id}\u0000${key}`);
  return {
    read: async (key) => {
      const at = await place(key);
      const sealed = await db.get('drafts', at);
      return sealed ? await unsealJson<Kept>(keys.known, ['drafts', at], sealed).catch(() => null) : null;
    },
    write: async (key, kept) => {
      const at = await place(key);
      const sealed = await sealJson(keys.outbox, ['drafts', at], kept);
      await strictly(db, ['drafts'], async (tx) => {
        await tx.objectStore('drafts').put(sealed, at);
      });
    },
    remove: async (key) => {
      const at = await place(key);
      await strictly(db, ['drafts'], async (tx) => {
        await tx.objectStore('drafts').delete(at);
      });
    },
  };
}
