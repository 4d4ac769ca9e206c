import type { RowReader } from '../db/rows.ts';

/** The time zone of a facility, as IANA names it; UTC where none is known. */
export async function timeZoneOf(rows: RowReader, facility: string): Promise<string> {
  return String((await rows.row(facility, 'facilities', facility))?.time_zone ?? 'UTC');
}
