import { type Actor, ProblemError, type RandomBytes, type Role } from '@psa/domain';
import type { LoginReply, LoginRequest, ServerStore } from '@psa/sync';
import type { Database } from '../db/database.ts';
import { homeFacility } from '../db/home.ts';
import type { RowReader } from '../db/rows.ts';
import { type Audit, auditEntry, type Origin } from './audit.ts';
import { enrol, grant } from './devices.ts';
import { type Factors, SecondFactorNeeded, type Shown } from './factors.ts';
import type { Lockout } from './lockout.ts';
import { siteOf } from './passkeys.ts';
import type { Passwords } from './passwords.ts';
import type { Sessions } from './sessions.ts';
import type { Tokens } from './tokens.ts';

interface Account {
  id: string;
  facility_id: string;
  email: string;
  role: Role;
  is_active: boolean;
  is_approved: boolean;
  password_hash: string | null;
}

export interface SignInDeps {
  db: Database;
  store: Pick<ServerStore, 'epoch'>;
  rows: RowReader;
  now: () => number;
  random: RandomBytes;
  passwords: Passwords;
  lockout: Lockout;
  sessions: Sessions;
  tokens: Tokens;
  factors: Factors;
  audit: Audit;
}

/** An e-mail address as accounts are looked up by it. */
const foldEmail = (email: string): string => email.trim().toLowerCase();

/** The account of an e-mail. Where two facilities know the same address, the older account. */
export async function accountOf(db: Database, email: string): Promise<Account | undefined> {
  const { rows } = await db.of(null).query<{ facility_id: string; user_id: string }>('select * from account_of($1)', [email]);
  const [whose] = rows;
  if (!whose) return undefined;
  const account = await db.of(whose.facility_id).query<Account>(
    `select u.id, u.facility_id, u.email, u.role, u.is_active, u.is_approved, c.password_hash
      from users u left join user_credentials c on c.facility_id = u.facility_id and c.user_id = u.id
      where u.facility_id = $1 and u.id = $2`,
    [whose.facility_id, whose.user_id],
  );
  return account.rows[0];
}

/** The e-mail and the hash of an account by its id. Throws NOT_FOUND. */
export async function accountOfId(
  db: Database,
  facility: string,
  user: string,
): Promise<{ email: string; password_hash: string }> {
  const { rows } = await db
    .of(facility)
    .query<{ email: string; password_hash: string }>(
      'select u.email, c.password_hash from users u join user_credentials c on c.facility_id = u.facility_id and c.user_id = u.id where u.facility_id = $1 and u.id = $2',
      [facility, user],
    );
  if (!rows[0]) throw new ProblemError('NOT_FOUND');
  return rows[0];
}

/**
 * Asks a person who is in for the password once more. Throws INVALID naming `field` when it is wrong, which counts towards the lock
 * like a failed sign-in; LOCKED_OUT.
 */
export async function confirmPassword(
  d: Pick<SignInDeps, 'db' | 'lockout' | 'passwords'>,
  facility: string,
  user: string,
  password: string,
  field: string,
): Promise<void> {
  const account = await accountOfId(d.db, facility, user);
  await d.lockout.inTurn(account.email.toLowerCase(), async () => {
    await d.lockout.begin(facility, user);
    const { ok } = await d.passwords.check(password, account.password_hash);
    if (!ok) throw new ProblemError('INVALID', { fields: { [field]: 'This is not your present password.' } });
    await d.lockout.forgive(facility, user);
  });
}

/**
 * Signs a person in. Throws BAD_CREDENTIALS for a wrong e-mail or password (the same words and work for both), LOCKED_OUT
 * after too many, and only after the right password what else is in the way. Every outcome is audited.
 */
export async function signIn(d: SignInDeps, request: LoginRequest, from: Origin): Promise<LoginReply> {
  const email = foldEmail(request.email);
  return d.lockout.inTurn(email, async () => {
    const account = await accountOf(d.db, email);
    try {
      return await admit(d, account, email, request, from);
    } catch (error) {
      if (error instanceof ProblemError && !(error instanceof SecondFactorNeeded))
        await auditFailure(d, account, email, error, from);
      throw error;
    }
  });
}

