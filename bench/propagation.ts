import type { Page } from '@playwright/test';
import { edit, openPatient, sent } from '../e2e/kit/app.ts';
import { Tablet } from '../e2e/kit/tablet.ts';
import { findBrowser } from '../tools/browser.ts';
import { openRig } from './kit/rig.ts';
import { median, quantile, short } from './kit/stats.ts';

const PATIENTS = 2_000;
const TAPS = 100;

/** Signs the trial consultant in, as the sign-in page offers. */
async function enter(tablet: Tablet): Promise<void> {
  await tablet.page.getByRole('button', { name: 'Try as Consultant' }).click();
  await sent(tablet);
}

/** Notes the moment of the next tap on "Save changes", on the clock that all pages of this machine share. */
const noteTap = (page: Page) =>
  page.evaluate(() => {
    const at = globalThis as unknown as { tapped?: number };
    at.tapped = undefined;
    const note = (event: Event) => {
      if (!(event.target as Element).closest('button')?.textContent?.includes('Save changes')) return;
      at.tapped = performance.timeOrigin + performance.now();
      document.removeEventListener('click', note, true);
    };
    document.addEventListener('click', note, true);
  });

/** Resolves to the moment at which the words are on the screen of a page. */
const whenShown = (page: Page, words: string): Promise<number> =>
  page.evaluate(
    (wanted) =>
      new Promise<number>((seen) => {
        const look = () => {
          if (!document.querySelector('main')?.textContent?.includes(wanted)) return;
          watch.disconnect();
          // What is in the document now is on the screen with the next frame.
          requestAnimationFrame(() => seen(performance.timeOrigin + performance.now()));
        };
        const watch = new MutationObserver(look);
        watch.observe(document.body, { subtree: true, childList: true, characterData: true });
        look();
      }),
    words,
  );

/** From the tap on one device until the value is on the screen of another: two browsers, the real app, one server. */
export async function benchPropagation(): Promise<object> {
  process.env.PSA_E2E_BROWSER = (await findBrowser()).path;
  const rig = await openRig(PATIENTS);
  const tablets: Tablet[] = [];
  try {
    for (const name of ['a', 'b']) {
      const tablet = await Tablet.unpack(name, rig.url);
      tablets.push(tablet);
      await enter(tablet);
      // The runner marks functions with their names; what is sent into the page carries the mark along.
      await tablet.page.evaluate('globalThis.__name = (marked) => marked');
      await openPatient(tablet, 'UNTH');
    }
    const [a, b] = tablets as [Tablet, Tablet];
    const path = new URL(a.page.url()).pathname;
    if (new URL(b.page.url()).pathname !== path) throw new Error('The two tablets show different patients.');
    const times: number[] = [];
    for (let tap = 0; tap < TAPS; tap++) {
      const phone = `0801${String(1_000_000 + tap)}`;
      await noteTap(a.page);
      const shown = whenShown(b.page, phone);
      await edit(a, { Phone: phone });
      const tapped = await a.page.evaluate(() => (globalThis as unknown as { tapped: number }).tapped);
      times.push((await shown) - tapped);
      if (tap % 20 === 19) process.stderr.write(`  ${tap + 1} of ${TAPS}\n`);
    }
    return {
      bench: 'propagation',
      patients: PATIENTS,
      taps: TAPS,
      ms: { median: short(median(times)), p95: short(quantile(times, 0.95)), longest: short(Math.max(...times)) },
    };
  } finally {
    for (const tablet of tablets) await tablet.throwAway();
    await rig.close();
  }
}
