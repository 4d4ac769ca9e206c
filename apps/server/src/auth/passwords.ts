import { hash, verify } from '@node-rs/argon2';
import { verify as verifyBcrypt } from '@node-rs/bcrypt';

/** OWASP's first choice for argon2id (2024): 19 MiB, two passes, one lane. About 70 ms off the main thread. */
const ARGON2ID = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
const CURRENT = '$argon2id$v=19$m=19456,t=2,p=1$';
const BCRYPT = /^\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}$/;

/** Hashes computed at a time: libuv has four threads, and compression and file reading need some of them. */
const AT_ONCE = 3;

/** Computes password hashes off the main thread, a few at a time, in the order asked. */
export class Passwords {
  #running = 0;
  #waiting: (() => void)[] = [];
  #decoy: Promise<string> | undefined;

  /** An argon2id hash in PHC form. */
  hash(password: string): Promise<string> {
    return this.#gated(() => hash(password, ARGON2ID));
  }

  /** Whether `password` made `stored` (argon2 or bcrypt), and whether the hash should be made anew. False for a broken hash. */
  async check(password: string, stored: string): Promise<{ ok: boolean; outdated: boolean }> {
    const outdated = !stored.startsWith(CURRENT);
    try {
      if (stored.startsWith('$argon2')) return { ok: await this.#gated(() => verify(stored, password)), outdated };
      if (BCRYPT.test(stored)) return { ok: await this.#gated(() => verifyBcrypt(password, stored)), outdated };
    } catch {
      // A hash that cannot be read matches nothing.
    }
    return { ok: false, outdated };
  }

  /** The same work as a check, for an e-mail nobody has: the time of the answer must not tell. */
  async waste(password: string): Promise<void> {
    this.#decoy ??= this.hash('a password that nobody has');
    await this.check(password, await this.#decoy);
  }

  async #gated<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= AT_ONCE) await new Promise<void>((go) => this.#waiting.push(go));
    else this.#running++;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }
}
