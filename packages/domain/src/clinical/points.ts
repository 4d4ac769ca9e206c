import { above, atLeast } from './round.ts';

/** The value of the first limit that is not passed, else the last. `values` holds one more than `limits`, which rise. */
export const upTo = <T extends string | number>(value: number, limits: readonly number[], values: readonly T[]): T =>
  values.at(limits.findIndex((limit) => !above(value, limit))) as T;

/** The same where a limit itself belongs to what comes after it. Binary noise does not keep a value below its limit. */
export const below = <T extends string | number>(value: number, limits: readonly number[], values: readonly T[]): T =>
  values.at(limits.findIndex((limit) => !atLeast(value, limit))) as T;

/** What an answer adds to a score: words and points. */
export type Part = readonly [words: string, points: number];

export const total = (parts: readonly Part[]): number => parts.reduce((sum, [, points]) => sum + points, 0);

/** The parts of a score for people to check: a line each, then the sum. */
export const partLines = (parts: readonly Part[]): string[] => [
  ...parts.map(([words, points]) => `${words}: ${points}`),
  `${parts.map(([, points]) => points).join(' + ')} = ${total(parts)}`,
];
