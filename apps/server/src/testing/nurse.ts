import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { uuidv7 } from '@psa/domain';
import { type LoginReply, PROTOCOL_VERSION, type PushReply, type SnapshotHeader } from '@psa/sync';

/** Between two tries of the same push, while the server is not ready. */
const AGAIN_MS = 50;

/** The trial consultant of a fresh database. */
const DOCTOR = { email: 'doctor@unth.edu.ng', password: 'Doctor@123' };

interface Answer {
  status: number;
  text: string;
  /** What the text is as JSON; null when it is none. */
  body: unknown;
}

async function post(url: string, body: object, token?: string): Promise<Answer> {
  const headers = { 'content-type': 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  const text = await answer.text();
  try {
    return { status: answer.status, text, body: JSON.parse(text) };
  } catch {
    return { status: answer.status, text, body: null };
  }
}

/** A patient that every rule accepts, known again by the first name. */
const somebody = () => ({
  hospital_number: `H-${randomBytes(5).toString('hex')}`,
  first_name: 'Failover',
  last_name: 'Obi',
  gender: 'Female',
  date_of_birth: '1990-05-01',
  date_of_birth_precision: 'Exact',
});

/**
 * Somebody who saves on a tablet and sends it over HTTP, again and again until it is acknowledged, as a device does: the same group under the
 * same ids. Remembers what was acknowledged.
 */
export class Nurse {
  /** Ids of the patients whose save the server has acknowledged. */
  readonly acknowledged = new Set<string>();
  /** Tries that were not answered, or refused for now. */
  tries = 0;
  readonly #base: string;
  readonly #device: string;
  readonly #reply: LoginReply;
  #cseq = 0;
  #stopped = false;

  private constructor(base: string, device: string, reply: LoginReply) {
    this.#base = base;
    this.#device = device;
    this.#reply = reply;
  }

  static async signIn(base: string, who: { email: string; password: string } = DOCTOR): Promise<Nurse> {
    const device = randomUUID();
    const body = {
      email: who.email,
      password: who.password,
      device: { id: device, name: 'A tablet', schema: PROTOCOL_VERSION },
    };
    const answer = await post(`${base}/api/login`, body);
    if (answer.status !== 200) throw new Error(`Signing in answered ${answer.status}: ${answer.text}`);
    return new Nurse(base, device, answer.body as LoginReply);
  }

  /** Gives up what it is about to try again. */
  stop(): void {
    this.#stopped = true;
  }

  /** Saves a new patient and sends it until the server says that it has it, or `stop`. */
  async save(): Promise<void> {
    const id = uuidv7(Date.now(), (n) => randomBytes(n));
    const groups = [this.#sealed(id)];
    while (!this.#stopped) {
      const answer = await this.#push(groups).catch(() => null);
      const status = (answer?.body as PushReply | null | undefined)?.groups?.[0]?.results[0]?.status;
      if (answer?.status === 200 && status === 'applied') {
        this.acknowledged.add(id);
        return;
      }
      if (answer && answer.status < 500 && answer.status !== 429)
        throw new Error(`A push answered ${answer.status}: ${answer.text}`);
      this.tries++;
      await pause(AGAIN_MS);
    }
  }

  #sealed(id: string) {
    const at = new Date().toISOString();
    const patch = somebody();
    const mutation = { mid: uuidv7(Date.now(), (n) => randomBytes(n)), kind: 'patients', id, op: 'create', base: 0, patch, at };
    const { device, user } = this.#reply;
    const body = JSON.stringify({
      ...{ group: randomUUID(), device: this.#device, author: String(user.id), epoch: device?.epoch ?? null },
      mutations: [mutation],
    });
    const key = Buffer.from(device?.keys.author ?? '', 'base64');
    return { cseq: ++this.#cseq, body, sig: createHmac('sha256', key).update(body).digest('base64') };
  }

  #push(groups: readonly object[]): Promise<Answer> {
    const body = {
      ...{ device: this.#device, epoch: this.#reply.device?.epoch ?? null, schema: PROTOCOL_VERSION },
      ...{ sent_at: new Date().toISOString(), outbox_depth: groups.length, oldest_pending_at: null, groups },
    };
    return post(`${this.#base}/api/sync/push`, body, this.#reply.token);
  }

  /** The head of a fresh snapshot of a scope. */
  async snapshotHead(scope: string): Promise<number> {
    const url = `${this.#base}/api/sync/snapshot?device=${this.#device}&scope=${scope}&min_head=0`;
    const answer = await fetch(url, { headers: { authorization: `Bearer ${this.#reply.token}` } });
    const bytes = Buffer.from(await answer.arrayBuffer());
    if (!answer.ok) throw new Error(`A snapshot answered ${answer.status}: ${bytes.toString('utf8')}`);
    return (JSON.parse(bytes.subarray(4, 4 + bytes.readUInt32BE(0)).toString('utf8')) as SnapshotHeader).head;
  }

  /** Listens to the live stream, and again when it ends. `seq`: the last number it was told. */
  listen(): { seq(): number; stop(): void } {
    const ended = new AbortController();
    let last = 0;
    void (async () => {
      while (!ended.signal.aborted) {
        try {
          const headers = { authorization: `Bearer ${this.#reply.token}` };
          const answer = await fetch(`${this.#base}/api/sync/live`, { headers, signal: ended.signal });
          for await (const chunk of answer.body ?? []) {
            for (const [, seq] of Buffer.from(chunk)
              .toString('utf8')
              .matchAll(/"seq":(\d+)/g))
              last = Math.max(last, Number(seq));
          }
        } catch {
          // It connects again.
        }
        if (!ended.signal.aborted) await pause(AGAIN_MS);
      }
    })();
    return { seq: () => last, stop: () => ended.abort() };
  }
}
