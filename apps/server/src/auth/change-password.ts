import { ProblemError } from '@psa/domain';
import { auditEntry, type Origin } from './audit.ts';
import { passwordProblem } from './passwords.ts';
import type { Session } from './sessions.ts';
import type { SignInDeps } from './sign-in.ts';

/**
 * Gives a person a new password and ends the person's other sessions. Throws INVALID naming the field that is wrong; a wrong
 * present password counts towards the lock like a failed sign-in.
 */
export async function changePassword(
  d: SignInDeps,
  session: Session,
  wish: { old_password: string; new_password: string },
  from: Origin,
): Promise<void> {
  const { user_id, facility_id } = session.actor;
  const { rows } = await d.pool.query<{ email: string; password_hash: string }>(
    'select u.email, c.password_hash from users u join user_credentials c on c.user_id = u.id where u.id = $1',
    [user_id],
  );
  const account = rows[0];
  if (!account) throw new ProblemError('NOT_FOUND');
  const problem = passwordProblem(wish.new_password, account.email);
  if (problem) throw new ProblemError('INVALID', { fields: { new_password: problem } });
  await d.lockout.inTurn(account.email.toLowerCase(), async () => {
    await d.lockout.begin(user_id);
    const { ok } = await d.passwords.check(wish.old_password, account.password_hash);
    if (!ok) throw new ProblemError('INVALID', { fields: { old_password: 'This is not your present password.' } });
    await d.lockout.forgive(user_id);
  });
  if (wish.old_password === wish.new_password) {
    throw new ProblemError('INVALID', { fields: { new_password: 'This is your present password. Choose another.' } });
  }
  const hash = await d.passwords.hash(wish.new_password);
  await d.pool.query(
    'update user_credentials set password_hash = $2, is_default_password = false, changed_at = now() where user_id = $1',
    [user_id, hash],
  );
  await d.sessions.endAllOf(user_id, session.id);
  await d.audit.add(facility_id, auditEntry('password', d.now(), from, { user_id, device_id: session.device_id }));
}
