import { type Outcome, type Stats, simulate } from './simulate.ts';

/** What several days together were like. */
export class Days {
  readonly totals: Partial<Record<keyof Stats, number>> = {};
  /** Days of each sort. */
  readonly sorts: Record<string, number> = {};
  /** Kinds of which a wish was applied. */
  readonly kinds = new Set<string>();

  /** Lives through days. @returns what was seen that must never be seen, each with the line that shows it again. */
  async live(from: number, to: number): Promise<string[]> {
    const seen: string[] = [];
    for (let seed = from; seed <= to; seed++) {
      const outcome = await simulate(seed);
      seen.push(...outcome.violations.map(({ invariant, say }) => `npm run sim -- --seed ${seed}   [${invariant}] ${say}`));
      this.#count(outcome);
    }
    return seen;
  }

  #count({ plan, stats, evidence }: Outcome): void {
    for (const [name, value] of Object.entries(stats) as [keyof Stats, number][]) {
      this.totals[name] = (this.totals[name] ?? 0) + value;
    }
    const sorts = {
      restored: evidence.restored,
      twoTabs: plan.twoTabs,
      blocked: plan.blockedPush,
      withdrawn: plan.withdrawn !== null,
      jumping: plan.clocks === 'jumping',
      old: plan.oldClient,
      frozen: plan.freezes > 0,
      full: plan.fullDisks > 0,
      closed: plan.closedAccounts > 0,
      moved: plan.moves > 0,
      live: plan.live,
    };
    for (const [name, is] of Object.entries(sorts)) this.sorts[name] = (this.sorts[name] ?? 0) + (is ? 1 : 0);
    for (const { mutation, result } of evidence.oracle.mutations) {
      if (result.status === 'applied' || result.status === 'merged') this.kinds.add(mutation.kind);
    }
  }
}
