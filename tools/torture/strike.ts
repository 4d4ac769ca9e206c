import type { TorturedHospital } from './hospital.ts';
import type { TorturedPerson } from './person.ts';
import type { Fault, RoundPlan, Side, Strike, TabletEvent } from './plan.ts';

/** Waits for the moment at which a round's first strike is due. */
export class Trap {
  #armed: { trigger: RoundPlan['trigger']; left: number; spring(): void } | null = null;

  /** Resolves some ms after the event happened so often; never, if it does not. The one before is forgotten. */
  arm(trigger: RoundPlan['trigger']): Promise<void> {
    return new Promise((done) => {
      this.#armed = { trigger, left: trigger.nth, spring: () => setTimeout(done, trigger.delay_ms) };
    });
  }

  heard(side: Side, event: TabletEvent): void {
    const armed = this.#armed;
    if (!armed || armed.trigger.side !== side || armed.trigger.on !== event) return;
    armed.left--;
    if (armed.left > 0) return;
    this.#armed = null;
    armed.spring();
  }
}

/** Does it, now; a part that is down already stays down. */
export async function strike(
  { fault, side }: Strike,
  hospital: TorturedHospital,
  people: readonly TorturedPerson[],
): Promise<void> {
  const person = people.find((one) => one.side === side);
  const acts: Record<Fault, () => void | Promise<void>> = {
    'server-kill': () => hospital.killServer(),
    'postgres-stop': () => hospital.stopPostgres(),
    'postgres-kill': () => hospital.killPostgres(),
    'connection-kill': () => hospital.killConnection(),
    'browser-kill': () => (person?.isOn ? person.crash() : undefined),
    'line-cut': () => person?.line.cut(),
    'answer-lost': () => person?.loseNextAnswer(),
  };
  await acts[fault]();
}
