import type { Keyring } from '../session/keyring.ts';
import { aged, isLeaseOver, type Lease, leaseFrom } from '../session/lease.ts';

/** How often the time without contact is looked at and kept. */
const LOOK_MS = 60_000;

/** Keeps, sealed on this device, when the server was last in contact and how long it has not been. */
export class LeaseKeeper {
  readonly #keyring: Keyring;
  readonly #now: () => number;
  #heardAt: number | null = null;

  constructor(keyring: Keyring, now: () => number) {
    this.#keyring = keyring;
    this.#now = now;
  }

  /** The server has answered somebody who may come in. A contact of the same minute is not kept again. */
  async heard(): Promise<void> {
    const now = this.#now();
    if (this.#heardAt !== null && now >= this.#heardAt && now - this.#heardAt < LOOK_MS) return;
    this.#heardAt = now;
    await this.#keyring.putNote('lease', leaseFrom(now));
  }

  /** Where the lease stands now; null when no contact is known. */
  async look(): Promise<Lease | null> {
    const kept = await this.#keyring.note<Lease>('lease');
    if (!kept) return null;
    const lease = aged(kept, this.#now());
    await this.#keyring.putNote('lease', lease);
    // A note that another tab has written meanwhile counts again at the next contact.
    this.#heardAt = null;
    return lease;
  }

  async isOver(hours: number): Promise<boolean> {
    return isLeaseOver(await this.look(), hours);
  }

  /** Looks while somebody is in, and when the page wakes. @returns how to stop. */
  watch(hours: () => number, page: EventTarget | null, onOver: () => void): () => void {
    let ended = false;
    const look = (): void => {
      void this.isOver(hours()).then(
        (over) => over && !ended && onOver(),
        () => undefined,
      );
    };
    const timer = setInterval(look, LOOK_MS);
    page?.addEventListener('visibilitychange', look);
    return () => {
      ended = true;
      clearInterval(timer);
      page?.removeEventListener('visibilitychange', look);
    };
  }
}
