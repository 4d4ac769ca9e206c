import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { uuidv7 } from '@psa/domain';
import { runVerify } from '../../apps/server/src/audit/command.ts';
import { checkDevices, checkRound } from './check.ts';
import { TorturedHospital } from './hospital.ts';
import { type Broken, Ledger, type Noted } from './ledger.ts';
import { TorturedPerson } from './person.ts';
import {
  type Fault,
  type FormKind,
  planOf,
  type RoundPlan,
  SIDES,
  type Side,
  strikesOf,
  triggerOf,
  type Work,
} from './plan.ts';
import { strike, Trap } from './strike.ts';
import { formEntry, markerOf, quickWishes } from './writes.ts';

/** Who writes on which side. */
const NAMES = { A: 'doctor', B: 'registrar' } as const;
/** Patients whom both sides write about, new ones after so many rounds. */
const SHARED = 2;
const SHARED_ROUNDS = 10;

export interface TortureOptions {
  rounds: number;
  seed: number;
  /** The first round; 1 unless told. */
  from?: number;
  /** Strike with this fault first in every round. */
  only?: Fault;
  /** Where another version of the project is deployed. */
  project?: string;
  say(line: string): void;
  /** Ends it early, with everything cleaned up. */
  signal?: AbortSignal;
}

export interface TortureReport {
  /** Rounds that were played to their end. */
  rounds: number;
  /** Writes begun, and those that the app called saved. */
  writes: number;
  saved: number;
  /** How often each fault struck. */
  faults: Readonly<Partial<Record<Fault, number>>>;
  /** What is broken, a line each. Empty: nothing was lost. */
  broken: readonly string[];
}

/**
 * Two people write in the real app while its parts are killed. After each round everything is started again, and what was called saved
 * is looked for. Ends after the first round in which something is broken.
 */
