import { fold } from '../fold.ts';
import type { Span } from './placeholders.ts';
import { areJoined, camelParts, isWeak, letterTokens, type Token, wordsOfName } from './words.ts';

/** Somebody whose names are known because the request is about them, or the text names their number. */
export interface KnownPerson {
  as: 'PATIENT' | 'KIN' | 'PERSON';
  /** Whole names, or parts of them, as they are written in the record. */
  names: readonly string[];
}

/** Between the words of one name: `Okafor, Adaeze C.`, `Adaeze-Okafor`, `adaeze_okafor`. Not a new line or sentence. */
const BETWEEN = /^[ \t,.'’ʼ‐‑–_-]{1,3}$/u;
/** Before a name, whoever it may be. */
const TITLES = new Set(
  'mr mrs ms miss dr prof professor chief alhaji alhaja hajiya mallam malam pastor rev engr barr barrister sir madam nurse sister matron'.split(
    ' ',
  ),
);
/** `name: …`, `next of kin - …`, `"first_name":"…"`: what follows is a name, to the end of the value. */
const LABELLED =
  /(?:(?:full|first|last|other|middle|maiden|given|family|patient|kin|mother|father|guardian|surgeon|doctor|nurse)[ _'’s]{0,4}names?|names?|surname|next[ _]of[ _]kin|\bnok)["'”]?[ \t]{0,3}(?::|=|-|\bis\b)[ \t]{0,3}["'“]?((?:\p{L}[\p{L}\p{M}.'’-]{0,40})(?:,?[ \t]{1,2}\p{Lu}[\p{L}\p{M}.'’-]{0,40}){0,4})/giu;

/** Whether two words may be parts of one name; a point between them must belong to an initial or a title, else a sentence ends there. */
function areNear(text: string, a: Token, b: Token): boolean {
  const gap = text.slice(a.to, b.from);
  return BETWEEN.test(gap) && (!/\.\s/.test(gap) || a.text.length <= 2 || TITLES.has(a.folded));
}

interface Hit {
  kind: Span['kind'];
  group: string;
}

/**
 * Where a text names somebody: known persons by any of their names, and every word that is a name of anybody in the facility
 * (`isName`, asked with folded words). Words that are names and ordinary words alike are hidden too.
 */
export function nameSpans(text: string, people: readonly KnownPerson[], isName: (folded: string) => boolean): Span[] {
  const words = letterTokens(text);
  const known = knownWords(people);
  const hits = words.map((word, i): Hit | undefined => {
    if (isWeak(word) && !isWhole(known, word)) return undefined;
    return hitOf(text, word, words[i + 1], known, isName);
  });
  for (let i = 0; i < words.length; i++) if (hits[i]) spread(text, words, hits, i, known, isName);
  titled(text, words, hits);
  return [...runs(text, words, hits), ...labelled(text)];
}

/** Folded word → who. Of two with the same name the first counts; joined pairs stand for names written as one word. */
function knownWords(people: readonly KnownPerson[]): Map<string, Hit> {
  const known = new Map<string, Hit>();
  people.forEach(({ as, names }, i) => {
    const hit = { kind: as, group: String(i) };
    const words = [...new Set(names.flatMap(wordsOfName))];
    for (const word of words) if (!known.has(word)) known.set(word, hit);
    for (const a of words) for (const b of words) if (a !== b && !known.has(a + b)) known.set(a + b, hit);
  });
  return known;
}

/** A known person's name that is written with a capital counts even where it is a word of grammar. */
const isWhole = (known: ReadonlyMap<string, Hit>, word: Token): boolean =>
  known.has(word.folded) && word.text !== word.text.toLowerCase() && word.folded.length > 2;

function hitOf(
  text: string,
  word: Token,
  next: Token | undefined,
  known: ReadonlyMap<string, Hit>,
  isName: (folded: string) => boolean,
): Hit | undefined {
  const singular = word.folded.endsWith('s') ? [word.folded.slice(0, -1)] : [];
  const joined = areJoined(text, word, next) ? [word.folded + next.folded] : [];
  const forms = [word.folded, ...joined, ...singular, ...camelParts(word.text).map(fold)].filter((f) => f.length >= 2);
  for (const form of forms) {
    const hit = known.get(form);
    if (hit) return hit;
  }
  const found = forms.find((form) => isName(form));
  return found === undefined ? undefined : { kind: 'PERSON', group: found };
}

/** Initials and weak words beside a name belong to it. */
function spread(
  text: string,
  words: readonly Token[],
  hits: (Hit | undefined)[],
  at: number,
  known: ReadonlyMap<string, Hit>,
  isName: (folded: string) => boolean,
): void {
  for (const step of [-1, 1]) {
    for (let i = at + step; words[i] && !hits[i]; i += step) {
      const [word, beside] = [words[i] as Token, words[i - step] as Token];
      if (!(step > 0 ? areNear(text, beside, word) : areNear(text, word, beside))) break;
      const initial = word.text.length === 1 && word.text === word.text.toUpperCase() && word.text !== 'I';
      if (!initial && !known.has(word.folded) && !(isWeak(word) && isName(word.folded))) break;
      hits[i] = hits[at] as Hit;
    }
  }
}

/** Words with a capital after a title. */
function titled(text: string, words: readonly Token[], hits: (Hit | undefined)[]): void {
  words.forEach((word, i) => {
    if (!TITLES.has(word.folded)) return;
    for (let j = i + 1; j <= i + 3; j++) {
      const [before, name] = [words[j - 1], words[j]];
      if (!before || !name || !areNear(text, before, name) || !/^\p{Lu}/u.test(name.text)) return;
      if (!TITLES.has(name.folded)) hits[j] ??= { kind: 'PERSON', group: name.folded };
    }
  });
}

/** Neighbouring words of one person become one piece; of unknown persons, neighbouring names are one name. */
function runs(text: string, words: readonly Token[], hits: readonly (Hit | undefined)[]): Span[] {
  const spans: Span[] = [];
  let last: { span: Span; hit: Hit; index: number } | undefined;
  words.forEach((word, i) => {
    const hit = hits[i];
    if (!hit) return;
    const near = last && last.index === i - 1 && areNear(text, words[i - 1] as Token, word);
    const same = last?.hit.kind === hit.kind && (hit.kind === 'PERSON' || last.hit.group === hit.group);
    if (last && near && same) {
      last.span.to = word.to;
      // An unknown person of several names is known by all of them.
      if (hit.group !== last.hit.group) last.span.group += ` ${hit.group}`;
      last = { ...last, hit, index: i };
      return;
    }
    const span: Span = { from: word.from, to: word.to, kind: hit.kind, group: hit.group };
    spans.push(span);
    last = { span, hit, index: i };
  });
  return spans;
}

function labelled(text: string): Span[] {
  return [...text.matchAll(LABELLED)].flatMap((m) => {
    const name = m[1] ?? '';
    const from = m.index + m[0].length - name.length;
    const weak = letterTokens(name).every(isWeak);
    return weak ? [] : [{ from, to: from + name.length, kind: 'PERSON' as const, group: fold(name) }];
  });
}
