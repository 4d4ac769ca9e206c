/**
 * Days and moments as people type and read them. A day is `YYYY-MM-DD`, a moment ISO 8601 UTC; a zone is an IANA name. Pure: the present
 * is an argument. Canonical days and moments sort as text.
 */
import { isDay } from '@psa/domain';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;

export type Parsed<T> = { value: T } | { problem: string };

const formats = new Map<string, Intl.DateTimeFormat>();

function wall(iso: string, zone: string): { day: string; time: string } {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    formats.set(zone, format);
  }
  const at: Record<string, string> = {};
  for (const part of format.formatToParts(new Date(iso))) at[part.type] = part.value;
  return { day: `${at.year}-${at.month}-${at.day}`, time: `${at.hour}:${at.minute}` };
}

/** The calendar day of a moment in a zone. */
export const dayIn = (iso: string, zone: string): string => wall(iso, zone).day;
/** The time of day, `HH:MM`, of a moment in a zone. */
export const timeIn = (iso: string, zone: string): string => wall(iso, zone).time;

/** The moment at which the clocks of a zone show this day and time. */
export function instantOf(day: string, time: string, zone: string): string {
  const wanted = Date.parse(`${day}T${time}:00.000Z`);
  let ms = wanted;
  // Twice: the offset near a change of clocks is that of the moment found, not of the first guess.
  for (let i = 0; i < 2; i++) {
    const shown = wall(new Date(ms).toISOString(), zone);
    ms += wanted - Date.parse(`${shown.day}T${shown.time}:00.000Z`);
  }
  return new Date(ms).toISOString();
}

/** `day` moved by a number of days. */
export function addDays(day: string, count: number): string {
  return new Date(Date.parse(`${day}T00:00:00.000Z`) + count * 86_400_000).toISOString().slice(0, 10);
}

/** `12 Mar 1980`. */
export function showDay(day: string | null | undefined): string {
  if (!day || !isDay(day)) return '';
  return `${Number(day.slice(8, 10))} ${MONTHS[Number(day.slice(5, 7)) - 1]} ${day.slice(0, 4)}`;
}

/** `Sunday 22 November` needs no year on a page about today. */
export function showToday(day: string): string {
  return `${WEEKDAYS[new Date(`${day}T00:00:00.000Z`).getUTCDay()]} ${showDay(day)}`;
}

/** `Today 14:02`, `Yesterday 09:10`, `12 Mar 14:02`, `12 Mar 2025 14:02`. Empty for what is not a moment. */
export function showInstant(iso: string | null | undefined, zone: string, nowIso: string): string {
  if (!iso || Number.isNaN(Date.parse(iso))) return '';
  const { day, time } = wall(iso, zone);
  const today = dayIn(nowIso, zone);
  if (day === today) return `Today ${time}`;
  if (day === addDays(today, -1)) return `Yesterday ${time}`;
  const said = showDay(day);
  return `${day.slice(0, 4) === today.slice(0, 4) ? said.slice(0, -5) : said} ${time}`;
}

