/** 2026-03-01, 08:00 UTC: when every simulated day begins. */
const DAWN_MS = Date.UTC(2026, 2, 1, 8);

interface Event {
  at: number;
  order: number;
  act: () => void | Promise<void>;
}

/** Steps that promises get to run between two events. */
const TURNS = 60;
/** Work that is not done after so many times that many steps waits for something that will never come. */
const STUCK_AFTER = 100_000;
/** What happens within so many virtual ms happens together in a real database: so requests meet there. */
const TOGETHER_MS = 1000;

/**
 * Virtual time: events in order, no timers. Work under way on the server is done before time goes on, unless it sleeps until a later
 * event itself. With a real database time goes on for a moment, so that requests overlap in it.
 */
export class VirtualTime {
  now = DAWN_MS;
  private order = 0;
  private readonly events: Event[] = [];
  private readonly working = new Set<Promise<unknown>>();
  private asleep = 0;
  /** Whether work takes real time (a database) or only steps of promises. */
  real = false;

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

  /** As `sleep`, inside work that the time waits for. */
  async nap(ms: number): Promise<void> {
    this.asleep++;
    await this.sleep(ms);
    this.asleep--;
  }

  /** Work for which time stands still until it is done or naps. */
  async during<T>(work: Promise<T>): Promise<T> {
    this.working.add(work);
    try {
      return await work;
    } finally {
      this.working.delete(work);
    }
  }

  /** Runs events until none is left or the time has come. */
  async run(until: number): Promise<void> {
    for (;;) {
      await this.workDone();
      const next = this.events[0];
      if (!next || next.at > until) break;
      this.events.shift();
      this.now = next.at;
      const done = next.act();
      if (done) done.catch(() => undefined);
    }
    this.now = Math.max(this.now, until);
  }

  private async workDone(): Promise<void> {
    await turns();
    for (let tries = 0; this.working.size > this.asleep; tries++) {
      const soon = this.events[0];
      if (this.real && soon && soon.at <= this.now + TOGETHER_MS) return;
      if (tries > STUCK_AFTER) throw new Error('the server waits for something that never comes');
      if (this.real) await Promise.race([...this.working].map((work) => work.catch(() => undefined)));
      await turns();
    }
  }
}

async function turns(): Promise<void> {
  for (let i = 0; i < TURNS; i++) await Promise.resolve();
}

const later = (a: Event, b: Event) => a.at > b.at || (a.at === b.at && a.order > b.order);
