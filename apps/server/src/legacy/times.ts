import { isDay } from '@psa/domain';

/** What a text says of a day. `how` is absent when it was a plain day; `ambiguous`: day and month could be either way round. */
export type ReadDay =
  | { day: string; how?: 'midnight' | 'shifted' | 'timed' | 'turned' }
  | { day: null; how: 'ambiguous' | 'unreadable' | 'zero' };

const DAY_MS = 86_400_000;

/** The day and the time of an instant in a zone (IANA name). */
export function wallOf(instant: Date, zone: string): { day: string; time: string } {
  const text = instant.toLocaleString('sv-SE', { timeZone: zone });
  return { day: text.slice(0, 10), time: text.slice(11) };
}

/**
 * Reads a day. The earlier app's server printed days as the instant of its own midnight: in Lagos that is 23:00 UTC of the day before,
 * so what looks like the 30th is the 31st. Such days are read in `zone` and told (`shifted`).
 */
export function readDay(text: string, zone: string): ReadDay {
  if (/^0000-00-00/.test(text)) return { day: null, how: 'zero' };
  if (isDay(text)) return { day: text };
  const parts = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$/.exec(text);
  if (parts) return turned(Number(parts[1]), Number(parts[2]), String(parts[3]));
  const instant = /^\d{4}-\d{2}-\d{2}[T ]/.test(text) ? new Date(text.replace(' ', 'T')) : null;
  if (!instant || Number.isNaN(instant.getTime())) return { day: null, how: 'unreadable' };
  // Without a zone it names its day itself.
  if (!/(?:Z|[+-]\d{2}:?\d{0,2})$/.test(text))
    return { day: text.slice(0, 10), how: /[T ]00:00(:00(\.0+)?)?$/.test(text) ? 'midnight' : 'timed' };
  if (instant.getTime() % DAY_MS === 0) return { day: instant.toISOString().slice(0, 10), how: 'midnight' };
  const there = wallOf(instant, zone);
  return { day: there.day, how: there.time === '00:00:00' ? 'shifted' : 'timed' };
}

function turned(first: number, second: number, year: string): ReadDay {
  const two = (n: number) => String(n).padStart(2, '0');
  if (first <= 12 && second <= 12 && first !== second) return { day: null, how: 'ambiguous' };
  const [day, month] = second > 12 ? [second, first] : [first, second];
  const text = `${year}-${two(month)}-${two(day)}`;
  return isDay(text) ? { day: text, how: 'turned' } : { day: null, how: 'unreadable' };
}

/**
 * Reads a moment as ISO 8601 UTC with milliseconds. One that names no zone is meant in `zone` (`assumed`). Numbers are milliseconds
 * since 1970, as browsers keep them. Null when it is none.
 */
export function readInstant(value: string | number, zone: string): { at: string; assumed: boolean } | null {
  if (typeof value === 'number')
    return Number.isFinite(value) && value > 0 ? { at: new Date(value).toISOString(), assumed: false } : null;
  if (/^0000-00-00/.test(value)) return null;
  const text = value.trim().replace(/^(\d{4}-\d{2}-\d{2}) /, '$1T');
  if (!/^\d{4}-\d{2}-\d{2}/.test(text)) return null;
  if (/(?:Z|[+-]\d{2}(:?\d{2})?)$/.test(text.slice(10))) {
    const at = new Date(text.replace(/([+-]\d{2})$/, '$1:00'));
    return Number.isNaN(at.getTime()) ? null : { at: at.toISOString(), assumed: false };
  }
  const local = new Date(`${text.length === 10 ? `${text}T00:00:00` : text}Z`);
  if (Number.isNaN(local.getTime())) return null;
  return { at: inZone(local, zone).toISOString(), assumed: true };
}

/** The instant at which clocks in `zone` show what `local` shows in UTC. */
function inZone(local: Date, zone: string): Date {
  const offset = (at: Date) =>
    Date.parse(`${at.toLocaleString('sv-SE', { timeZone: zone }).replace(' ', 'T')}Z`) - at.getTime();
  const wholeSeconds = new Date(Math.floor(local.getTime() / 1000) * 1000);
  const guess = new Date(local.getTime() - offset(wholeSeconds));
  // Once more: on the day when clocks change, the first guess may have asked on the other side.
  return new Date(local.getTime() - offset(new Date(Math.floor(guess.getTime() / 1000) * 1000)));
}
