import { createHmac, randomBytes, randomInt } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { type AnyRow, uuidv7 } from '@psa/domain';
import { DeviceEnd, type LoginReply, MemoryDeviceStore, MemoryDisk, PROTOCOL_VERSION, type SyncReport } from '@psa/sync';
import { TRIAL_ACCOUNTS } from '../../apps/server/src/db/seed-data.ts';
import { HttpLink } from '../../apps/web/src/sync/http-link.ts';

/** A device of the real protocol over real HTTP, whose disk is memory: it registers patients and remembers what it was told is done. */
export class RehearsedTablet {
  readonly #end: DeviceEnd;
  readonly #store: MemoryDeviceStore;
  readonly #author: string;
  #server: string;
  #saved = 0;

  private constructor(server: string, device: string, reply: LoginReply) {
    const key = Buffer.from(reply.device?.keys.author ?? '', 'base64');
    this.#server = server;
    this.#author = String(reply.user.id);
    this.#store = new MemoryDeviceStore(
      new MemoryDisk(device),
      (bytes) => JSON.parse(gunzipSync(bytes).toString('utf8')) as AnyRow[],
    );
    const link = new HttpLink({
      fetch: (path, init) => fetch(this.#server + path, init),
      base: '',
      token: () => reply.token,
      timeoutMs: 60_000,
    });
    const chance = { below: randomInt, random: (count: number) => Uint8Array.from(randomBytes(count)) };
    this.#end = new DeviceEnd(
      this.#store,
      link,
      { now: Date.now, chance },
      {
        sign: (body) => createHmac('sha256', key).update(body).digest('base64'),
      },
    );
  }

  /** Signs the trial doctor in at a server. */
  static async signIn(server: string): Promise<RehearsedTablet> {
    const doctor = TRIAL_ACCOUNTS.find(({ role }) => role === 'consultant');
    const device = newId();
    const answer = await fetch(`${server}/api/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        email: doctor?.email,
        password: doctor?.password,
        device: { id: device, name: 'A rehearsed tablet', schema: PROTOCOL_VERSION },
      }),
    });
    if (!answer.ok) throw new Error(`The tablet could not sign in: ${answer.status} ${await answer.text()}`);
    return new RehearsedTablet(server, device, (await answer.json()) as LoginReply);
  }

  /** From now on it finds the server at another address. */
  moveTo(server: string): void {
    this.#server = server;
  }

  /** Registers a patient: called saved, not yet sent. */
  async register(): Promise<void> {
    const n = ++this.#saved;
    const patch = {
      hospital_number: `R-${String(n).padStart(6, '0')}-${randomBytes(3).toString('hex')}`,
      first_name: `First ${n}`,
      last_name: 'Rehearsed',
      gender: n % 2 === 0 ? 'Female' : 'Male',
      date_of_birth: '1990-05-01',
      date_of_birth_precision: 'Exact',
    };
    await this.#end.save([{ kind: 'patients', id: newId(), op: 'create', base: 0, patch }], this.#author);
  }

  /** Sends and receives. */
  sync(): Promise<SyncReport> {
    return this.#end.syncOnce();
  }

  /** The patients whose registration was acknowledged, by id: their hospital numbers. */
  async acknowledged(): Promise<Map<string, string>> {
    return new Map(
      (await this.#store.acked()).flatMap(({ group }) =>
        group.mutations.map((m): [string, string] => [m.id, String(m.patch.hospital_number)]),
      ),
    );
  }

  /** How many saves wait to be sent, and how many need attention. */
  async waiting(): Promise<number> {
    return (await this.#store.outbox()).length + (await this.#store.attention()).length;
  }
}

const newId = (): string => uuidv7(Date.now(), (count) => Uint8Array.from(randomBytes(count)));
