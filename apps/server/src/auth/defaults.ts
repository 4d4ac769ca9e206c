import { ROLE_TITLES } from '@psa/domain';
import type { Pool } from 'pg';
import { TRIAL_ACCOUNTS } from '../db/seed-data.ts';

/** An account for trying out, as the sign-in page offers it. */
export interface TrialAccount {
  email: string;
  password: string;
  title: string;
}

/** The trial accounts that still open with their published password. */
export async function openTrialAccounts(pool: Pool): Promise<TrialAccount[]> {
  const { rows } = await pool.query<{ email: string }>(
    `select u.email from user_credentials c join users u on u.id = c.user_id
      where c.is_default_password and u.is_active and u.is_approved and not u.deleted`,
  );
  const open = new Set(rows.map(({ email }) => email));
  return TRIAL_ACCOUNTS.filter(({ email }) => open.has(email)).map(({ email, password, role }) => ({
    email,
    password,
    title: ROLE_TITLES[role],
  }));
}

/** Whether every trial account still opens with its published password: nobody has made this installation their own. */
export async function areAllTrialAccountsOpen(pool: Pool): Promise<boolean> {
  return (await openTrialAccounts(pool)).length === TRIAL_ACCOUNTS.length;
}

/** Whether any account, open or closed, still has a published password. The server must then not be reachable from outside. */
export async function defaultPasswordsStand(pool: Pool): Promise<boolean> {
  const { rows } = await pool.query<{ stands: boolean }>(
    'select exists (select from user_credentials where is_default_password) as stands',
  );
  return rows[0]?.stands ?? false;
}
