import type { Json } from '../fields.ts';

/** When two bookings get in each other's way. PostgreSQL promises the same by exclusion constraints (`…_surgery_bookings.sql`). */

type Booking = Readonly<Record<string, Json>>;

/** The people of a booking, who can be at one operation at a time. */
export const BOOKING_TEAM = ['primary_surgeon_id', 'assistant_surgeon_id', 'anaesthetist_id', 'scrub_nurse_id'] as const;

/** What holds its time: planned or under way. What was finished, called off or put off does not. */
const HOLDING: readonly Json[] = ['Scheduled', 'Confirmed', 'In Progress'];

const MINUTE_MS = 60_000;

/** From when until when, ms; undefined when it holds no time, its duration is not known, or the overlap is meant. */
function periodOf(row: Booking): readonly [fromMs: number, toMs: number] | undefined {
  if (!HOLDING.includes(row.status ?? null) || (row.overlap_reason ?? null) !== null) return undefined;
  if (typeof row.estimated_duration !== 'number') return undefined;
  const from = Date.parse(`${row.scheduled_date}T${row.scheduled_time}:00.000Z`);
  return [from, from + row.estimated_duration * MINUTE_MS];
}

function overlaps(a: Booking, b: Booking): boolean {
  const [one, other] = [periodOf(a), periodOf(b)];
  return one !== undefined && other !== undefined && one[0] < other[1] && other[0] < one[1];
}

const theatreOf = (row: Booking): string | undefined =>
  typeof row.theatre_number === 'string' ? row.theatre_number.toLowerCase() : undefined;

const peopleOf = (row: Booking): Json[] => BOOKING_TEAM.map((field) => row[field] ?? null).filter((id) => id !== null);

/** Whether two bookings want the same theatre at the same time. */
export function overlapsOfTheatre(a: Booking, b: Booking): boolean {
  return theatreOf(a) !== undefined && theatreOf(a) === theatreOf(b) && overlaps(a, b);
}

/** Whether two bookings want the same person at the same time. */
export function overlapsOfPeople(a: Booking, b: Booking): boolean {
  const people = peopleOf(b);
  return peopleOf(a).some((id) => people.includes(id)) && overlaps(a, b);
}