export async function torture(options: TortureOptions): Promise<TortureReport> {
  const hospital = await TorturedHospital.open(options.project);
  const run = new Run(hospital, options);
  try {
    return await run.go();
  } finally {
    await run.close();
    await hospital.close();
  }
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const broke = (say: string): Broken => ({ write: null, say });
const newId = (): string => uuidv7(Date.now(), (count) => Uint8Array.from(randomBytes(count)));

class Run {
  readonly #hospital: TorturedHospital;
  readonly #options: TortureOptions;
  readonly #people: TorturedPerson[] = [];
  #arriving: Promise<TorturedPerson> | undefined;
  readonly #ledger = new Ledger();
  readonly #trap = new Trap();
  readonly #began = performance.now();
  readonly #faults: Partial<Record<Fault, number>> = {};
  readonly #broken: string[] = [];
  #facility = '';
  #shared: { id: string; number: string }[] = [];
  #rounds = 0;

  constructor(hospital: TorturedHospital, options: TortureOptions) {
    this.#hospital = hospital;
    this.#options = options;
  }

  async go(): Promise<TortureReport> {
    const { signal } = this.#options;
    const stopped = new Promise<void>((done) => signal?.addEventListener('abort', () => done(), { once: true }));
    const all = this.#all();
    // After a stop nobody hears what was under way.
    all.catch(() => undefined);
    await Promise.race([all, stopped]);
    const { writes, saved } = this.#ledger;
    return { rounds: this.#rounds, writes: writes.length, saved, faults: this.#faults, broken: this.#broken };
  }

  async close(): Promise<void> {
    const late = await this.#arriving?.catch(() => undefined);
    for (const person of new Set([...this.#people, ...(late ? [late] : [])])) await person.close();
  }

  async #all(): Promise<void> {
    const { rounds, seed, from = 1, only, signal } = this.#options;
    await this.#open();
    for (let n = from; n < from + rounds && this.#broken.length === 0 && !signal?.aborted; n++) {
      const plan = planOf(seed, n, only);
      const broken = await this.#round(plan).catch((error: unknown) => [broke(wordsOf(error))]);
      if (broken.length > 0 && !signal?.aborted) this.#tell(plan, broken);
      this.#rounds++;
    }
    if (this.#broken.length > 0 || signal?.aborted) return;
    for (const { say } of await checkDevices(this.#hospital, this.#people, this.#facility)) this.#broken.push(say);
    const lines: string[] = [];
    if (!(await runVerify(this.#hospital.pool, {}, (line) => lines.push(line)))) this.#broken.push(...lines);
  }

  async #open(): Promise<void> {
    for (const side of SIDES) {
      this.#arriving = TorturedPerson.start({
        side,
        name: NAMES[side],
        serverUrl: this.#hospital.url,
        now: () => performance.now() - this.#began,
        heard: (where, event) => this.#trap.heard(where, event),
      });
      this.#people.push(await this.#arriving);
    }
    const { rows } = await this.#hospital.pool.query<{ id: string }>('select id from facilities');
    this.#facility = rows[0]?.id ?? '';
  }

  async #round(plan: RoundPlan): Promise<Broken[]> {
    if (this.#rounds % SHARED_ROUNDS === 0) await this.#registerShared(plan.n);
    const began = performance.now();
    const fetched = this.#people.map((person) => person.snapshots);
    const due = this.#trap.arm(plan.trigger);
    const works = this.#people.map((person) => this.#work(person, plan.work[person.side], plan.n));
    const work = Promise.allSettled(works);
    const sprung = await Promise.race([due.then(() => true), work.then(() => false)]);
    const at = performance.now() - began;
    for (const [i, one] of plan.strikes.entries()) {
      if (i > 0) await delay(plan.between_ms);
      await strike(one, this.#hospital, this.#people);
      this.#faults[one.fault] = (this.#faults[one.fault] ?? 0) + 1;
    }
    await delay(plan.down_ms);
    if (plan.first_back === 'server') await this.#hospital.bringUp();
    const ends = await work;
    for (const person of this.#people) {
      await person.comeBack();
      person.mend();
    }
    await this.#hospital.bringUp();

    const killed = plan.strikes.filter(({ fault }) => fault === 'browser-kill').map(({ side }) => side);
    const broken = this.#people.flatMap((person, i) => {
      const end = ends[i];
      // Whose browser was killed could not go on; everybody else works on, whatever happens to the server.
      const halted = end?.status === 'rejected' && !killed.includes(person.side) ? [wordsOf(end.reason)] : [];
      return [...halted, ...person.takeRefused()].map((why) => broke(`${person.side} could not save: ${why}`));
    });
    broken.push(...(await checkRound(this.#hospital, this.#people, this.#facility, this.#ledger)));
    for (const [i, person] of this.#people.entries()) {
      if (person.snapshots !== fetched[i])
        broken.push(broke(`tablet ${person.side} found its copies wrong and fetched them anew`));
    }
    const when = sprung ? triggerOf(plan) : 'when all was written';
    const { saved, writes } = this.#ledger;
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    this.#options.say(
      `round ${plan.n}: ${strikesOf(plan)}, ${when} (${at.toFixed(0)} ms in); ${saved} of ${writes.length} writes called saved so far; ${seconds} s`,
    );
    return broken;
  }

  /** What one person does in a round: forms, and writes in quick succession, side by side. */
  async #work(person: TorturedPerson, { forms, quick }: Work, round: number): Promise<void> {
    const at = new Date().toISOString();
    let own: string | undefined;
    const calls = quick.map(({ kind, pause_ms, own: aboutOwn }) => {
      const patient = (aboutOwn ? own : undefined) ?? this.#sharedOne(pause_ms).id;
      const number = `TAKEN-${round}`;
      const write = this.#begin(person.side, round, (n, marker) => {
        const wishes = quickWishes(kind, { patient, number, at, newId }, marker, n);
        const parts = wishes.map((wish) => ({ kind: wish.kind, values: wish.patch }));
        return { how: 'quick', what: kind, parts, wishes };
      });
      if (kind === 'patient') own = write.wishes[0]?.id;
      return { write: write.noted, call: { n: write.noted.n, wishes: write.wishes, pause_ms } };
    });
    const hands = await Promise.allSettled([person.save(calls), this.#fillAll(person, forms, round)]);
    for (const hand of hands) if (hand.status === 'rejected') throw hand.reason;
  }

  async #fillAll(person: TorturedPerson, forms: readonly FormKind[], round: number): Promise<void> {
    for (const [i, kind] of forms.entries()) {
      const { noted } = this.#begin(person.side, round, (n, marker) => ({
        how: 'form',
        what: kind,
        parts: formEntry(kind, marker, n).parts,
      }));
      await person.fill(kind, noted, this.#sharedOne(i).number);
    }
  }

  /** Two patients whom both sides know, registered by A through the form. */
  async #registerShared(round: number): Promise<void> {
    const [a] = this.#people;
    if (!a) return;
    await this.#fillAll(a, Array<FormKind>(SHARED).fill('register'), round);
    const registered = this.#ledger.writes.slice(-SHARED).map((write) => write.marker);
    const loud = await checkRound(this.#hospital, this.#people, this.#facility, this.#ledger);
    if (loud[0]) throw new Error(`before the round: ${loud[0].say}`);
    const { rows } = await this.#hospital.pool.query<{ id: string; number: string }>(
      'select id, hospital_number as number from patients where hospital_number = any($1)',
      [registered],
    );
    this.#shared = rows;
  }

  #sharedOne(n: number): { id: string; number: string } {
    const one = this.#shared[n % SHARED];
    if (!one) return { id: '', number: '' };
    return one;
  }

  #begin<T extends Pick<Noted, 'how' | 'what' | 'parts'>>(
    side: Side,
    round: number,
    make: (n: number, marker: string) => T,
  ): T & { noted: Noted } {
    const n = this.#ledger.writes.length + 1;
    const marker = markerOf(round, side, n);
    const made = make(n, marker);
    const { how, what, parts } = made;
    return { ...made, noted: this.#ledger.begin({ n, round, side, how, what, marker, parts }) };
  }

  /** The story of what is broken: what was struck when, and which write it cost. */
  #tell(plan: RoundPlan, broken: readonly Broken[]): void {
    const { seed, only, project } = this.#options;
    const fault = only === undefined ? '' : ` --fault ${only}`;
    const again = `npm run torture -- --seed ${seed} --from ${plan.n} --rounds 1${fault}${project === undefined ? '' : ` --project ${project}`}`;
    this.#broken.push(`round ${plan.n} of seed ${seed}: ${strikesOf(plan)}, ${triggerOf(plan)}. The same plan again: ${again}`);
    for (const { write, say } of broken) {
      if (!write) this.#broken.push(`  ${say}`);
      else {
        const saved =
          write.saved_at === null ? 'never called saved' : `called saved ${(write.saved_at / 1000).toFixed(3)} s in`;
        this.#broken.push(
          `  write ${write.n} (${write.what}, ${write.how}, by ${write.side}, ${write.marker}, ${saved}) ${say}`,
        );
      }
    }
  }
}
