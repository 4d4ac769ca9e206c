/** The value below which `share` of the values lie; nearest rank. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1));
  const found = sorted[at];
  if (found === undefined) throw new RangeError('There is nothing to take a quantile of.');
  return found;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** Rounds for reading: three significant figures. */
export const short = (value: number): number => Number(value.toPrecision(3));
