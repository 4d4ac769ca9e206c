import type { Span } from './placeholders.ts';

const MONTHS = 'jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec';
const MONTH = `(?:${MONTHS})[a-z]{0,6}\\.?`;
const PART = '[ \\t]?[-/.,][ \\t]?|[ \\t]+';

/** Ways a full date is written, with the order of its parts: y, m, d in numbers, M a month in letters. */
const FORMS: readonly (readonly [pattern: RegExp, order: string])[] = [
  [new RegExp(`(?<!\\d)(\\d{4})(?:${PART})(\\d{1,2})(?:${PART})(\\d{1,2})(?!\\d)`, 'g'), 'ymd'],
  [new RegExp(`(?<!\\d)(\\d{1,2})(?:${PART})(\\d{1,2})(?:${PART})(\\d{4}|['’]?\\d{2})(?!\\d)`, 'g'), 'dmy'],
  [
    new RegExp(
      `(?<!\\d)(\\d{1,2})(?:st|nd|rd|th)?(?:${PART})?(?:day )?(?:of )?(${MONTH})(?:${PART})?(?:of )?['’]?(\\d{4}|\\d{2})(?!\\d)`,
      'gi',
    ),
    'dMy',
  ],
  [
    new RegExp(`(?<!\\p{L})(${MONTH})(?:${PART})?(\\d{1,2})(?:st|nd|rd|th)?(?:${PART}){1,2}['’]?(\\d{4}|\\d{2})(?!\\d)`, 'giu'),
    'Mdy',
  ],
  [new RegExp(`(?<!\\d)(\\d{4})(?:${PART})(${MONTH})(?:${PART})(\\d{1,2})(?!\\d)`, 'gi'), 'yMd'],
  [/(?<!\d)(\d{4})(\d{2})(\d{2})(?!\d)/g, 'ymd'],
  [/(?<!\d)(\d{2})(\d{2})(\d{4})(?!\d)/g, 'dmy'],
];

/** How far a word about birth may stand before or after the date it is about, in characters. */
const BEFORE = 40;
const AFTER = 16;
const BIRTH = /birth|born|d\.?\s?o\.?\s?b(?!\p{L})|b-?day/iu;

const pad = (n: number): string => String(n).padStart(2, '0');

/** Every day that the parts may mean: `5/1/10` is a day in January or May, of 1910 or 2010. */
function readings(parts: readonly string[], order: string): string[] {
  const at = (sign: string): string => (parts[order.indexOf(sign)] ?? '').replace(/\D/g, '');
  const monthName = order.includes('M') ? (parts[order.indexOf('M')] ?? '').slice(0, 3).toLowerCase() : null;
  const day = Number(at('d'));
  const month = monthName === null ? Number(at('m')) : MONTHS.split('|').indexOf(monthName) + 1;
  const year = at('y');
  const years = year.length === 4 ? [year] : [`19${pad(Number(year))}`, `20${pad(Number(year))}`];
  const days = years.map((y) => [y, month, day] as const);
  // Some write the month first.
  if (monthName === null) days.push(...years.map((y) => [y, day, month] as const));
  return days.filter(([, m, d]) => m >= 1 && m <= 12 && d >= 1 && d <= 31).map(([y, m, d]) => `${y}-${pad(m)}-${pad(d)}`);
}

/**
 * Dates of birth: those of known persons (`YYYY-MM-DD`) in any spelling, and any full date near a word about birth or right behind a
 * hidden name. Other dates stay: without them no course of an illness can be told.
 */
export function birthDateSpans(text: string, born: readonly string[], names: readonly Span[]): Span[] {
  const behind = new Set(names.map((span) => span.to));
  const spans: Span[] = [];
  for (const [pattern, order] of FORMS) {
    for (const m of text.matchAll(pattern)) {
      const days = readings(m.slice(1).map(String), order);
      if (days.length === 0) continue;
      const [from, to] = [m.index, m.index + m[0].length];
      const known = days.find((day) => born.includes(day));
      const near = `${text.slice(Math.max(0, from - BEFORE), from)}\n${text.slice(to, to + AFTER)}`;
      if (known !== undefined || BIRTH.test(near) || isBehindName(text, from, behind)) {
        spans.push({ from, to, kind: 'BIRTHDATE', group: known ?? m[0] });
      }
    }
  }
  return spans;
}

/** `Okafor, 01/05/2010`: between the two only punctuation. */
function isBehindName(text: string, from: number, ends: ReadonlySet<number>): boolean {
  for (let at = from; at >= from - 4; at--) {
    if (ends.has(at)) return true;
    if (!/[\s,;:()[\]|-]/.test(text[at - 1] ?? 'x')) return false;
  }
  return false;
}
