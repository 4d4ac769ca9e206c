import type { Locator, Page } from '@playwright/test';

/**
 * Types a text into a field letter by letter and measures each stroke in the browser, from the key to the painted answer.
 * @returns milliseconds for each letter.
 */
export async function strokeTimes(page: Page, field: Locator, text: string): Promise<number[]> {
  await field.focus();
  await page.evaluate(() => {
    const times: number[] = [];
    Object.assign(window, { psaStrokes: times });
    document.addEventListener(
      'beforeinput',
      () => {
        const begun = performance.now();
        // After the next frame was drawn: a task queued from inside it runs when the frame is out.
        requestAnimationFrame(() => {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => times.push(performance.now() - begun);
          port2.postMessage(undefined);
        });
      },
      { capture: true },
    );
  });
  for (const [i, letter] of [...text].entries()) {
    await page.keyboard.type(letter);
    await page.waitForFunction((count) => (window as unknown as { psaStrokes: number[] }).psaStrokes.length >= count, i + 1);
  }
  return page.evaluate(() => (window as unknown as { psaStrokes: number[] }).psaStrokes);
}

/** The value that half of the values stay below. */
export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
