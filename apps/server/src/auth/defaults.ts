import { ROLE_TITLES } from '@psa/domain';
import type { Pool } from 'pg';
import type { Database } from '../db/database.ts';
import { TRIAL_ACCOUNTS } from '../db/seed-data.ts';

/** An account for trying out, as the sign-in page offers it. */
export interface TrialAccount {
  email: string;
  password: string;
  title: string;
}

/** The trial accounts of a facility that still open with their published password. */
export async function openTrialAccounts(db: Database, facility: string): Promise<TrialAccount[]> {
  const { rows } = await db.of(facility).query<{ email: string }>(
    `select u.email from user_credentials c join users u on u.facility_id = c.facility_id and u.id = c.user_id
      where c.facility_id = $1 and c.is_default_password and u.is_active and u.is_approved and not u.deleted`,
    [facility],
  );
  const open = new Set(rows.map(({ email }) => email));
  return TRIAL_ACCOUNTS.filter(({ email }) => open.has(email)).map(({ email, password, role }) => ({
    email,
    password,
    title: ROLE_TITLES[role],
  }));
}

/** Whether every trial account still opens with its published password: nobody has made this installation their own. */
export async function areAllTrialAccountsOpen(db: Database, facility: string): Promise<boolean> {
  return (await openTrialAccounts(db, facility)).length === TRIAL_ACCOUNTS.length;
}

/**
 * Whether any account of any facility, open or closed, still has a published password. The server must then not be reachable from
 * outside. @param owner sees all facilities.
 */
export async function defaultPasswordsStand(owner: Pool): Promise<boolean> {
  const { rows } = await owner.query<{ stands: boolean }>(
    'select exists (select from user_credentials where is_default_password) as stands',
  );
  return rows[0]?.stands ?? false;
}
