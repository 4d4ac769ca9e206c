import { type Outcome, simulate } from './simulate.ts';
import type { Options } from './world.ts';

/** The rows of the server without what only a clock decides: moments, and the front of ids. */
function withoutTimes({ evidence }: Outcome): string[] {
  const text = (value: unknown) =>
    JSON.stringify(value)
      .replace(/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-([0-9a-f]{4}-[0-9a-f]{12})/g, '$1')
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'T');
  return [...evidence.oracle.rows].map(text).sort();
}

/** 21: the same day ends the same whatever the clocks of the devices say. */
export async function clockIndependence(seed: number, options: Options = {}): Promise<string[]> {
  const day = (clocks: 'true' | 'skewed') => simulate(seed, { ...options, plan: { ...options.plan, clocks } });
  const [truly, skewed] = [withoutTimes(await day('true')), withoutTimes(await day('skewed'))];
  if (truly.length !== skewed.length) return [`${truly.length} rows with true clocks, ${skewed.length} with wrong ones`];
  return truly.flatMap((row, i) => (row === skewed[i] ? [] : [`with wrong clocks ${row} became ${skewed[i]}`]));
}
