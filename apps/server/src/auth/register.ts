import { type Actor, type Patch, ProblemError, type Role } from '@psa/domain';
import type { ServerStore } from '@psa/sync';
import { homeFacility } from '../db/home.ts';
import { writeOne } from '../db/write.ts';
import type { Audit, Origin } from './audit.ts';
import { passwordProblem } from './password-rules.ts';
import { accountOf, type SignInDeps } from './sign-in.ts';

export interface Registration {
  /** In lower case. */
  email: string;
  password: string;
  full_name: string;
  role: Role;
  department?: string | null;
  specialization?: string | null;
  license_number?: string | null;
  phone?: string | null;
}

interface RegisterDeps extends SignInDeps {
  store: ServerStore;
  newId: () => string;
  audit: Audit;
}

const ASKED = 'Your request has been received. An administrator will look at it.';

/**
 * Takes a request for an account: made with the role asked for, but not approved, so that it opens nothing. The answer is the
 * same when the e-mail is known already: it does not tell who works here. Throws INVALID for a weak password and NOT_YOURS for
 * an administrator's role, which only an administrator can give.
 */
export async function register(d: RegisterDeps, wish: Registration, from: Origin) {
  if (wish.role === 'super_admin') {
    throw new ProblemError('NOT_YOURS', { fields: { role: 'Only an administrator can give this role.' } });
  }
  const problem = passwordProblem(wish.password, wish.email);
  if (problem) throw new ProblemError('INVALID', { fields: { password: problem } });
  // Before looking: the time of the answer does not tell either.
  const hash = await d.passwords.hash(wish.password);
  const { password: _, ...fields } = wish;
  const known = await accountOf(d.db, wish.email);
  if (!known) await create(d, fields, hash, from);
  // A request that was cut between its two writes is completed by the next one.
  else if (known.password_hash === null && !known.is_approved) await keepPassword(d, known, hash);
  return { user: { ...fields, is_approved: false }, message: ASKED };
}

async function create(d: RegisterDeps, fields: Omit<Registration, 'password'>, hash: string, from: Origin): Promise<void> {
  const facility = await homeFacility(d.db);
  if (facility === undefined) throw new ProblemError('UNAVAILABLE');
  const id = d.newId();
  const trimmed = Object.entries(fields).map(([name, value]) => [
    name,
    typeof value === 'string' ? value.trim() || null : value,
  ]);
  const patch: Patch = { ...Object.fromEntries(trimmed), is_approved: false, is_active: true };
  // Nobody else is there yet to answer for it: the person's own account is its author.
  const actor: Actor = { user_id: id, facility_id: facility, role: fields.role };
  await writeOne(d, { actor, origin: 'server', from }, { kind: 'users', id, op: 'create', patch });
  await keepPassword(d, { id, facility_id: facility }, hash);
}

async function keepPassword(d: RegisterDeps, of: { id: string; facility_id: string }, hash: string): Promise<void> {
  await d.db.of(of.facility_id).query(
    `insert into user_credentials (facility_id, user_id, password_hash) values ($1, $2, $3)
      on conflict (facility_id, user_id) do nothing`,
    [of.facility_id, of.id, hash],
  );
}