async function admit(
  d: SignInDeps,
  account: Account | undefined,
  email: string,
  request: LoginRequest,
  from: Origin,
): Promise<LoginReply> {
  if (!account || account.password_hash === null) {
    d.lockout.beginStranger(email);
    await d.passwords.waste(request.password);
    throw new ProblemError('BAD_CREDENTIALS');
  }
  await d.lockout.begin(account.facility_id, account.id);
  const { ok, outdated } = await d.passwords.check(request.password, account.password_hash);
  if (!ok) throw new ProblemError('BAD_CREDENTIALS');
  const shown = account.is_active && account.is_approved ? await passed(d, account, request, from) : null;
  await d.lockout.forgive(account.facility_id, account.id);
  if (!account.is_active) throw new ProblemError('ACCOUNT_CLOSED');
  if (!account.is_approved) throw new ProblemError('AWAITING_APPROVAL');
  if (outdated) await upgrade(d, account, request.password);
  return open(d, account, request, from, shown);
}

/** The second factor, where there is one. A wrong one counts like a wrong password; being asked for it counts as nothing. */
async function passed(d: SignInDeps, account: Account, request: LoginRequest, from: Origin): Promise<Shown | null> {
  const { id: user, facility_id: facility, email, role } = account;
  try {
    return await d.factors.pass({ facility, user, email, role }, siteOf(from.host ?? ''), request.second);
  } catch (error) {
    if (error instanceof SecondFactorNeeded) await d.lockout.takeBack(facility, user);
    throw error;
  }
}

/** A hash of an older kind is made anew while the password is at hand, unless it was changed meanwhile. */
async function upgrade(d: SignInDeps, account: Account, password: string): Promise<void> {
  const hash = await d.passwords.hash(password);
  await d.db
    .of(account.facility_id)
    .query('update user_credentials set password_hash = $3 where facility_id = $1 and user_id = $2 and password_hash = $4', [
      ...[account.facility_id, account.id],
      ...[hash, account.password_hash],
    ]);
}

async function open(
  d: SignInDeps,
  account: Account,
  request: LoginRequest,
  from: Origin,
  shown: Shown | null,
): Promise<LoginReply> {
  const actor: Actor = { user_id: account.id, facility_id: account.facility_id, role: account.role };
  const { device } = request;
  const state = device && (await enrol(d.db, actor, device, new Date(d.now())));
  const granted =
    device && state
      ? await grant(d.db, d.random, actor, { id: device.id, state }, (await d.store.epoch(actor.facility_id)).epoch)
      : undefined;
  const session = await d.sessions.open({
    facility: actor.facility_id,
    userId: actor.user_id,
    deviceId: device?.id ?? null,
    shown,
    ...from,
  });
  const [token, user] = await Promise.all([
    d.tokens.issue({
      session: session.id,
      facility: actor.facility_id,
      user: actor.user_id,
      expiresAtMs: session.expiresAtMs,
      email: account.email,
      role: account.role,
    }),
    d.rows.row(actor.facility_id, 'users', actor.user_id),
    d.audit.add(
      actor.facility_id,
      auditEntry('login', d.now(), from, {
        ...{ user_id: actor.user_id, device_id: device?.id ?? null },
        new_values: shown === null ? null : { second_factor: shown },
      }),
    ),
  ]);
  if (!user) throw new ProblemError('ACCOUNT_CLOSED');
  return {
    token,
    expires_at: new Date(session.expiresAtMs).toISOString(),
    message: 'Signed in.',
    user,
    ...(granted ? { device: granted } : {}),
  };
}

async function auditFailure(
  d: SignInDeps,
  account: Account | undefined,
  email: string,
  problem: ProblemError,
  from: Origin,
): Promise<void> {
  const facility = account?.facility_id ?? (await homeFacility(d.db));
  if (facility === undefined) return;
  await d.audit.add(
    facility,
    auditEntry('login_failed', d.now(), from, {
      user_id: account?.id ?? null,
      new_values: account ? { code: problem.code } : { code: problem.code, email },
    }),
  );
}
