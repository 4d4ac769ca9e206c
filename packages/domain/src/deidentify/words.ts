import { fold } from '../fold.ts';

/** A run of letters (or letters and digits) of a text, and what it is without case and marks. */
export interface Token {
  from: number;
  to: number;
  text: string;
  folded: string;
}

const LETTERS = /\p{L}[\p{L}\p{M}]*/gu;
const LETTERS_AND_DIGITS = /[\p{L}\p{N}][\p{L}\p{M}\p{N}]*/gu;

const tokens = (text: string, pattern: RegExp): Token[] =>
  [...text.matchAll(pattern)].map((m) => ({
    from: m.index,
    to: m.index + m[0].length,
    text: m[0],
    folded: fold(m[0]),
  }));

/** Words of letters; digits, underscores and punctuation part them. */
export const letterTokens = (text: string): Token[] => tokens(text, LETTERS);

/** Words of letters and digits, as addresses have them. */
export const plainTokens = (text: string): Token[] => tokens(text, LETTERS_AND_DIGITS);

/** Between the halves of one word: O'Neil, Ya'u, Okafor-Eze. */
const JOINT = /^['’ʼ‘`´‐‑–-]$/u;

/** Whether two tokens are halves of one word. */
export const areJoined = (text: string, a: Token, b: Token | undefined): b is Token =>
  b !== undefined && JOINT.test(text.slice(a.to, b.from));

/** `AdaezeOkafor` → [`Adaeze`, `Okafor`]; a word in one case is one part. */
export const camelParts = (word: string): string[] => word.split(/(?<=\p{Ll}\p{M}*)(?=\p{Lu})/u);

/** Words that stand in names of persons nobody could name yet, and titles: they identify nobody. */
const NOT_NAMES = new Set(
  (
    'a al an and as at baby babies bin boy by bint chief child comrade dr el engr female for from girl he her him his hon i ibn in infant is it ' +
    'late madam male mallam master me miss mr mrs ms my nee no not of on or our prof professor pst rev she sir the their them they this to twin unknown ' +
    'unnamed was we with you your'
  ).split(' '),
);

/** Words of grammar that are names as well. In lower case, away from other names, they are left: without them no sentence can be read. */
const GRAMMAR = new Set([
  'may',
  'will',
  'can',
  'do',
  'are',
  'has',
  'had',
  'if',
  'so',
  'be',
  'but',
  'all',
  'any',
  'day',
  'des',
  'age',
  'who',
  'up',
]);

/** Whether a word alone says nothing about who is meant, though somebody may be called so. Beside a name it is part of the name. */
export const isWeak = (token: Token): boolean =>
  NOT_NAMES.has(token.folded) || (GRAMMAR.has(token.folded) && token.text === token.text.toLowerCase());

/** Folded words of a person's name: its parts, and the whole of a word with a hyphen or apostrophe. */
export function wordsOfName(name: string): string[] {
  const found = letterTokens(name);
  const out = new Set<string>();
  found.forEach((token, i) => {
    out.add(token.folded);
    for (const part of camelParts(token.text)) out.add(fold(part));
    let whole = token.folded;
    for (let j = i; areJoined(name, found[j] as Token, found[j + 1]); j++) {
      whole += found[j + 1]?.folded ?? '';
      out.add(whole);
    }
  });
  return [...out].filter((word) => word.length >= 2);
}

/** Folded words of a text that might be somebody's name, to be looked up among all names of the facility. */
export function wordsToLookUp(text: string): string[] {
  const found = letterTokens(text);
  const out = new Set<string>();
  found.forEach((token, i) => {
    out.add(token.folded);
    for (const part of camelParts(token.text)) out.add(fold(part));
    const next = found[i + 1];
    if (areJoined(text, token, next)) out.add(token.folded + next.folded);
    if (token.folded.endsWith('s')) out.add(token.folded.slice(0, -1));
  });
  return [...out].filter((word) => word.length >= 2);
}
