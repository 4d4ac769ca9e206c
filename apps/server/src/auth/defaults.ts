import type { Pool } from 'pg';

/**
 * The accounts of a new installation, for trying it out (docs, README and sign-in page name them). Not secrets: while one of
 * these passwords stands, the server is reachable from its own machine only.
 */
export const TRIAL_ACCOUNTS = [
  { email: 'admin@unth.edu.ng', password: 'Admin@123', title: 'Administrator' },
  { email: 'doctor@unth.edu.ng', password: 'Doctor@123', title: 'Consultant' },
] as const;

export type TrialAccount = (typeof TRIAL_ACCOUNTS)[number];

/** The trial accounts that still open with their published password. */
export async function openTrialAccounts(pool: Pool): Promise<TrialAccount[]> {
  const { rows } = await pool.query<{ email: string }>(
    `select u.email from user_credentials c join users u on u.id = c.user_id
      where c.is_default_password and u.is_active and u.is_approved and not u.deleted`,
  );
  const open = new Set(rows.map(({ email }) => email));
  return TRIAL_ACCOUNTS.filter(({ email }) => open.has(email));
}

/** Whether any account, open or closed, still has a published password. The server must then not be reachable from outside. */
export async function defaultPasswordsStand(pool: Pool): Promise<boolean> {
  const { rows } = await pool.query<{ stands: boolean }>(
    'select exists (select from user_credentials where is_default_password) as stands',
  );
  return rows[0]?.stands ?? false;
}
