import type { Database } from './database.ts';

/** The facility that people without an account belong to: the first. Undefined before the first seed. */
export async function homeFacility(db: Database): Promise<string | undefined> {
  const { rows } = await db.of(null).query<{ id: string | null }>('select home_facility() as id');
  return rows[0]?.id ?? undefined;
}
