import { nationalPhone } from '../fold.ts';
import type { Span } from './placeholders.ts';
import { plainTokens } from './words.ts';

/** Between two digits of a phone number. */
const GAP = '[ \\t\\u00a0().\\/‐‑–-]{0,3}';
const digits = (count: number) => `(?:${GAP}\\d){${count}}`;

/** Nigerian mobile numbers with or without the country's code, in any grouping; numbers with a plus; landlines in brackets or with dashes. */
const PHONES = [
  new RegExp(
    `(?<![\\d])(?:\\(?(?:\\+|00)?${GAP}2${GAP}3${GAP}4\\)?${GAP}(?:\\(?0\\)?)?|\\(?0)${GAP}[789]${GAP}[01]${digits(8)}(?!\\d)`,
    'g',
  ),
  /(?<![\d])[789][01]\d[ .\u00a0–-]\d{3}[ .\u00a0–-]\d{4}(?!\d)/g,
  new RegExp(`\\+${GAP}\\d${digits(7)}(?:${GAP}\\d){0,7}(?!\\d)`, 'g'),
  /(?<!\d)\(?0[1-9]\d{0,2}\)?[ .–-]\d{3}[ .–-]?\d{3,4}(?!\d)/g,
];

const EMAIL =
  /[\p{L}\p{N}][\p{L}\p{M}\p{N}._%+'-]{0,63}\s?(?:@|[[(]\s?at\s?[\])])\s?[\p{L}\p{N}][\p{L}\p{M}\p{N}.-]{0,120}\.\p{L}{2,20}/giu;

/** `UNTH/2026/0001`, `unth-26-00017`, `ADM-26-7K2M9QXA`, `UNTH 2026 0001`, `UNTH20260001`: letters, a year, a number. */
const RECORDS = [
  /(?<![\p{L}\p{N}])\p{L}{2,8} ?[/._–\\-] ?(?:(?:19|20)\d{2}|\d{2}) ?[/._–\\-] ?(?=[0-9A-Z]*\d)[0-9A-Z]{3,10}(?![\p{L}\p{N}])/giu,
  /(?<![\p{L}\p{N}])\p{Lu}{2,8} (?:19|20)\d{2} \d{3,8}(?!\d)/gu,
  /(?<![\p{L}\p{N}])\p{L}{2,8}(?:19|20)\d{2}\d{3,8}(?!\d)/giu,
];
const VALUE = '["\'”]?[ \\t]{0,3}(?::|=|#|-|\\bis\\b|\\.)?[ \\t]{0,3}["\'“]?((?=[A-Z0-9/._–-]*\\d)[A-Z0-9][A-Z0-9/._–-]{2,24})';
const NUMBER_WORD = '(?:no|nos|num|number|id|nr|#)';
/** A number with words before it that say whose it is. */
const NUMBERED = [
  new RegExp(`(?:\\bmrn|\\buhid|\\bnin|\\bbvn|\\bnhi[sa]|\\bfolder)[ ._-]{0,3}${NUMBER_WORD}?${VALUE}`, 'giu'),
  new RegExp(
    `(?:hospital|hosp|card|unit|patient|file|registration|reg|admission|adm|passport|insurance|enrol+ee|account)[ ._-]{0,3}${NUMBER_WORD}${VALUE}`,
    'giu',
  ),
];
/** Numbers too long to be a measurement: identity cards, accounts, phones without their zero. */
const LONG_NUMBER = /(?<![\d.])\d{9,20}(?![\d])/g;

const HOUSE =
  '(?<![\\p{L}\\p{N}])(?:(?:no|number|plot|block|blk|flat|house|suite|km)\\.?[ \\t]{0,2})?\\d{1,5}[A-Za-z]?,?[ \\t]{1,3}';
/** Words that stand between a number and a road in a sentence about an accident, not in an address. */
const NO_STREET =
  '(?!(?:years?|yrs?|old|days?|weeks?|months?|hours?|minutes?|in|on|off|by|with|after|of|from|an?|the|and|m[gl]|cm|mm|kg|units?)(?![\\p{L}]))';
/** `12 Ogui Road`, `No. 5B, Old Airport Rd`, `Plot 14 Independence Layout`. */
const STREETS = [
  new RegExp(
    `${HOUSE}(?:${NO_STREET}\\p{L}[\\p{L}\\p{M}.'’-]{0,30},?[ \\t]{1,3}){1,4}(?:streets?|roads?|rd|avenue|ave|crescent|cres|lane|layout|estate|quarters|qtrs|boulevard|blvd|highway|expressway|junction|bus stop)(?![\\p{L}\\p{N}])(?![ \\t]+(?:traffic|accident|crash|side|user))\\.?`,
    'giu',
  ),
  new RegExp(
    `${HOUSE}(?:\\p{Lu}[\\p{L}\\p{M}.'’-]{0,30},?[ \\t]{1,3}){1,4}(?:St|Str|Close|Cl|Drive|Way|Ln|Village|Compound|Camp)(?![\\p{L}\\p{N}])\\.?`,
    'gu',
  ),
];
/** To the end of a sentence, value or line; the point of an abbreviation (`No. 5`, `12 Ogui Rd. Enugu`) ends nothing. */
const PLACE = '((?:[^\\n\\r;"”.]|\\.(?=\\S)|(?<=\\b(?:no|st|rd|ave|opp))\\.){3,160})';
/** What follows words that announce an address. */
const LIVES = [
  new RegExp(`address["'”]?[ \\t]{0,3}(?::|=|\\bis\\b)[ \\t]{0,3}["'“]?${PLACE}`, 'giu'),
  new RegExp(`(?:liv(?:es|ing)|resid(?:es|ing)|resident|stays|lodges) (?:at|in|of)[ \\t]{1,3}${PLACE}`, 'giu'),
];

const all = (text: string, pattern: RegExp, kind: Span['kind'], group: (found: string) => string): Span[] =>
  [...text.matchAll(pattern)].flatMap((m) => {
    // The last bracket of a pattern is what is hidden; without one, all of it is.
    const found = m.at(-1) !== undefined && m.length > 1 ? (m.at(-1) ?? '') : m[0];
    const from = m.index + m[0].length - found.length;
    const end = found.trimEnd().length;
    return end === 0 ? [] : [{ from, to: from + end, kind, group: group(found) }];
  });

const plain = (found: string): string => found.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
/** The last ten digits are the same however the number begins. */
const tail = (found: string): string => found.replace(/\D/g, '').slice(-10);

/** What looks like a phone number, an e-mail address, a number of a record or person, or an address, whoever's it is. */
export function patternSpans(text: string): Span[] {
  return [
    ...PHONES.flatMap((pattern) => all(text, pattern, 'PHONE', tail)),
    ...all(text, EMAIL, 'EMAIL', (found) => found.toLowerCase()),
    ...RECORDS.flatMap((pattern) => all(text, pattern, 'RECORD', plain)),
    ...NUMBERED.flatMap((pattern) => all(text, pattern, 'RECORD', plain)),
    ...all(text, LONG_NUMBER, 'NUMBER', tail),
    ...STREETS.flatMap((pattern) => all(text, pattern, 'ADDRESS', plain)),
    ...LIVES.flatMap((pattern) => all(text, pattern, 'ADDRESS', plain)),
  ];
}

/** Longest list of each kind that is looked up. */
const LOOKED_UP_MAX = 10_000;

/**
 * What of a text may be somebody's number: `numbers` without signs, as `plainWord` makes them, also of up to three parts that a number
 * may have been written in; `phones` in national form.
 */
export function numbersToLookUp(text: string): { numbers: string[]; phones: string[] } {
  const parts = plainTokens(text);
  const numbers = new Set<string>();
  parts.forEach((_, i) => {
    let joined = '';
    for (let j = i; j < Math.min(i + 3, parts.length); j++) {
      const [before, part] = [parts[j - 1], parts[j]];
      if (!part || (j > i && before && part.from - before.to > 3)) return;
      joined += part.folded;
      if (/\d/.test(joined) && joined.length >= 3 && joined.length <= 50) numbers.add(joined);
    }
  });
  const phones = [...text.matchAll(new RegExp(`\\+?\\d${digits(6)}(?:${GAP}\\d){0,8}`, 'g'))].map(([found]) =>
    nationalPhone(found),
  );
  return { numbers: [...numbers].slice(0, LOOKED_UP_MAX), phones: [...new Set(phones)].slice(0, LOOKED_UP_MAX) };
}

/** A pattern that finds a number of a record however it is parted: `UNTH/2026/0001` finds `unth 2026-0001`. Null when it says too little. */
export function numberPattern(value: string): RegExp | null {
  const signs = [...value.replace(/[^\p{L}\p{N}]/gu, '')];
  if (signs.length < 3) return null;
  return new RegExp(`(?<![\\p{L}\\p{N}])${signs.join('[ ./_–\\\\‐‑-]{0,3}')}(?![\\p{L}\\p{N}])`, 'giu');
}

/** A pattern that finds a phone number in any grouping, with or without zero or country code. Null when it is too short to be one. */
export function phonePattern(value: string): RegExp | null {
  const known = tail(value);
  if (known.length < 7) return null;
  return new RegExp(`(?<!\\d)(?:\\(?(?:\\+|00)?\\d{0,4}\\)?${GAP}\\(?0?\\)?${GAP})?${[...known].join(GAP)}(?!\\d)`, 'g');
}

/** Spans of one pattern that belong to one value, without the spaces at their ends. */
export const spansOf = (text: string, pattern: RegExp | null, kind: Span['kind'], group: string): Span[] =>
  pattern === null
    ? []
    : [...text.matchAll(pattern)].map((m) => ({
        from: m.index + m[0].length - m[0].trimStart().length,
        to: m.index + m[0].trimEnd().length,
        kind,
        group,
      }));
