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
  const { rows } = await d.db
    .of(facility_id)
    .query<{ email: string; password_hash: string }>(
      'select u.email, c.password_hash from users u join user_credentials c on c.facility_id = u.facility_id and c.user_id = u.id where u.facility_id = $1 and u.id = $2',
      [facility_id, user_id],
    );
  const account = rows[0];
  if (!account) throw new ProblemError('NOT_FOUND');
  const problem = passwordProblem(wish.new_password, account.email);
  if (problem) throw new ProblemError('INVALID', { fields: { new_password: problem } });
  await d.lockout.inTurn(account.email.toLowerCase(), async () => {
    await d.lockout.begin(facility_id, user_id);
    const { ok } = await d.passwords.check(wish.old_password, account.password_hash);
    if (!ok) throw new ProblemError('INVALID', { fields: { old_password: 'This is not your present password.' } });
    await d.lockout.forgive(facility_id, user_id);
  });
  if (wish.old_password === wish.new_password) {
    throw new ProblemError('INVALID', { fields: { new_password: 'This is your present password. Choose another.' } });
  }
  const hash = await d.passwords.hash(wish.new_password);
  await d.db
    .of(facility_id)
    .query(
      'update user_credentials set password_hash = $3, is_default_password = false, changed_at = now() where facility_id = $1 and user_id = $2',
      [facility_id, user_id, hash],
    );
  await d.sessions.endAllOf(facility_id, user_id, session.id);
  await d.audit.add(facility_id, auditEntry('password', d.now(), from, { user_id, device_id: session.device_id }));
}
