import type { Parsed } from './days.ts';

/**
 * Reads a number as a person types it: `38.5` and `38,5` are the same; spaces group thousands. `1,000` is refused, since it may mean one or a thousand.
 * @param decimals digits kept after the point; 0 for whole numbers.
 */
export function parseNumber(typed: string, decimals: number): Parsed<number> {
  const text = typed.trim().replace(/[\s ]/g, '').replace('−', '-');
  if (decimals === 0 && /^-?\d+$/.test(text)) return { value: Number(text) };
  if (/^-?\d{1,3},\d{3}$/.test(text) && decimals < 3) return { problem: 'Leave out the comma between thousands.' };
  const m = /^(-?\d*)[.,]?(\d*)$/.exec(text);
  if (!m || !/\d/.test(text)) return { problem: 'Write a number, like 38.5 or 38,5.' };
  if ((m[2]?.length ?? 0) > decimals) {
    return { problem: decimals === 0 ? 'A whole number.' : `At most ${decimals} digits after the point.` };
  }
  return { value: Number(`${m[1] || 0}.${m[2] || 0}`) };
}

/** A number with its unit, digits grouped by thin spaces: `4 500 NGN`. */
export function showNumber(value: number, unit?: string): string {
  const [whole = '', rest] = String(value).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ' ');
  return `${rest ? `${grouped}.${rest}` : grouped}${unit ? ` ${unit}` : ''}`;
}

/** `1 patient`, `2 patients`. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${showNumber(n)} ${n === 1 ? one : many}`;
}
