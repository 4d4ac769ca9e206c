import type { Actor, Role } from '@psa/domain';
import type { Database } from '../db/database.ts';
import { homeFacility } from '../db/home.ts';
import type { ImportReport } from '../fhir/import.ts';
import { Told } from './command.ts';

/** On whose authority an import is written: the first consultant of the first facility. Throws Told. */
export async function importer(db: Database): Promise<Actor> {
  const facility = await homeFacility(db);
  const { rows } = await db.of(facility ?? null).query<{ user_id: string; facility_id: string; role: Role }>(
    `select id as user_id, facility_id, role from users
      where facility_id = $1 and role = 'consultant' and is_active and is_approved and not deleted order by created_at, id limit 1`,
    [facility],
  );
  if (!rows[0]) throw new Told('There is no active consultant to import for; start the server once before (npm start).');
  return rows[0];
}

/** Tells what came of one file. */
export function showFhir(file: string, report: ImportReport, say: (line: string) => void): void {
  say(`${file}: ${report.patients.length} patients, ${report.patients.reduce((n, p) => n + p.allergies, 0)} allergies`);
  for (const { hospital_number, id } of report.patients) say(`  ${hospital_number}  ${id}`);
  for (const { source, say: why, fields } of report.refused) {
    const details = Object.entries(fields).map(([field, sentence]) => `${field}: ${sentence}`);
    say(`  refused: ${source} — ${[why, ...details].join(' ')}`);
  }
  const left = Object.entries(report.no_place);
  if (left.length > 0) say('  no place for:');
  for (const [what, times] of left) say(`    ${String(times).padStart(5)} × ${what}`);
}
