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
  return reasonsOf(compared(a), compared(b)).filter((reason) => reason !== NAMES_ONLY);
}

const NAMES_ONLY = 'Names alike';
/** Everything that may be said, what says most first. */
const REASONS = [
  'Hospital numbers alike',
  'Names alike, same day of birth and sex',
  'Same phone and a name in common',
  NAMES_ONLY,
] as const;
type Reason = (typeof REASONS)[number];

/** A registration made ready to be compared with many. */
interface Compared {
  number: string;
  words: readonly string[];
  phone: string;
  sex: string;
  born: string;
}

const ready = (who: Identity): Compared => ({
  number: numberKey(who.hospital_number),
  words: wordsOf(who),
  phone: phoneKey(who.phone),
  sex: who.gender ?? '',
  born: who.date_of_birth ?? '',
});

const kept = new WeakMap<Identity, Compared>();

/** Rows are never changed in place: what was made ready of one stays right for as long as it lives. */
function compared(who: Identity): Compared {
  const known = kept.get(who) ?? ready(who);
  kept.set(who, known);
  return known;
}

function reasonsOf(a: Compared, b: Compared): Reason[] {
  const reasons: Reason[] = [];
  if (a.number !== '' && a.number === b.number) reasons.push('Hospital numbers alike');
  if (a.sex !== '' && b.sex !== '' && a.sex !== b.sex) return reasons;
  const common = namesInCommon(a.words, b.words);
  if (common >= 2 && a.born !== '' && a.born === b.born) reasons.push('Names alike, same day of birth and sex');
  if (common >= 1 && a.phone !== '' && a.phone === b.phone) reasons.push('Same phone and a name in common');
  if (common >= 2 && reasons.length === 0) reasons.push(NAMES_ONLY);
  return reasons;
}

/**
 * Who somebody being registered may already be, with why: what `duplicateReasons` says, and like names alone, as a day of birth is often
 * unknown at the door. What says most first, at most `most`.
 */
export function registeredAlready<P extends Identity>(
  typed: Identity,
  patients: readonly P[],
  most = 5,
): { patient: P; reasons: string[] }[] {
  const newcomer = compared(typed);
  if (newcomer.number === '' && newcomer.words.length === 0) return [];
  return patients
    .flatMap((patient) => {
      const reasons = reasonsOf(newcomer, compared(patient));
      const [first] = reasons;
      return first === undefined ? [] : [{ patient, reasons, rank: REASONS.indexOf(first) }];
    })
    .sort((a, b) => a.rank - b.rank)
    .slice(0, most)
    .map(({ patient, reasons }) => ({ patient, reasons }));
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
function namesInCommon(a: readonly string[], b: readonly string[]): number {
  const left = [...b];
  let common = 0;
  for (const word of a) {
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
