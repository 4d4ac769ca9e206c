import { nameWords, nationalPhone, plainWord } from '@psa/domain';

/** Longest text that is searched for, in characters, and most words of it: a whole name, a number and a phone fit in well. */
export const SEARCH_CHARACTERS_MAX = 100;
const WORDS_MAX = 10;

/** Shorter words begin too many names, and fewer digits too many numbers, to be led by: they narrow what others lead to. */
const LETTERS_LEAST = 4;
const DIGITS_LEAST = 5;
/** When nothing else leads, a word of so many letters or digits does. */
const LETTERS_LAST = 3;
const DIGITS_LAST = 4;
/** Spellings of one word that are tried. */
const SPELLINGS_MAX = 12;

/** What a typed text may mean; arguments of the SQL function search_patients() (0130_search_at_once.sql). */
export interface SearchPlan {
  /** All of it as a hospital number and as a phone number. */
  number: string;
  phone: string | null;
  /** Ways the names may begin, surname first; and given names first. */
  starts: string[];
  given: string | null;
  /** The words that lead to patients; null when all are too short to. */
  query: string | null;
  /** What names, number and phone must hold as well; after a space: at the beginning of a word. */
  narrow: string[];
  /** The typed words, to compare names with. */
  typed: string;
  /** The words as typed, for other spellings. */
  words: readonly string[];
}

const isDigits = (word: string): boolean => /^\d+$/.test(word);
const isName = (word: string): boolean => !/\d/.test(word);
const isMixed = (word: string): boolean => !isName(word) && !isDigits(word);
/** What a number is indexed by: from its first digit on. */
const fromDigit = (word: string): string => word.replace(/^\D+/, '');
const leads = (word: string): boolean => (isName(word) ? word.length >= LETTERS_LEAST : fromDigit(word).length >= DIGITS_LEAST);

/** Words are letters and digits only, so quotes need no care. `mark` stands before every word of a facility. */
const lexeme = (mark: string, word: string, begins: boolean): string => `'${mark}${word}'${begins ? ':*' : ''}`;
const any = (parts: readonly string[]): string => `(${[...new Set(parts)].join('|')})`;

/** The facility's mark, as search_mark() makes it. */
const markOf = (facility: string): string => facility.slice(-4);

/** A number is indexed from its first digit on; a phone number in its national form. */
function formsOf(word: string): string[] {
  if (isName(word)) return [word];
  return isDigits(word) ? [word, nationalPhone(word)] : [fromDigit(word)];
}

const begins = (mark: string, word: string): string => any(formsOf(word).map((form) => lexeme(mark, form, true)));

/** The words of what was typed. */
function wordsOf(typed: string): string[] {
  // A number typed with spaces, brackets or dashes is one word.
  if (/^[\d\s+()./-]+$/.test(typed)) return [plainWord(typed)].filter((word) => word !== '');
  return typed
    .split(/\s+/)
    .map(plainWord)
    .filter((word) => word !== '')
    .slice(0, WORDS_MAX);
}

/** The beginnings of a name that these words may be: as typed, and with the surname last. */
function startsOf(words: readonly string[]): string[] {
  const last = words.at(-1);
  if (last === undefined || !words.every(isName)) return [];
  return [...new Set([words.join(' '), [last, ...words.slice(0, -1)].join(' ')])];
}

/** Words that lead, or the longest name that may when none does. */
function leading(words: readonly string[]): string[] {
  const found = words.filter(leads);
  if (found.length > 0) return found;
  const names = words.filter((word) => isName(word) && word.length >= LETTERS_LAST);
  return names.slice(0, 1);
}

function queryOf(mark: string, words: readonly string[], lead: readonly string[]): string | null {
  if (lead.length > 0) return lead.map((word) => begins(mark, word)).join('&');
  // Digits alone: a part of a number, or the end of a phone number.
  const digits = words.filter(isDigits);
  return digits.length === 0 ? null : digits.map((word) => lexeme(mark, word, word.length >= DIGITS_LAST)).join('&');
}

