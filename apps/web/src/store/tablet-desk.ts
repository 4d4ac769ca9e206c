import { ProblemError } from '@psa/domain';
import type { Keyring } from '../session/keyring.ts';
import type { Person } from '../session/person.ts';
import type { QuickUnlock } from '../session/quick.ts';
import type { Server } from '../session/server.ts';
import type { Database } from './database.ts';
import type { DeviceEnv } from './device-env.ts';
import type { Door } from './door.ts';
import type { Memory } from './memory.ts';
import type { Opened } from './opened.ts';
import { type Safety, safetyOf } from './safety.ts';
import { type HandInAnswer, handInAll, readUnsentFile, sealedOutbox, unsentFile } from './unsent.ts';

export interface DeskEnv {
  db: Database;
  keyring: Keyring;
  quick: QuickUnlock;
  server: Server;
  memory: Memory;
  door: Door;
  device(): { id: string; name: string };
  env: Pick<DeviceEnv, 'now' | 'shelf' | 'persist' | 'passkeys'>;
  opened(): Opened | null;
}

/** What can be asked of this device itself, beside the records it keeps. Rejects with ProblemErrors. */
export class TabletDesk {
  readonly #d: DeskEnv;
  constructor(env: DeskEnv) {
    this.#d = env;
  }

  #in(): Opened {
    const opened = this.#d.opened();
    if (!opened) throw new ProblemError('NOT_SIGNED_IN');
    return opened;
  }

  get #person(): Person {
    return this.#in().person;
  }

  /** The id of this device, as the server lists it. */
  get id(): string {
    return this.#d.device().id;
  }

  /** How safe the work on this device is, now. */
  async safety(): Promise<Safety> {
    const { memory, keyring, env, device } = this.#d;
    return await safetyOf(this.#in(), memory, keyring, env.shelf, device());
  }

  /** Asks the browser to promise that it keeps this storage. @returns whether it did. */
  askToKeep(): Promise<boolean> {
    return this.#d.env.persist();
  }

  /** What is unsent, as a file that any device can hand in. Needs nobody to be in; the outbox stays as it is. */
  async unsentFile(): Promise<{ name: string; text: string; saves: number }> {
    const { db, device, env } = this.#d;
    const { id, name } = device();
    const entries = await sealedOutbox(db, this.#d.opened()?.person.keys);
    const day = new Date(env.now()).toISOString().slice(0, 16).replace(/[-:]/g, '').replace('T', '-');
    const text = unsentFile({ id, name }, env.now(), entries);
    return { name: `unsent-${id.slice(-4)}-${day}.psa`, text, saves: entries.length };
  }

  /** Hands in a file of unsent work of this or any other device. `heard` gets the answers as they come, in the order of the file. */
  async handIn(text: string, heard: (answers: readonly HandInAnswer[], of: number) => void): Promise<void> {
    const file = readUnsentFile(text);
    const { token } = this.#person;
    await handInAll(this.#d.server, token, file, (answers) => heard(answers, file.entries.length));
  }

  /** How whoever is in may open this device without the password; null: not at all. */
  async quick(): Promise<'pin' | 'passkey' | null> {
    return await this.#d.quick.kind(this.#person.id);
  }

  canUsePasskey(): Promise<boolean> {
    return this.#d.env.passkeys.available();
  }

  setPin(password: string, pin: string): Promise<void> {
    return this.#d.door.setPin(this.#person.email, password, pin);
  }

  setPasskey(password: string): Promise<void> {
    return this.#d.door.setPasskey(this.#person, password);
  }

  async removeQuick(): Promise<void> {
    await this.#d.quick.forget(this.#person.id);
  }

  /** Changes the password on the server and puts this device's vault under it. */
  changePassword(before: string, next: string): Promise<void> {
    return this.#d.door.changePassword(this.#person, before, next);
  }
}
