import { ProblemError } from '@psa/domain';
import { auditEntry, type Origin } from './audit.ts';
import { passwordProblem } from './password-rules.ts';
import type { Session } from './sessions.ts';
import { accountOfId, confirmPassword, type SignInDeps } from './sign-in.ts';

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
  const { email } = await accountOfId(d.db, facility_id, user_id);
  const problem = passwordProblem(wish.new_password, email);
  if (problem) throw new ProblemError('INVALID', { fields: { new_password: problem } });
  await confirmPassword(d, facility_id, user_id, wish.old_password, 'old_password');
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
