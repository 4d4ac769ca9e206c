import { keptUntil, RETENTION } from '@psa/domain';
import type { Database } from '../db/database.ts';
import { DOSSIER_KINDS } from '../db/dossier.ts';

/** A record that the policy no longer asks to keep, or about which it cannot say. */
export interface Due {
  hospital_number: string;
  last_contact: string;
  /** From when it need not be kept; null: the day of birth is unknown, so a person must decide. */
  since: string | null;
}

/** The last change of anything that names a patient directly counts as the last contact. */
const withPatient = (columns: ReadonlySet<string>): string =>
  DOSSIER_KINDS.filter((kind) => kind !== 'patients' && columns.has(kind))
    .map((kind) => `select patient_id, max(updated_at) as at from ${kind} where facility_id = $1 group by 1`)
    .join(' union all ');

/**
 * What the policy no longer asks to keep on a day, oldest first. Reads only: nothing is removed, here or anywhere.
 * @param today YYYY-MM-DD
 */
export async function dueRecords(db: Database, facility: string, today: string): Promise<Due[]> {
  const own = db.of(facility);
  const found = await own.query<{ table: string }>(
    `select table_name as table from information_schema.columns where table_schema = 'public' and column_name = 'patient_id'`,
  );
  const { rows } = await own.query<{ hospital_number: string; born: string | null; last: string }>(
    `select p.hospital_number, to_char(p.date_of_birth, 'YYYY-MM-DD') as born,
        to_char(greatest(p.updated_at, max(t.at)) at time zone 'UTC', 'YYYY-MM-DD') as last
      from patients p left join (${withPatient(new Set(found.rows.map(({ table }) => table)))}) t on t.patient_id = p.id
      where p.facility_id = $1 and not p.deleted group by p.id order by 3, 1`,
    [facility],
  );
  return rows.flatMap(({ hospital_number, born, last }): Due[] => {
    const since = keptUntil(RETENTION, last, born);
    // Of an unknown age: only what would be due of the youngest child is brought before a person.
    if (since === null) {
      const surely = keptUntil(RETENTION, last, last);
      return surely !== null && surely <= today ? [{ hospital_number, last_contact: last, since }] : [];
    }
    return since <= today ? [{ hospital_number, last_contact: last, since }] : [];
  });
}