/** How long ago or how long: `less than a minute`, `12 min`, `3 h`, `2 d`. */
export function showSpan(ms: number): string {
  const minutes = Math.floor(Math.max(0, ms) / 60_000);
  if (minutes < 1) return 'less than a minute';
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h`;
  return `${Math.floor(minutes / 1440)} d`;
}

const day = (y: number, m: number, d: number) =>
  `${String(y).padStart(4, '0')}-${String(m).padStart(2, '0')}-${String(d).padStart(2, '0')}`;

/** Two digits mean the latest such year that is not after next year. */
function fullYear(text: string, today: string): number {
  const year = Number(text);
  if (text.length > 2) return year;
  const present = Number(today.slice(0, 4));
  const guess = Math.floor(present / 100) * 100 + year;
  return guess > present + 1 ? guess - 100 : guess;
}

const NOT_A_DAY = 'Write a date like 12/3/1980, 12 Mar 1980, yesterday or d-2.';

/** Reads a day as a person types it, day before month: `12/3/1980`, `12/3`, `12 mar 80`, `2026-03-12`, `today`, `yesterday`, `d-2`. */
export function parseDay(typed: string, today: string): Parsed<string> {
  const text = typed.trim().toLowerCase();
  const words: Record<string, number> = { today: 0, yesterday: -1, tomorrow: 1, t: 0, d: 0 };
  if (Object.hasOwn(words, text)) return { value: addDays(today, words[text] ?? 0) };
  const shift = /^[dt]\s*([+-])\s*(\d{1,4})$/.exec(text);
  if (shift) return { value: addDays(today, Number(shift[2]) * (shift[1] === '-' ? -1 : 1)) };
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text);
  const numeric = /^(\d{1,2})[/.\s-](\d{1,2})(?:[/.\s-](\d{4}|\d{2}))?$/.exec(text) ?? /^(\d{2})(\d{2})(\d{4})$/.exec(text);
  const named = /^(\d{1,2})[\s.-]*([a-z]{3})[a-z]*[\s.,-]*(\d{4}|\d{2})?$/.exec(text);
  let found: string | undefined;
  if (iso) found = day(Number(iso[1]), Number(iso[2]), Number(iso[3]));
  else if (numeric)
    found = day(numeric[3] ? fullYear(numeric[3], today) : Number(today.slice(0, 4)), Number(numeric[2]), Number(numeric[1]));
  else if (named) {
    const month = MONTHS.findIndex((m) => m.toLowerCase() === named[2]) + 1;
    if (month > 0) found = day(named[3] ? fullYear(named[3], today) : Number(today.slice(0, 4)), month, Number(named[1]));
  }
  if (!found) return { problem: NOT_A_DAY };
  return isDay(found) ? { value: found } : { problem: `There is no such day. ${NOT_A_DAY}` };
}

function parseTime(text: string): string | undefined {
  const m = /^(\d{1,2})[:.h]?(\d{2})$/.exec(text) ?? /^(\d{1,2})()$/.exec(text);
  const twelve = /^(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm)$/.exec(text);
  let hour = Number(m?.[1]);
  let minute = Number(m?.[2] || 0);
  if (twelve) {
    hour = (Number(twelve[1]) % 12) + (twelve[3] === 'pm' ? 12 : 0);
    minute = Number(twelve[2] ?? 0);
  } else if (!m?.[2]) return undefined;
  return hour < 24 && minute < 60 ? `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}` : undefined;
}

/** Reads a moment in a zone: `now`, `14:30` (today), `yesterday 9:10`, `12/3 14:30`, `d-1 2pm`. */
export function parseInstant(typed: string, nowIso: string, zone: string): Parsed<string> {
  const text = typed.trim().toLowerCase().replace(/,/g, ' ').replace(/\s+/g, ' ');
  if (text === 'now') return { value: `${nowIso.slice(0, 16)}:00.000Z` };
  const today = dayIn(nowIso, zone);
  const bare = parseTime(text);
  if (bare && /[:.h]|am|pm/.test(text)) return { value: instantOf(today, bare, zone) };
  const split = /^(.*\S)\s+(\d{1,2}(?:[:.h]?\d{2})?\s*(?:am|pm)?)$/.exec(text);
  const time = split?.[2] ? parseTime(split[2]) : undefined;
  if (!split?.[1] || !time) {
    const only = parseDay(text, today);
    return {
      problem:
        'value' in only
          ? 'Give the time too, like 12/3 14:30.'
          : 'Write a date and time like now, 14:30, yesterday 9:10 or 12/3 14:30.',
    };
  }
  const found = parseDay(split[1], today);
  return 'problem' in found ? found : { value: instantOf(found.value, time, zone) };
}

/** Day of a stay: the day of admission is day 1. */
export function stayDay(admittedIso: string, nowIso: string, zone: string): number {
  const ms = Date.parse(dayIn(nowIso, zone)) - Date.parse(dayIn(admittedIso, zone));
  return Math.max(1, Math.round(ms / 86_400_000) + 1);
}

/** Newest first; canonical days and moments compare as text, and what is missing comes last. */
export function newestFirst<T>(rows: readonly T[], at: (row: T) => string | null | undefined): T[] {
  return [...rows].sort((a, b) => {
    const [x, y] = [at(a) ?? '', at(b) ?? ''];
    return x < y ? 1 : x > y ? -1 : 0;
  });
}
