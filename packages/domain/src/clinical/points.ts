/** Points by a table of upper limits: those of the first row whose limit is not passed, else `beyond`. */
export const upTo = <T extends string | number>(value: number, rows: readonly (readonly [limit: number, T])[], beyond: T): T =>
  rows.find(([limit]) => value <= limit)?.[1] ?? beyond;

/** The same where the limit itself belongs to the next row. */
export const below = <T extends string | number>(value: number, rows: readonly (readonly [limit: number, T])[], beyond: T): T =>
  rows.find(([limit]) => value < limit)?.[1] ?? beyond;

/** What each answer adds to a score: words and points. */
export type Part = readonly [words: string, points: number];

export const total = (parts: readonly Part[]): number => parts.reduce((sum, [, points]) => sum + points, 0);

/** The parts of a score for people to check: a line each, then the sum. */
export const partLines = (parts: readonly Part[]): string[] => [
  ...parts.map(([words, points]) => `${words}: ${points}`),
  `${parts.map(([, points]) => points).join(' + ')} = ${total(parts)}`,
];