/** What a typed text asks for in a facility; null when it holds no letter or digit. */
export function planOf(facility: string, typed: string): SearchPlan | null {
  const words = wordsOf(typed);
  const [first] = words;
  if (first === undefined) return null;
  const number = words.join('');
  const lead = leading(words);
  return {
    number,
    phone: isDigits(number) && number.length >= DIGITS_LAST ? nationalPhone(number) : null,
    starts: startsOf(words),
    given: words.length === 1 && isName(first) ? first : null,
    query: queryOf(markOf(facility), words, lead),
    narrow: words.filter((word) => !lead.includes(word) || isMixed(word)).map((word) => (isDigits(word) ? word : ` ${word}`)),
    typed: words.flatMap(nameWords).join(' '),
    words,
  };
}

/** The words of a plan that may be spelt in another way. */
export const spelt = (plan: SearchPlan): string[] => [
  ...new Set(plan.words.filter((word) => isName(word) && word.length >= LETTERS_LAST)),
];

/** Where two neighbours may be one word: the words before, the two, the words after. */
const joinings = ({ words }: SearchPlan): { before: readonly string[]; joined: string; after: readonly string[] }[] =>
  words.flatMap((b, i) => {
    const a = words[i - 1];
    if (a === undefined || !isName(a) || !isName(b)) return [];
    return [{ before: words.slice(0, i - 1), joined: a + b, after: words.slice(i + 1) }];
  });

/** Two neighbours as one word, wherever that may be. */
export const joined = (plan: SearchPlan): string[] => [...new Set(joinings(plan).map((one) => one.joined))];

/** What the names in use say about a word. */
export interface Spelling {
  /** Names that may be a slip of it, most alike first. */
  near: readonly string[];
  /** All names that begin with it; null when they are too many to be listed. */
  longer: readonly string[] | null;
}

/** Of names that resemble a typed word, most alike first, those that may be a slip of it. */
export function slipsOf(typed: string, words: readonly string[]): string[] {
  const near: string[] = [];
  for (const word of words) {
    if (near.length === SPELLINGS_MAX) break;
    if (isSlip(typed, word)) near.push(word);
  }
  return near;
}

/**
 * The query for what was typed and other spellings of it: every word as typed or spelt like it, or two neighbours as one word. Null when
 * there is nothing else to try. @param about what is known of the words of `spelt` and `joined`
 */
export function speltOtherwise(facility: string, plan: SearchPlan, about: ReadonlyMap<string, Spelling>): string | null {
  const mark = markOf(facility);
  const nearOf = (word: string): readonly string[] => about.get(word)?.near ?? [];
  const wide = (word: string): string[] => {
    const longer = about.get(word)?.longer;
    const typed = longer ? longer.map((name) => lexeme(mark, name, false)) : [begins(mark, word)];
    // What begins with the typed word is there already.
    return [...typed, ...nearOf(word).flatMap((name) => (name.startsWith(word) ? [] : [lexeme(mark, name, false)]))];
  };
  /** Null when nobody can have all these words. */
  const all = (words: readonly string[]): string | null => {
    const parts = words.filter((word) => leads(word) || nearOf(word).length > 0).map(wide);
    return parts.length === 0 || parts.some((part) => part.length === 0) ? null : parts.map(any).join('&');
  };
  const one = joinings(plan).map(({ before, joined, after }) => all([...before, joined, ...after]));
  const ways = [plan.words.some((word) => nearOf(word).length > 0) ? all(plan.words) : plan.query, ...one].filter(
    (way) => way !== null,
  );
  const nothingElse = ways.length === 0 || (ways.length === 1 && ways[0] === plan.query);
  return nothingElse ? null : ways.map((way) => `(${way})`).join('|');
}

/** Whether one word may be a slip of the other: few letters differ for its length, or it holds the whole of it. */
function isSlip(typed: string, word: string): boolean {
  const most = typed.length <= 4 ? 1 : typed.length <= 7 ? 2 : 3;
  return word.includes(typed) || distance(typed, word, most) <= most;
}

/** Letters put in, left out, changed, or swapped with their neighbour, between two words; above `most` any larger number. */
export function distance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const now = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let least = Math.min((last[j] ?? 0) + 1, (now[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) least = Math.min(least, (before[j - 2] ?? 0) + 1);
      now[j] = least;
    }
    [before, last] = [last, now];
  }
  return last[b.length] ?? most + 1;
}
