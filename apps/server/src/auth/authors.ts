import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { Actor, Role } from '@psa/domain';
import type { AuthorProblem, Rights } from '@psa/sync';
import type { Database } from '../db/database.ts';

const KEYS_MAX = 5_000;

/**
 * Who wrote a group: its text must carry the HMAC-SHA-256 of the author's key on that device [S4], and the author must be an
 * active, approved member of the facility now. Whoever carries it to the server does not matter.
 */
export class Authors {
  readonly #db: Database;
  /** Keys never change, so they are kept until there are too many. */
  readonly #keys = new Map<string, KeyObject>();

  constructor(db: Database) {
    this.#db = db;
  }

  /**
   * The author as an actor with the rights of today, or why not: BAD_SIGNATURE, ACCOUNT_CLOSED, AWAITING_APPROVAL.
   * @param rights by author: what was read for groups that are judged together.
   */
  async verify(
    facility: string,
    { device, author, body, sig }: { device: string; author: string; body: string; sig: string },
    rights: Rights,
  ): Promise<Actor | AuthorProblem> {
    const key = await this.#key(facility, device, author);
    if (!key) return { code: 'BAD_SIGNATURE' };
    const right = createHmac('sha256', key).update(body, 'utf8').digest();
    const given = Buffer.from(sig, 'base64');
    if (given.length !== right.length || !timingSafeEqual(given, right)) return { code: 'BAD_SIGNATURE' };
    const found = rights.get(author) ?? this.#rights(facility, author);
    rights.set(author, found);
    return await found;
  }

  async #rights(facility: string, author: string): Promise<Actor | AuthorProblem> {
    const { rows } = await this.#db.of(facility).query<{ role: Role; is_active: boolean; is_approved: boolean }>({
      name: 'author-find',
      text: 'select role, is_active and not deleted as is_active, is_approved from users where id = $1 and facility_id = $2',
      values: [author, facility],
    });
    const user = rows[0];
    if (!user) return { code: 'BAD_SIGNATURE' };
    const signer = { user_id: author, facility_id: facility, role: user.role };
    if (!user.is_active) return { code: 'ACCOUNT_CLOSED', signer };
    if (!user.is_approved) return { code: 'AWAITING_APPROVAL', signer };
    return signer;
  }

  async #key(facility: string, device: string, author: string): Promise<KeyObject | undefined> {
    const name = `${facility}/${device}/${author}`;
    const kept = this.#keys.get(name);
    if (kept) return kept;
    const { rows } = await this.#db
      .of(facility)
      .query<{ key: Buffer }>('select key from device_keys where facility_id = $1 and device_id = $2 and name = $3', [
        facility,
        device,
        `author:${author}`,
      ]);
    if (!rows[0]) return undefined;
    const key = createSecretKey(rows[0].key);
    if (this.#keys.size >= KEYS_MAX) this.#keys.clear();
    this.#keys.set(name, key);
    return key;
  }
}
