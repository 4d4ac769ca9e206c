/** How long records are kept: the hospital's policy as data. Nothing is ever removed by it; what is due is reported, and people decide. */
export interface RetentionRule {
  /** What it is about, in words. */
  about: string;
  /** Years after the last contact. */
  years: number;
  /** Of whoever was younger than this at the last contact … */
  minor_below?: number;
  /** … at least until this age. */
  until_age?: number;
}

/**
 * Neither the Nigeria Data Protection Act 2023 (s.24: no longer than needed) nor the National Health Act 2014 names a number. These are the
 * usual proposals; counsel of the hospital confirms or changes them before they are relied on.
 */
export const RETENTION: RetentionRule = {
  about: 'Clinical record of a patient',
  years: 10,
  minor_below: 18,
  until_age: 25,
};

const dayAfter = (day: string, years: number): string => {
  const [y = 0, m = 1, d = 1] = day.split('-').map(Number);
  // 29 February becomes 1 March in a year that has none.
  return new Date(Date.UTC(y + years, m - 1, d)).toISOString().slice(0, 10);
};

/**
 * The day from which a record need no longer be kept.
 * @param lastContact day of the last entry, YYYY-MM-DD
 * @param born day of birth, null when unknown: then nobody is taken for an adult, and null is answered: a person must decide.
 */
export function keptUntil(rule: RetentionRule, lastContact: string, born: string | null): string | null {
  const plain = dayAfter(lastContact, rule.years);
  if (rule.minor_below === undefined || rule.until_age === undefined) return plain;
  if (born === null) return null;
  if (dayAfter(born, rule.minor_below) <= lastContact) return plain;
  const grown = dayAfter(born, rule.until_age);
  return grown > plain ? grown : plain;
}
