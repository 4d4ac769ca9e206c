/** When two registrations may be of one person. Pure; the server asks it of candidates, devices of whom they hold. */
import { fold, nationalPhone } from './fold.ts';

/** What of a patient is compared. */
export interface Identity {
  hospital_number?: string | null;
  first_name?: string | null;
  last_name?: string | null;
  other_names?: string | null;
  gender?: string | null;
  date_of_birth?: string | null;
  phone?: string | null;
}

/** A shorter number is shared by chance. */
const PHONE_DIGITS_MIN = 7;

/** Letters and digits of a hospital number: `UNTH/2024-001` and `unth 2024 001` are the same. */
export const numberKey = (number: string | null | undefined): string =>
  (number ?? '').replace(/[^A-Za-z0-9]/g, '').toUpperCase();

/**
 * Why two may be one person; empty when nothing says so: numbers that differ only in signs, like names with the same day of birth and sex
 * (or one of them unknown, and the same phone), the same phone and a name in common.
 */
export function duplicateReasons(a: Identity, b: Identity): string[] {
  const reasons: string[] = [];
  const number = numberKey(a.hospital_number);
  const common = namesInCommon(a, b);
  const phone = phoneKey(a.phone);
  const sexes = !a.gender || !b.gender || a.gender === b.gender;
  if (number !== '' && number === numberKey(b.hospital_number)) reasons.push('Hospital numbers alike');
  if (common >= 2 && sexes && a.date_of_birth && a.date_of_birth === b.date_of_birth) {
    reasons.push('Names alike, same day of birth and sex');
  }
  if (phone !== '' && phone === phoneKey(b.phone) && common >= 1 && sexes) reasons.push('Same phone and a name in common');
  return reasons;
}

const phoneKey = (phone: string | null | undefined): string => {
  const digits = nationalPhone(phone ?? '');
  return digits.length >= PHONE_DIGITS_MIN ? digits : '';
};

const wordsOf = ({ last_name, first_name, other_names }: Identity): string[] =>
  [last_name, first_name, other_names].flatMap((name) =>
    fold(name ?? '')
      .split(/[^\p{L}\p{N}]+/u)
      .filter((word) => word.length > 1),
  );

/** How many names two have in common, in any order, each a little misspelt. */
function namesInCommon(a: Identity, b: Identity): number {
  const left = wordsOf(b);
  let common = 0;
  for (const word of wordsOf(a)) {
    const at = left.findIndex((other) => alike(word, other));
    if (at < 0) continue;
    left.splice(at, 1);
    common++;
  }
  return common;
}

/** Alike: at most one letter off in short names, two in long ones. */
function alike(a: string, b: string): boolean {
  const most = Math.min(a.length, b.length) < 4 ? 0 : Math.max(a.length, b.length) < 8 ? 1 : 2;
  return Math.abs(a.length - b.length) <= most && distance(a, b, most) <= most;
}

/** Letters to change, add, leave out, or swap with their neighbour (Damerau–Levenshtein, adjacent only); more than `most` is told as `most + 1`. */
function distance(a: string, b: string, most: number): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let least = Math.min(change, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) least = Math.min(least, (before[j - 2] ?? 0) + 1);
      row.push(least);
    }
    if (Math.min(...row) > most) return most + 1;
    [before, last] = [last, row];
  }
  return last[b.length] ?? most + 1;
}
