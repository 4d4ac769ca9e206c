import type { AnyRow, Json } from '@psa/domain';
import type { Passkeys } from '../session/passkey.ts';
import type { SessionState } from './api.ts';
import { Device } from './device.ts';
import type { TestHospital } from './testing-hospital.ts';

/** Web Locks for tabs of one process: one at a time, in the order asked. */
class TestLocks {
  readonly #last = new Map<string, Promise<unknown>>();
  readonly request = async (name: string, options: LockOptions, work: LockGrantedCallback<unknown>): Promise<unknown> => {
    const before = this.#last.get(name) ?? Promise.resolve();
    const mine = before.then(() => {
      if (options.signal?.aborted) throw options.signal.reason;
      return work({ name, mode: 'exclusive' });
    });
    this.#last.set(
      name,
      mine.catch(() => undefined),
    );
    return await mine;
  };
}

const NO_PASSKEYS: Passkeys = {
  available: () => Promise.resolve(false),
  create: () => Promise.resolve(null),
  secret: () => Promise.resolve(null),
};

/** One browser: a database, its tabs and their locks. */
export class TestTablet {
  readonly name = `psa ${crypto.randomUUID()}`;
  readonly hospital: TestHospital;
  readonly #locks = new TestLocks();
  readonly #tabs: Device[] = [];
  /** An authenticator that makes secrets of its own, or none. */
  passkeys: Passkeys = NO_PASSKEYS;
  /** Device clock, ms. */
  now: () => number = Date.now;

  constructor(hospital: TestHospital) {
    this.hospital = hospital;
  }

  /** Opens a tab and waits until it knows whether somebody is in. */
  async tab(page: EventTarget | null = null): Promise<Device> {
    const device = new Device({
      name: this.name,
      fetch: (input, init) => this.hospital.fetch(input, init),
      base: '',
      now: () => this.now(),
      chance: {
        below: (n) => Math.floor(Math.random() * n),
        random: (count) => crypto.getRandomValues(new Uint8Array(count)),
      },
      locks: { request: this.#locks.request, query: () => Promise.resolve({}) } as LockManager,
      page,
      visible: () => true,
      userAgent: 'Mozilla/5.0 (Linux; Android 14) Chrome/156.0',
      persist: () => Promise.resolve(true),
      shelf: {
        estimate: () => Promise.resolve({ used: 2_000_000, room: 98_000_000 }),
        persisted: () => Promise.resolve(true),
      },
      passkeys: this.passkeys,
      // Enough to be a real derivation, few enough for a test.
      iterations: 1000,
    });
    this.#tabs.push(device);
    await device.start();
    return device;
  }

  async close(): Promise<void> {
    await Promise.all(this.#tabs.splice(0).map((tab) => tab.stop()));
  }
}

/** Resolves when `holds`, looked at again whenever anything of the device changed. Rejects after `ms`. */
export function until(device: Device, holds: () => boolean, what: string, ms = 5000): Promise<void> {
  return new Promise((done, fail) => {
    const ends: (() => void)[] = [];
    const finish = (act: () => void): void => {
      clearTimeout(timer);
      for (const end of ends) end();
      act();
    };
    const timer = setTimeout(() => finish(() => fail(new Error(`Not within ${ms} ms: ${what}`))), ms);
    const look = (): void => {
      if (holds()) finish(done);
    };
    const { rows, work } = device.memory;
    ends.push(device.session.subscribe(look), device.sync.subscribe(look), work.attention.subscribe(look));
    for (const kind of ['patients', 'wards', 'patient_admissions', 'sync_conflicts'])
      ends.push(rows.topics.subscribe(kind, look));
    look();
  });
}

export const PASSWORD = 'right password';

/** Signs somebody in, and waits for the first fetch when the network is there. */
export async function signIn(device: Device, email: string, password = PASSWORD): Promise<void> {
  const result = await device.signIn(email, password);
  if (!result.ok) throw new Error(result.say);
}

export const isOpen = (state: SessionState): boolean => state.status === 'open';
export const names = (rows: readonly AnyRow[]): Json[] => rows.map((r) => r.last_name ?? null).sort();

/** A new patient as the form would wish it. */
export function registered(device: Device, patch: Record<string, Json>): { id: string; wishes: Parameters<Device['save']>[0] } {
  const id = device.newId();
  const given = {
    first_name: 'Test',
    gender: 'Male',
    date_of_birth_precision: 'Unknown',
    hospital_number: `N-${id.slice(-8)}`,
  };
  return { id, wishes: [{ kind: 'patients', id, op: 'create', base: 0, patch: { ...given, ...patch } }] };
}
