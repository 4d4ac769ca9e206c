import { ProblemError } from '@psa/domain';
import { PROTOCOL_VERSION, type SecondFactor, type SecondFactorAsked } from '@psa/sync';
import type { SealKey } from '../session/crypto.ts';
import type { Keyring, Opened } from '../session/keyring.ts';
import { leaseSentence } from '../session/lease.ts';
import type { Passkeys } from '../session/passkey.ts';
import { type Person, personOf, secretsOf } from '../session/person.ts';
import { pinProblem, type QuickUnlock } from '../session/quick.ts';
import type { Server } from '../session/server.ts';
import type { SignInResult } from './api.ts';
import type { LeaseKeeper } from './lease-keeper.ts';
import { storageProblem } from './storage-problems.ts';

const OFFLINE_UNKNOWN =
  'This device does not know you yet, and the server cannot be reached. The first sign-in needs the network.';
const OFFLINE_WRONG =
  'E-mail or password is not right. (The server cannot be reached; this device compared it with your last sign-in here.)';
const USE_PASSWORD = 'Your session has ended. Use your password.';

const ENDED: ReadonlySet<string> = new Set(['USE_PASSWORD', 'ACCOUNT_CLOSED']);

const no = (code: string, say: string): SignInResult => ({ ok: false, code, say });
const asked = (say: string, second: SecondFactorAsked): SignInResult => ({ ok: false, code: 'SECOND_FACTOR', say, second });

export interface DoorEnv {
  server: Server;
  keyring: Keyring;
  quick: QuickUnlock;
  passkeys: Passkeys;
  lease: LeaseKeeper;
  now(): number;
  device(): { id: string; name: string };
  /** Lets a person in. `heard`: the server did. */
  enter(person: Person, heard: boolean): Promise<void>;
  /** Whoever is in, if it is this one, works on with a vault under another key. */
  rekeyed(opened: Opened): void;
  /** A way in has ended: whoever stands before the door must not be offered it again. */
  ended(): Promise<void>;
  /** The server says that this device is no longer to be used. @returns the sentence for whoever stands before it. */
  withdrawn(token: string | null): Promise<string>;
}

/** The ways in: the password, asked of the server where it can be; a PIN or passkey of this device; and how they are set. */
export class Door {
  readonly #env: DoorEnv;
  constructor(env: DoorEnv) {
    this.#env = env;
  }

