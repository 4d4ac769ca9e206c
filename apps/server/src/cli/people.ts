import type { Actor } from '@psa/domain';
import { accountOf } from '../auth/sign-in.ts';
import type { Database } from '../db/database.ts';
import { Told } from './command.ts';

/** On whose authority something about patients leaves the server by hand: an administrator whose account is open. Throws Told. */
export async function administratorOf(db: Database, email: string): Promise<Actor> {
  const account = await accountOf(db, email.trim().toLowerCase());
  if (account?.role !== 'super_admin' || !account.is_active || !account.is_approved) {
    throw new Told(`${email} is not an administrator with an open account.`);
  }
  return { user_id: account.id, facility_id: account.facility_id, role: account.role };
}
