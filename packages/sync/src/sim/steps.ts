import type { Plan } from './plan.ts';
import { Random } from './random.ts';

/** What may happen at a moment of a day. */
export type What =
  | 'somebody does something'
  | 'it synchronises'
  | 'it is handed over'
  | 'the power goes'
  | 'its clock jumps'
  | 'a tab freezes'
  | 'its disk fills up'
  | 'the server restarts'
  | 'a role changes'
  | 'an account is closed'
  | 'an account is opened again'
  | 'a conflict is moved'
  | 'the server is upgraded'
  | 'the device is withdrawn'
  | 'a patient goes to the archive'
  | 'a file is opened or let go'
  | 'a backup is taken'
  | 'a backup is restored';

/** One thing that happens, decided before the day begins. Each draws its own chance, so that any may be left out and the others stay as they are. */
export interface Step {
  n: number;
  /** Milliseconds after dawn. */
  at: number;
  what: What;
  /** Null: the server. */
  device: number | null;
  /** Which tab, which person, which backup. */
  which: number;
}

const MINUTE_MS = 60_000;

/** The steps of a day in order. */
export function stepsOf(seed: number, plan: Plan): Step[] {
  const random = new Random(seed, 6);
  const end = plan.minutes * MINUTE_MS;
  const steps: Omit<Step, 'n'>[] = [];
  const add = (at: number, what: What, device: number | null, which = random.below(1000)) =>
    steps.push({ at, what, device, which });
  const every = (least: number, most: number, what: What, device: number) => {
    for (let at = random.between(least, most); at < end; at += random.between(least, most)) add(at, what, device);
  };
  const sometime = () => random.between(MINUTE_MS, end - MINUTE_MS);
  const times = (count: number, act: () => void) => {
    for (let i = 0; i < count; i++) act();
  };
  for (let device = 0; device < plan.devices; device++) {
    every(10_000, 4 * MINUTE_MS, 'somebody does something', device);
    every(10_000, 5 * MINUTE_MS, 'it synchronises', device);
    every(5 * MINUTE_MS, 20 * MINUTE_MS, 'it is handed over', device);
    if (plan.crashes > 0) every(10 * MINUTE_MS, 60 * MINUTE_MS, 'the power goes', device);
    if (plan.clocks === 'jumping') every(5 * MINUTE_MS, 30 * MINUTE_MS, 'its clock jumps', device);
  }
  const some = () => random.below(plan.devices);
  // The device with several tabs freezes most: then another tab takes over.
  times(plan.freezes, () => add(sometime(), 'a tab freezes', random.happens(60) ? 0 : some()));
  times(plan.fullDisks, () => add(sometime(), 'its disk fills up', some()));
  times(plan.restarts, () => add(sometime(), 'the server restarts', null));
  times(plan.roleChanges, () => add(sometime(), 'a role changes', null));
  times(plan.moves, () => add(sometime(), 'a conflict is moved', null));
  times(plan.closedAccounts, () => {
    const which = random.below(1000);
    const at = sometime();
    add(at, 'an account is closed', null, which);
    if (random.happens(50)) add(random.between(at, end), 'an account is opened again', null, which);
  });
  if (plan.oldClient) add(random.between(end / 4, end / 2), 'the server is upgraded', null);
  if (plan.withdrawn) add(random.between(end / 2, end), 'the device is withdrawn', plan.devices - 1);
  if (plan.restore) {
    const backup = (restores: number) => {
      const which = random.below(1_000_000);
      // Now and then it is yesterday's.
      const [first = 0, ...moments] = Array.from({ length: restores + 1 }, sometime).sort((a, b) => a - b);
      add(random.happens(25) ? 0 : first, 'a backup is taken', null, which);
      for (const at of moments) add(at, 'a backup is restored', null, which);
    };
    backup(1);
    // Some days restore twice: from the same backup, or from one of an earlier or later life.
    const more = random.pick([0, 0, 0, 1, 2]) ?? 0;
    if (more > 0) backup(more);
  }
  const known = steps.sort((a, b) => a.at - b.at).map((step, n) => ({ n, ...step }));
  return [...known, ...ofTheArchive(seed, plan, known.length)].sort((a, b) => a.at - b.at);
}

/** Numbered after the others, with chance of their own: the days without them stay as they were. */
function ofTheArchive(seed: number, plan: Plan, first: number): Step[] {
  const random = new Random(seed, 9);
  const moment = () => random.between(MINUTE_MS, plan.minutes * MINUTE_MS);
  const steps: Omit<Step, 'n'>[] = [];
  for (let i = 0; i < plan.archived; i++) {
    steps.push({ at: moment(), what: 'a patient goes to the archive', device: null, which: random.below(1000) });
    const device = random.below(plan.devices);
    steps.push({ at: moment(), what: 'a file is opened or let go', device, which: random.below(1000) });
  }
  return steps.map((step, i) => ({ n: first + i, ...step }));
}