  /** By password: online when possible, else against what this device knows. */
  signIn(email: string, password: string, second?: SecondFactor): Promise<SignInResult> {
    return this.#tried(async () => {
      const { server, keyring, enter } = this.#env;
      const { id, name } = this.#env.device();
      const device = { id, name, schema: PROTOCOL_VERSION };
      const answer = await server.login({ email: email.trim(), password, device, ...(second ? { second } : {}) });
      if (answer.is === 'refused' && answer.second) return asked(answer.say, answer.second);
      if (answer.is === 'refused') return await this.#refused(answer.code, answer.say, email, password);
      if (answer.is === 'in') {
        const opened = await keyring.remember(email, password, secretsOf(answer.reply));
        await enter(await personOf(opened, Number.NEGATIVE_INFINITY), true);
        return { ok: true };
      }
      const opened = await keyring.unlock(email, password);
      if (opened === 'unknown') return no('OFFLINE_UNKNOWN', OFFLINE_UNKNOWN);
      if (opened === 'wrong') return no('BAD_CREDENTIALS', OFFLINE_WRONG);
      return await this.#offline(opened);
    });
  }

  withPin(email: string, pin: string): Promise<SignInResult> {
    return this.#tried(async () => {
      const { keyring, quick } = this.#env;
      const got = await quick.withPin(await keyring.idOf(email), pin);
      if (!('left' in got)) return await this.#quick(email, got);
      if (got.left === 0) return no('USE_PASSWORD', 'Too many wrong PINs. The PIN is gone; use your password.');
      return no('WRONG_PIN', `This is not the PIN. ${got.left === 1 ? 'One try is' : `${got.left} tries are`} left.`);
    });
  }

  withPasskey(email: string): Promise<SignInResult> {
    return this.#tried(async () => {
      const { keyring, quick, passkeys } = this.#env;
      const key = await quick.withPasskey(await keyring.idOf(email), (...asked) => passkeys.secret(...asked));
      return key ? await this.#quick(email, key) : no('WRONG_PIN', 'That did not work. Try again, or use your password.');
    });
  }

  /** Sets a PIN for a person who gives the password. Throws INVALID naming `pin` or `password`. */
  async setPin(email: string, password: string, pin: string): Promise<void> {
    const say = pinProblem(pin);
    if (say !== null) throw new ProblemError('INVALID', { fields: { pin: say } });
    const master = await this.#master(email, password);
    await this.#env.quick.setPin(await this.#env.keyring.idOf(email), master, pin);
    master.fill(0);
  }

  /** Sets a passkey. Throws INVALID when the password is wrong, UNAVAILABLE when the authenticator makes no secrets or was declined. */
  async setPasskey(person: Person, password: string): Promise<void> {
    const { keyring, quick, passkeys } = this.#env;
    const master = await this.#master(person.email, password);
    const salt = crypto.getRandomValues(new Uint8Array(32));
    const { id, full_name } = person.user;
    const made = await passkeys.create({ id, name: person.email, full_name }, salt);
    if (!made) throw new ProblemError('UNAVAILABLE', { say: 'This device made no passkey that can be used here. Use a PIN.' });
    await quick.setPasskey(await keyring.idOf(person.email), master, made.credential, salt, made.secret);
    master.fill(0);
  }

  /** Gives a new password on the server, and the vault on this device with it. Throws the server's problem. */
  async changePassword({ email, token }: Person, before: string, next: string): Promise<void> {
    const { server, keyring, rekeyed } = this.#env;
    await server.call('POST', '/api/user/password', token, { old_password: before, new_password: next });
    const opened = await keyring.rekey(email, before, next);
    // A vault that the old password did not open is replaced at the next sign-in.
    if (typeof opened !== 'string') rekeyed(opened);
  }

  async #master(email: string, password: string) {
    const master = await this.#env.keyring.master(email, password);
    if (typeof master === 'string') throw new ProblemError('INVALID', { fields: { password: 'This is not your password.' } });
    return master;
  }

  /** In by a PIN or passkey: the server, where it can be reached, must still know the session. */
  async #quick(email: string, key: SealKey): Promise<SignInResult> {
    const { server, keyring, quick, now, enter } = this.#env;
    const opened = await keyring.openWith(email, key);
    if (!opened) {
      await quick.forget(await keyring.idOf(email));
      return no('USE_PASSWORD', USE_PASSWORD);
    }
    const person = await personOf(opened, now());
    const known = await server.knows(person.token);
    if (known.is === 'unreachable') return await this.#offline(opened);
    if (known.is === 'in') {
      await enter(person, true);
      return { ok: true };
    }
    if (known.code === 'DEVICE_REVOKED') return no(known.code, await this.#env.withdrawn(person.token));
    if (known.code === 'ACCOUNT_CLOSED') await keyring.forget(email);
    const again = known.code === 'SESSION_ENDED' || known.code === 'NOT_SIGNED_IN';
    return again ? no('USE_PASSWORD', USE_PASSWORD) : no(known.code, known.say);
  }

  async #offline(opened: Opened): Promise<SignInResult> {
    const { lease, enter, now } = this.#env;
    const { lease_hours } = opened.secrets;
    if (await lease.isOver(lease_hours)) return no('LEASE_OVER', leaseSentence(lease_hours));
    await enter(await personOf(opened, now()), false);
    return { ok: true };
  }

  /** The server knows this person's password or device and says no: what this device knows must not say yes. */
  async #refused(code: string, say: string, email: string, password: string): Promise<SignInResult> {
    const { server, keyring, withdrawn } = this.#env;
    if (code === 'ACCOUNT_CLOSED') await keyring.forget(email);
    if (code !== 'DEVICE_REVOKED') return no(code, say);
    // The person may come in, the device may not: without it they can still bring what it holds.
    const plain = await server.login({ email: email.trim(), password });
    const token = plain.is === 'in' ? plain.reply.token : null;
    const told = await withdrawn(token);
    if (token !== null) await server.logout(token);
    return no('DEVICE_REVOKED', told);
  }

  async #tried(way: () => Promise<SignInResult>): Promise<SignInResult> {
    try {
      const result = await way();
      if (!result.ok && ENDED.has(result.code)) await this.#env.ended();
      return result;
    } catch (error) {
      const problem = error instanceof ProblemError ? error : storageProblem(error);
      return no(problem.code, problem.message);
    }
  }
}
