import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { uuidv7 } from '@psa/domain';
import { type LoginReply, PROTOCOL_VERSION, type PullReply, type PushReply } from '@psa/sync';
import { patientId, signIn } from './rig.ts';

export type Work = 'read' | 'search' | 'list' | 'pull' | 'write';

/** What a clinician does between two thoughts, in hundredths: a ward reads more than it writes. */
const MIX: readonly (readonly [Work, number])[] = [
  ['pull', 30],
  ['read', 30],
  ['list', 12],
  ['search', 8],
  ['write', 20],
];
const TIMEOUT_MS = 30_000;
const NAMES = ['Nwa', 'Eze', 'Ade', 'Musa', 'Obi', 'Bala', 'Uche', 'Ola'];

/** Somebody with a tablet: thinks, asks, writes, and listens all the while. */
export class Clinician {
  readonly #url: string;
  readonly #patients: number;
  readonly #thinkMs: number;
  readonly #device: string;
  readonly #reply: LoginReply;
  readonly #ended = new AbortController();
  #cursor = 0;
  #cseq = 0;
  /** What was answered, and how long it took. */
  done: { work: Work; ms: number }[] = [];
  errors: string[] = [];
  /** Events of the live stream. */
  heard = 0;

  private constructor(url: string, patients: number, thinkMs: number, device: string, reply: LoginReply) {
    this.#url = url;
    this.#patients = patients;
    this.#thinkMs = thinkMs;
    this.#device = device;
    this.#reply = reply;
  }

  static async signIn(url: string, patients: number, thinkMs: number): Promise<Clinician> {
    const device = randomUUID();
    const one = new Clinician(url, patients, thinkMs, device, await signIn(url, device));
    // As a tablet that was here yesterday: it holds everything up to now.
    const { head } = (await one.#ask('POST', '/api/sync/push', one.#pushed([]))) as PushReply;
    one.#cursor = head;
    void one.#listen();
    return one;
  }

  /** Begins to count anew. */
  forget(): void {
    [this.done, this.errors, this.heard] = [[], [], 0];
  }

  leave(): void {
    this.#ended.abort();
  }

  /** Works until a moment (ms since 1970). What fails is noted. */
  async work(until: number): Promise<void> {
    for (;;) {
      // Some think long, most do not.
      await pause(Math.min(-Math.log(1 - Math.random()) * this.#thinkMs, 4 * this.#thinkMs));
      if (Date.now() >= until || this.#ended.signal.aborted) return;
      const work = chosen();
      const began = performance.now();
      try {
        await this.#does(work);
        this.done.push({ work, ms: performance.now() - began });
      } catch (error) {
        this.errors.push(`${work}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }

  async #does(work: Work): Promise<void> {
    const patient = patientId(1 + Math.floor(Math.random() * this.#patients));
    if (work === 'read') await this.#ask('GET', `/api/sync/patients/${patient}`);
    if (work === 'list') await this.#ask('GET', `/api/sync/vital-signs?patient_id=${patient}`);
    if (work === 'search') await this.#ask('GET', `/api/search/patients?q=${NAMES[Math.floor(Math.random() * NAMES.length)]}`);
    if (work === 'pull') await this.#pull();
    if (work === 'write') await this.#write(patient);
  }

  async #pull(): Promise<void> {
    const { epoch, scopes } = this.#reply.device ?? { epoch: null, scopes: [] };
    const body = { ...this.#head(epoch ?? null), cursor: this.#cursor, held: scopes };
    const { next } = (await this.#ask('POST', '/api/sync/pull', body)) as PullReply;
    this.#cursor = Math.max(this.#cursor, next);
  }

  /** A set of observations, as a tablet sends it: signed, in a group. */
  async #write(patient: string): Promise<void> {
    const at = new Date().toISOString();
    const id = (): string => uuidv7(Date.now(), (n) => randomBytes(n));
    const patch = {
      patient_id: patient,
      observed_at: at,
      temperature: 37.1,
      pulse: 60 + Math.floor(Math.random() * 60),
      respiratory_rate: 16,
      systolic_pressure: 120,
      diastolic_pressure: 75,
      oxygen_saturation: 97,
      consciousness: 'Alert',
    };
    const { device, user } = this.#reply;
    const mutation = { mid: id(), kind: 'vital_signs', id: id(), op: 'create', base: 0, patch, at };
    const body = JSON.stringify({
      ...{ group: id(), device: this.#device, author: String(user.id), epoch: device?.epoch ?? null },
      mutations: [mutation],
    });
    const sig = createHmac('sha256', Buffer.from(device?.keys.author ?? '', 'base64'))
      .update(body)
      .digest('base64');
    const reply = (await this.#ask('POST', '/api/sync/push', this.#pushed([{ cseq: ++this.#cseq, body, sig }]))) as PushReply;
    const status = reply.groups[0]?.results[0]?.status;
    if (status !== 'applied') throw new Error(`answered ${status}`);
  }

  #head(epoch: string | null) {
    return { device: this.#device, epoch, schema: PROTOCOL_VERSION, sent_at: new Date().toISOString() };
  }

  #pushed(groups: readonly object[]) {
    return { ...this.#head(this.#reply.device?.epoch ?? null), outbox_depth: groups.length, oldest_pending_at: null, groups };
  }

  async #ask(method: 'GET' | 'POST', path: string, body?: object): Promise<unknown> {
    const answer = await fetch(this.#url + path, {
      method,
      headers: {
        authorization: `Bearer ${this.#reply.token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${answer.status} ${text.slice(0, 200)}`);
    return JSON.parse(text);
  }

  async #listen(): Promise<void> {
    const { signal } = this.#ended;
    try {
      const headers = { authorization: `Bearer ${this.#reply.token}` };
      const answer = await fetch(`${this.#url}/api/sync/live`, { headers, signal });
      if (!answer.ok) throw new Error(`${answer.status}`);
      for await (const chunk of answer.body ?? []) if ((chunk as Uint8Array).byteLength > 0) this.heard++;
      if (!signal.aborted) this.errors.push('live: the stream ended');
    } catch (error) {
      if (!signal.aborted) this.errors.push(`live: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

function chosen(): Work {
  let left = Math.random() * 100;
  for (const [work, share] of MIX) {
    left -= share;
    if (left < 0) return work;
  }
  return 'read';
}
