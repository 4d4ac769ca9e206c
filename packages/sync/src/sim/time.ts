/** 2026-03-01, 08:00 UTC: when every simulated day begins. */
export const DAWN_MS = Date.UTC(2026, 2, 1, 8);

interface Event {
  at: number;
  order: number;
  act: () => void | Promise<void>;
}

/** Steps that promises get to run between two events: deep enough for the longest chain of awaits in one request. */
const TURNS = 60;

/** What happens within so many virtual ms happens together where real work is under way: so requests meet in a real database. */
const TOGETHER_MS = 1000;

/**
 * Virtual time: events in order, no timers. Work that is under way outside (a real database) is waited for before time goes on
 * for more than a moment; work that waits for a later event is not.
 */
export class VirtualTime {
  now = DAWN_MS;
  private order = 0;
  private readonly events: Event[] = [];
  private readonly outside = new Set<Promise<unknown>>();

  /** Runs `act` at a time, not before the present. */
  at(ms: number, act: () => void | Promise<void>): void {
    const event = { at: Math.max(ms, this.now), order: this.order++, act };
    let i = this.events.length;
    while (i > 0 && later(this.events[i - 1] as Event, event)) i--;
    this.events.splice(i, 0, event);
  }
  after(ms: number, act: () => void | Promise<void>): void {
    this.at(this.now + ms, act);
  }
  /** Resolves after so many virtual milliseconds. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  /** Work that takes real time; virtual time stands still until it is done. */
  async real<T>(work: Promise<T>): Promise<T> {
    this.outside.add(work);
    try {
      return await work;
    } finally {
      this.outside.delete(work);
    }
  }

  /** Runs events until none is left or the time has come. */
  async run(until: number): Promise<void> {
    for (;;) {
      await turns();
      const soon = this.events[0];
      if (this.outside.size > 0 && !(soon && soon.at <= this.now + TOGETHER_MS)) {
        await Promise.race([...this.outside].map((work) => work.catch(() => undefined)));
        continue;
      }
      const next = this.events[0];
      if (!next || next.at > until) break;
      this.events.shift();
      this.now = next.at;
      const done = next.act();
      if (done) done.catch(() => undefined);
    }
    this.now = Math.max(this.now, until);
  }
}

async function turns(): Promise<void> {
  for (let i = 0; i < TURNS; i++) await undefined;
}

const later = (a: Event, b: Event) => a.at > b.at || (a.at === b.at && a.order > b.order);
