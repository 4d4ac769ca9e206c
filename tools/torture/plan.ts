import { type Chance, chanceFrom } from '@psa/domain';

/** What happens to a part in the middle of whatever it does. */
export const FAULTS = {
  'server-kill': 'kill -9 of the server',
  'postgres-stop': 'immediate stop of PostgreSQL',
  'postgres-kill': 'kill -9 of the postmaster',
  'connection-kill': 'kill -9 of one process of PostgreSQL that serves the server',
  'browser-kill': 'kill -9 of the whole browser',
  'line-cut': 'the network is cut',
  'answer-lost': 'an answer is lost after the server carried the push out, and the network with it',
} as const;
export type Fault = keyof typeof FAULTS;
const ALL_FAULTS = Object.keys(FAULTS) as Fault[];

export const SIDES = ['A', 'B'] as const;
/** One of the two people, with their tablet and their line. */
export type Side = (typeof SIDES)[number];

/** What a tablet does that can be seen from outside. */
const EVENTS = ['push asked', 'push answered', 'pull asked', 'pull answered', 'saved'] as const;
export type TabletEvent = (typeof EVENTS)[number];

/** What is written through the forms of the app. */
const FORMS = ['register', 'observations', 'wound', 'prescription', 'edit'] as const;
export type FormKind = (typeof FORMS)[number];

/** What is written in quick succession through the door that the forms use, `device.save`. */
export const QUICK = ['patient', 'observations', 'wound', 'fluid', 'prescription', 'edit', 'kin', 'taken number'] as const;
export type QuickKind = (typeof QUICK)[number];

export interface Strike {
  fault: Fault;
  /** Whose browser or line, where that matters. */
  side: Side;
}

export interface Work {
  forms: FormKind[];
  /** `pause_ms`: before the next. `own`: about the last patient registered in this succession, if there is one. */
  quick: { kind: QuickKind; pause_ms: number; own: boolean }[];
}

/** One round: who writes what, what strikes when, and how everything comes back. */
export interface RoundPlan {
  n: number;
  work: Record<Side, Work>;
  /** The strike comes `delay_ms` after this happened for the `nth` time on this side (or when all is written, if it never did). */
  trigger: { side: Side; on: TabletEvent; nth: number; delay_ms: number };
  strikes: Strike[];
  /** From the first strike to the second. */
  between_ms: number;
  /** From the last strike to the restart. */
  down_ms: number;
  /** A tablet that comes back first finds no server. */
  first_back: 'server' | 'tablets';
}

/** Far enough apart that rounds of neighbouring seeds have nothing in common. */
const SEED_STEP = 1_000_003;

/**
 * What happens in round `n` (from 1) of a seed; the same every time. The moments are those of real programs, which no seed repeats exactly.
 * @param only strike with this fault first in every round.
 */
export function planOf(seed: number, n: number, only?: Fault): RoundPlan {
  const chance = chanceFrom(seed * SEED_STEP + n);
  const first = only ?? faultOf(seed, n);
  const strikes: Strike[] = [{ fault: first, side: chance.pick(SIDES) }];
  if (chance.odds(0.35)) {
    strikes.push({ fault: chance.pick(ALL_FAULTS.filter((f) => f !== first)), side: chance.pick(SIDES) });
  }
  return {
    n,
    work: { A: workOf(chance), B: workOf(chance) },
    trigger: triggerFor(chance, strikes[0]),
    strikes,
    between_ms: chance.below(250),
    down_ms: chance.below(600),
    first_back: chance.odds(0.7) ? 'server' : 'tablets',
  };
}

/** Half of the moments are right behind the event, half anywhere in what follows from it. */
function triggerFor(chance: Chance, struck: Strike | undefined): RoundPlan['trigger'] {
  const browser = struck?.fault === 'browser-kill';
  // A browser is struck while it is the one that does something: most often while it saves, which is what only it can break.
  const on = browser && chance.odds(0.7) ? 'saved' : chance.pick(EVENTS);
  // What is called saved too early is not saved for some milliseconds only.
  const soon_ms = browser ? 6 : 20;
  return {
    side: browser ? struck.side : chance.pick(SIDES),
    on,
    // Saves come one by one; several of them go in one push.
    nth: 1 + chance.below(on === 'saved' ? 12 : 4),
    delay_ms: chance.odds(0.5) ? chance.below(soon_ms) : chance.below(soon_ms * 15),
  };
}

/** Each fault once in every seven rounds, in an order of chance. */
function faultOf(seed: number, n: number): Fault {
  const turn = Math.floor((n - 1) / ALL_FAULTS.length);
  const chance = chanceFrom(seed * SEED_STEP - 1 - turn);
  const left = [...ALL_FAULTS];
  for (let i = (n - 1) % ALL_FAULTS.length; i > 0; i--) left.splice(left.indexOf(chance.pick(left)), 1);
  return chance.pick(left);
}

function workOf(chance: Chance): Work {
  const forms = Array.from({ length: 1 + chance.below(3) }, () => chance.pick(FORMS));
  const quick = Array.from({ length: 12 + chance.below(24) }, () => ({
    kind: chance.pick(QUICK),
    pause_ms: chance.odds(0.4) ? 0 : chance.below(120),
    own: chance.odds(0.5),
  }));
  return { forms, quick };
}

/** What strikes, and how the round is told. */
export function strikesOf({ strikes, between_ms }: RoundPlan): string {
  const one = ({ fault, side }: Strike): string =>
    fault === 'browser-kill' || fault === 'line-cut' || fault === 'answer-lost' ? `${FAULTS[fault]} (${side})` : FAULTS[fault];
  return strikes.map(one).join(`, and ${between_ms} ms later `);
}

export const triggerOf = ({ trigger: { side, on, nth, delay_ms } }: RoundPlan): string =>
  `${delay_ms} ms after "${on}" no. ${nth} of ${side}`;
