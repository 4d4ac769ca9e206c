import type { Plan } from './plan.ts';
import { type Outcome, simulate } from './simulate.ts';
import type { Step } from './steps.ts';
import type { Options } from './world.ts';

/** A failing day in as few steps as were found. */
export interface Story {
  seed: number;
  plan: Plan;
  /** Numbers of the steps that happen. */
  only: number[];
  /** The invariant that is broken. */
  invariant: number;
  /** What is seen. */
  say: string;
  /** The steps in words. */
  told: string[];
}

/** Tries after which what was found so far is good enough. */
const TRIES_MAX = 600;

const calmer: readonly ((plan: Plan) => Partial<Plan>)[] = [
  ({ weather }) => ({ weather: { ...weather, lostRequests: 0, lostReplies: 0, doubled: 0, slow: 0, cut: 0, turnedAway: 0 } }),
  ...(['lostRequests', 'lostReplies', 'doubled', 'slow', 'cut', 'turnedAway'] as const).map((name) => ({ weather }: Plan) => ({
    weather: { ...weather, [name]: 0 },
  })),
  () => ({ crashes: 0 }),
  () => ({ overlaps: 0 }),
  () => ({ blockedPush: false }),
];

/**
 * Leaves out of a failing day whatever it fails without: kinds of bad luck first, then steps, in ever smaller pieces (delta debugging,
 * Zeller 2002). @returns null when the day does not fail. @param progress told after each try
 */
export async function shrink(
  seed: number,
  options: Options = {},
  progress: (steps: number, tries: number) => void = () => {},
): Promise<Story | null> {
  const first = await simulate(seed, options);
  const invariant = first.violations[0]?.invariant;
  if (invariant === undefined) return null;
  let tries = 0;
  let best = { outcome: first, plan: first.plan, only: first.steps.map((step) => step.n) };
  const fails = async (plan: Plan, only: readonly number[]): Promise<boolean> => {
    if (tries++ >= TRIES_MAX) return false;
    const outcome = await simulate(seed, { ...options, plan, only: new Set(only) });
    if (!outcome.violations.some((v) => v.invariant === invariant)) return false;
    best = { outcome, plan, only: [...only] };
    progress(only.length, tries);
    return true;
  };
  for (const calm of calmer) await fails({ ...best.plan, ...calm(best.plan) }, best.only);
  for (let size = Math.ceil(best.only.length / 2); size >= 1; ) {
    let moved = false;
    for (let from = 0; from < best.only.length; ) {
      const without = [...best.only.slice(0, from), ...best.only.slice(from + size)];
      if (await fails(best.plan, without)) moved = true;
      else from += size;
    }
    if (size === 1 && !moved) break;
    size = size === 1 ? 1 : Math.ceil(size / 2);
    if (tries >= TRIES_MAX) break;
  }
  const say = best.outcome.violations.find((v) => v.invariant === invariant)?.say ?? '';
  return { seed, plan: best.plan, only: best.only, invariant, say, told: tell(best.outcome, new Set(best.only)) };
}

/** The steps of a day in words, each with its moment and what was saved at it. */
function tell({ steps, evidence }: Outcome, only: ReadonlySet<number>): string[] {
  const clock = (ms: number) => new Date(ms).toISOString().slice(11, 19);
  const saved = (step: Step) =>
    [...evidence.ledger.groups.values()]
      .filter((made) => made.step === step.n)
      .map(({ group }) =>
        group.mutations.map((m) => `${m.op} ${m.kind} ${m.id.slice(-4)} ${fields(m.patch)}`.trim()).join(', '),
      );
  return steps
    .filter((step) => only.has(step.n))
    .map((step) => {
      const who = step.device === null ? '' : `tablet ${step.device + 1}: `;
      return [`${clock(DAWN_MS + step.at)} ${who}${step.what}`, ...saved(step)].join(' — ');
    });
}

const DAWN_MS = 8 * 3600 * 1000;
const fields = (patch: Readonly<Record<string, unknown>>): string => {
  const names = Object.keys(patch);
  return names.length > 4 ? `{${names.slice(0, 3).join(', ')}, …}` : `{${names.join(', ')}}`;
};
