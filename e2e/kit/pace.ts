import type { CDPSession, Locator, Page } from '@playwright/test';

/** What one stroke of a key cost. */
export interface Stroke {
  /** From the key to the painted answer; other programs on the machine may have held it up. */
  wall_ms: number;
  /** What the page's own thread worked for it: the same on a busy machine. */
  cpu_ms: number;
}

/** Work of the page's thread so far, ms. */
async function worked(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN) * 1000;
}

/** Types a text into a field letter by letter and measures each stroke in the browser. */
export async function measureStrokes(page: Page, field: Locator, text: string): Promise<Stroke[]> {
  await field.focus();
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const strokes: Stroke[] = [];
  for (const letter of text) {
    await page.evaluate(() => {
      const painted = new Promise<number>((done) => {
        const begin = () => {
          const begun = performance.now();
          // A task queued from inside the next frame runs when that frame is out.
          requestAnimationFrame(() => {
            const { port1, port2 } = new MessageChannel();
            port1.onmessage = () => done(performance.now() - begun);
            port2.postMessage(undefined);
          });
        };
        document.addEventListener('beforeinput', begin, { capture: true, once: true });
      });
      Object.assign(window, { painted });
    });
    const before = await worked(session);
    await page.keyboard.type(letter);
    const wall_ms = await page.evaluate(() => (window as unknown as { painted: Promise<number> }).painted);
    strokes.push({ wall_ms, cpu_ms: (await worked(session)) - before });
  }
  await session.detach();
  return strokes;
}

/** The value that the given share of the values stay at or below. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
