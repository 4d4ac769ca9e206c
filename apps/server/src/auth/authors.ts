import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { Actor, Role } from '@psa/domain';
import type { AuthorProblem } from '@psa/sync';
import type { Pool } from 'pg';

const KEYS_MAX = 5_000;

/**
 * Who wrote a group: its text must carry the HMAC-SHA-256 of the author's key on that device [S4], and the author must be an
 * active, approved member of the facility now. Whoever carries it to the server does not matter.
 */
export class Authors {
  readonly #pool: Pool;
  /** Keys never change, so they are kept until there are too many. */
  readonly #keys = new Map<string, KeyObject>();

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** The author as an actor with the rights of today, or why not: BAD_SIGNATURE, ACCOUNT_CLOSED, AWAITING_APPROVAL. */
  async verify(facility: string, device: string, author: string, body: string, sig: string): Promise<Actor | AuthorProblem> {
    const key = await this.#key(facility, device, author);
    if (!key) return { code: 'BAD_SIGNATURE' };
    const right = createHmac('sha256', key).update(body, 'utf8').digest();
    const given = Buffer.from(sig, 'base64');
    if (given.length !== right.length || !timingSafeEqual(given, right)) return { code: 'BAD_SIGNATURE' };
    const { rows } = await this.#pool.query<{ role: Role; is_active: boolean; is_approved: boolean }>({
      name: 'author-find',
      text: 'select role, is_active and not deleted as is_active, is_approved from users where id = $1 and facility_id = $2',
      values: [author, facility],
    });
    const user = rows[0];
    if (!user) return { code: 'BAD_SIGNATURE' };
    if (!user.is_active) return { code: 'ACCOUNT_CLOSED' };
    if (!user.is_approved) return { code: 'AWAITING_APPROVAL' };
    return { user_id: author, facility_id: facility, role: user.role };
  }

  async #key(facility: string, device: string, author: string): Promise<KeyObject | undefined> {
    const name = `${facility}/${device}/${author}`;
    const kept = this.#keys.get(name);
    if (kept) return kept;
    const { rows } = await this.#pool.query<{ key: Buffer }>(
      `select k.key from device_keys k join devices d on d.id = k.device_id
        where k.device_id = $1 and k.name = $2 and d.facility_id = $3`,
      [device, `author:${author}`, facility],
    );
    if (!rows[0]) return undefined;
    const key = createSecretKey(rows[0].key);
    if (this.#keys.size >= KEYS_MAX) this.#keys.clear();
    this.#keys.set(name, key);
    return key;
  }
}
