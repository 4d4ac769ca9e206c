import { birthDateSpans } from './dates.ts';
import { type KnownPerson, nameSpans } from './names.ts';
import { numberPattern, patternSpans, phonePattern, spansOf } from './patterns.ts';
import { Placeholders, placeholderLookalikes, replaceSpans, type Span } from './placeholders.ts';
import { plainTokens } from './words.ts';

export type { KnownPerson } from './names.ts';
export { numbersToLookUp } from './patterns.ts';
export { Placeholders } from './placeholders.ts';
export { wordsOfName, wordsToLookUp } from './words.ts';

/** What is known of the persons a request is about, as their records have it. */
export interface KnownIdentifiers {
  people: readonly KnownPerson[];
  /** Hospital and admission numbers, in any spelling. */
  numbers: readonly string[];
  phones: readonly string[];
  /** Days of birth, `YYYY-MM-DD`. */
  born: readonly string[];
  addresses: readonly string[];
  /** Towns and districts of those addresses. */
  places: readonly string[];
}

/** Parts of an address shorter than this many words are no address: only the whole is looked for. */
const ADDRESS_WORDS_MIN = 2;

/**
 * What would let a name pass unseen: letters written as escapes, invisible characters, letters of other alphabets' width. The text reads
 * the same afterwards.
 */
export function plainText(text: string): string {
  return text
    .replace(/\\u([0-9a-fA-F]{4})/g, (found, hex: string) => readable(found, Number.parseInt(hex, 16)))
    .replace(/&#(?:x([0-9a-fA-F]{1,5})|(\d{1,6}));/g, (found, hex?: string, decimal?: string) =>
      readable(found, hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)),
    )
    .replace(/\p{Cf}/gu, '')
    .replace(/[\uFF01-\uFF5E\u{1D400}-\u{1D7FF}]/gu, (c) => c.normalize('NFKC'));
}

/** An escaped character itself, when it is a letter, digit or mark: quotes and the like keep their meaning in JSON. */
function readable(found: string, code: number): string {
  if (code > 0x10ffff) return found;
  const c = code >= 0xd800 && code <= 0xdfff ? String.fromCharCode(code) : String.fromCodePoint(code);
  return code >= 0x80 || /[A-Za-z0-9]/.test(c) ? c : found;
}

/** Replaces what says who somebody is by placeholders, and puts it back into the answer. One for each request. */
export class Disguise {
  readonly placeholders = new Placeholders();
  readonly #known: KnownIdentifiers;
  readonly #isName: (folded: string) => boolean;
  readonly #patterns: (readonly [pattern: RegExp | null, kind: Span['kind'], group: string])[];

  /**
   * @param isName whether a folded word is a name of any patient, next of kin or person of the facility.
   */
  constructor(known: KnownIdentifiers, isName: (folded: string) => boolean) {
    this.#known = known;
    this.#isName = isName;
    this.#patterns = [
      ...known.numbers.flatMap((n) => [n, ...longParts(n)].map((part) => [numberPattern(part), 'RECORD', n] as const)),
      ...known.phones.map((n) => [phonePattern(n), 'PHONE', n.replace(/\D/g, '').slice(-10)] as const),
    ];
  }

  /** The text as it may leave. */
  hide(text: string): string {
    const plain = plainText(text);
    const known = this.#known;
    const names = nameSpans(plain, known.people, this.#isName);
    const spans = [
      ...placeholderLookalikes(plain),
      ...names,
      ...birthDateSpans(plain, known.born, names),
      ...this.#patterns.flatMap(([pattern, kind, group]) => spansOf(plain, pattern, kind, group)),
      ...patternSpans(plain),
      ...known.addresses.flatMap((address) => phraseSpans(plain, address, 'ADDRESS')),
      ...known.addresses.flatMap((address) => addressParts(address).flatMap((part) => phraseSpans(plain, part, 'ADDRESS'))),
      ...known.places.flatMap((place) => phraseSpans(plain, place, 'PLACE')),
    ];
    return replaceSpans(plain, spans, this.placeholders);
  }

  /** A text of the answer with everything put back. */
  restore(text: string): string {
    return this.placeholders.restore(text);
  }
}

/** Runs of digits of a number that are long enough to find its owner alone: `00017` of `UNTH/2026/00017`. */
const longParts = (value: string): string[] => (value.match(/\d{4,}/g) ?? []).filter((part) => !/^(19|20)\d\d$/.test(part));

const addressParts = (address: string): string[] =>
  address.split(/[,;\n]/).filter((part) => plainTokens(part).length >= ADDRESS_WORDS_MIN);

/** Where the words of a phrase stand one after another, whatever is between them and however they are written. */
function phraseSpans(text: string, phrase: string, kind: Span['kind']): Span[] {
  const wanted = plainTokens(phrase).map((token) => token.folded);
  if (wanted.length === 0 || wanted.join('').length < 3) return [];
  const words = plainTokens(text);
  const spans: Span[] = [];
  for (let i = 0; i + wanted.length <= words.length; i++) {
    if (wanted.every((word, k) => words[i + k]?.folded === word)) {
      const [first, last] = [words[i], words[i + wanted.length - 1]];
      if (first && last) spans.push({ from: first.from, to: last.to, kind, group: wanted.join(' ') });
    }
  }
  return spans;
}
