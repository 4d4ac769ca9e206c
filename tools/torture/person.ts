import type { IncomingMessage } from 'node:http';
import { expect } from '@playwright/test';
import { addEntry, edit, openPatient, prescribe, register, signIn, unlock } from '../../e2e/kit/app.ts';
import { type Person as Name, PEOPLE } from '../../e2e/kit/people.ts';
import { Line } from '../../e2e/kit/proxy.ts';
import { Tablet } from '../../e2e/kit/tablet.ts';
import type { Rows } from './compare.ts';
import { prepare, type QuickCall, quickWrites, shownRows, syncNow } from './door.ts';
import type { Noted } from './ledger.ts';
import type { FormKind, Side, TabletEvent } from './plan.ts';
import { formEntry } from './writes.ts';

/** The app's word that it saved comes right after the tap; a busy machine may take its time. */
const SAID_MS_MAX = 30_000;

const callOf = (req: IncomingMessage): 'push' | 'pull' | null => {
  const [, call] = req.url?.match(/^\/api\/sync\/(push|pull)\b/) ?? [];
  return call === 'push' || call === 'pull' ? call : null;
};

export interface PersonEnv {
  side: Side;
  name: Name;
  serverUrl: string;
  /** Ms since the start of the run. */
  now(): number;
  heard(side: Side, event: TabletEvent): void;
}

/** One of two people: somebody with a browser profile of their own and a line to the server that can be cut. */
export class TorturedPerson {
  readonly side: Side;
  readonly name: Name;
  readonly line: Line;
  /** Snapshots asked for: after the first fetch, only a device that found itself wrong asks for one. */
  snapshots = 0;
  #tablet: Tablet;
  readonly #env: PersonEnv;
  readonly #quick = new Map<number, Noted>();
  #form: (() => void) | null = null;
  #loseNext = false;
  #losing = false;
  #refused: string[] = [];
  #coming: Promise<void> | undefined;
  #closed = false;

  private constructor(env: PersonEnv, line: Line, tablet: Tablet) {
    this.#env = env;
    this.side = env.side;
    this.name = env.name;
    this.line = line;
    this.#tablet = tablet;
    line.fate = (req) => {
      const call = callOf(req);
      if (req.url?.startsWith('/api/sync/snapshot')) this.snapshots++;
      if (call) env.heard(env.side, `${call} asked`);
      if (call !== 'push' || !this.#loseNext) return 'pass';
      this.#loseNext = false;
      this.#losing = true;
      return 'cut-answer';
    };
    // An answer that is lost only after the line was mended does not cut it again.
    line.whenCut = () => {
      if (this.#losing) line.cut();
    };
    line.whenPassed = (req) => {
      const call = callOf(req);
      if (call) env.heard(env.side, `${call} answered`);
    };
  }

  /** Unpacks a tablet and signs this person in on it. */
  static async start(env: PersonEnv): Promise<TorturedPerson> {
    const line = await Line.to(env.serverUrl);
    const tablet = await Tablet.unpack(`tablet ${env.side}`, line.url, { leaveSignals: true });
    const person = new TorturedPerson(env, line, tablet);
    try {
      await person.#prepare();
      await tablet.page.goto(line.url);
      await signIn(tablet, env.name);
      return person;
    } catch (error) {
      await person.close();
      throw error;
    }
  }

  async #prepare(): Promise<void> {
    this.#tablet.expectCrash();
    await prepare(this.#tablet.context, {
      form: () => this.#form?.(),
      quick: (n) => {
        const write = this.#quick.get(n);
        if (write) this.#note(write);
      },
      refused: (n, why) => this.#refused.push(`write ${n}: ${why}`),
    });
  }

  #note(write: Noted): void {
    write.saved_at = this.#env.now();
    this.#env.heard(this.side, 'saved');
  }

  /** Fills a form of the app and taps its button. The write is noted once the app has said that it is saved, and closed the form. */
  async fill(kind: FormKind, write: Noted, patient: string): Promise<void> {
    const { entries } = formEntry(kind, write.marker, write.n);
    const [entry = {}] = entries;
    const tablet = this.#tablet;
    if (kind !== 'register') await openPatient(tablet, patient);
    const said = new Promise<void>((done) => {
      this.#form = done;
    });
    if (kind === 'register') await register(tablet, entry);
    else if (kind === 'edit') await edit(tablet, entry);
    else if (kind === 'prescription') await prescribe(tablet, entries);
    else await addEntry(tablet, kind === 'wound' ? 'wound assessment' : 'observation set', entry);
    await within(said, SAID_MS_MAX, 'The form closed, and the app did not say that it saved.');
    this.#form = null;
    this.#note(write);
  }

  /** Saves these in quick succession; each is noted when the app's promise to have saved it resolves. */
  async save(writes: readonly { write: Noted; call: QuickCall }[]): Promise<void> {
    for (const { write } of writes) this.#quick.set(write.n, write);
    await quickWrites(
      this.#tablet.page,
      writes.map(({ call }) => call),
    );
  }

  /** What the app said it could not save, since the last look. */
  takeRefused(): string[] {
    return this.#refused.splice(0);
  }

  get email(): string {
    return PEOPLE[this.name].email;
  }

  get isOn(): boolean {
    return this.#tablet.isOn;
  }

  crash(): Promise<void> {
    return this.#tablet.crash();
  }

  /** The next push is carried out, its answer never arrives, and nothing else does. */
  loseNextAnswer(): void {
    this.#loseNext = true;
  }

  /** Switches the tablet on and lets the person in, if it is off. */
  comeBack(): Promise<void> {
    if (this.#tablet.isOn) return Promise.resolve();
    this.#coming = this.#return();
    return this.#coming;
  }

  async #return(): Promise<void> {
    await this.#tablet.switchOn();
    if (this.#closed) throw new Error('The run was stopped.');
    await this.#prepare();
    await this.#tablet.page.goto(this.line.url);
    await unlock(this.#tablet, this.name);
  }

  mend(): void {
    this.#loseNext = false;
    this.#losing = false;
    this.line.mend();
  }

  /** What the corner says: how much still waits to be sent, how much needs attention. */
  async standing(): Promise<{ waiting: boolean; attention: number; words: string }> {
    const { page } = this.#tablet;
    await syncNow(page);
    const status = page.getByRole('banner').getByRole('status');
    const words = (await status.textContent()) ?? '';
    const [, attention] = words.match(/^Needs attention \((\d+)\)/) ?? [];
    if (attention === undefined) return { waiting: words !== 'Saved on this device · Sent', attention: 0, words };
    // It says only the first; the account behind it says the rest.
    await status.click();
    const panel = page.getByRole('dialog').filter({ hasText: 'Waiting to be sent' });
    await expect(panel).toBeVisible();
    const account = (await panel.textContent()) ?? '';
    await status.click();
    await expect(panel).toBeHidden();
    return { waiting: !/to be sent\s*nothing/.test(account), attention: Number(attention), words: account };
  }

  rows(kinds: readonly string[], facility: string, whole: boolean): Promise<Rows> {
    return shownRows(this.#tablet.page, kinds, facility, whole);
  }

  async close(): Promise<void> {
    this.#closed = true;
    // Whatever it was in the middle of ends with it, save a browser that is just being started.
    if (this.#tablet.isOn) await this.#tablet.crash();
    await this.#coming?.catch(() => undefined);
    if (this.#tablet.isOn) await this.#tablet.crash();
    await this.#tablet.throwAway();
    await this.line.close();
  }
}

async function within<T>(promise: Promise<T>, ms: number, say: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_done, fail) => {
    timer = setTimeout(() => fail(new Error(say)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
