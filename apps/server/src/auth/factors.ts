import { type Json, ProblemError, type RandomBytes, type Role } from '@psa/domain';
import type { SecondFactor, SecondFactorAsked } from '@psa/sync';
import type { Database } from '../db/database.ts';
import { seal, unseal } from '../keys/seal.ts';
import type { Secrets } from '../keys/secrets.ts';
import { type KeptPasskey, Passkeys, type Site } from './passkeys.ts';
import type { Passwords } from './passwords.ts';
import { FACTORS_SEALED_FOR, newTotp, purposeOfFactor, takenStep } from './totp.ts';

/** A second factor as its owner sees it. */
export interface FactorShown {
  id: string;
  kind: 'totp' | 'passkey';
  name: string;
  created_at: string;
  last_used_at: string | null;
}

interface Kept extends KeptPasskey {
  kind: 'totp' | 'passkey';
  name: string;
  sealed: Buffer | null;
  last_step: string | null;
  created_at: Date;
  last_used_at: Date | null;
}

/** Whose factors: the person, as the account says. */
export interface Holder {
  facility: string;
  user: string;
  email: string;
  role: Role;
}

/** By what somebody was let in beside the password. */
export type Shown = 'totp' | 'passkey' | 'recovery';

/** Refuses a sign-in until a second factor is shown; the answer tells which ones there are. */
export class SecondFactorNeeded extends ProblemError {
  readonly asked: SecondFactorAsked;
  constructor(asked: SecondFactorAsked) {
    super('SECOND_FACTOR');
    this.asked = asked;
  }
}

const RECOVERY_CODES = 10;
/** No letters or digits that look like others. 10 of 31 signs: 49 bits, each tried under the lock of the account. */
const RECOVERY_SIGNS = '23456789abcdefghjkmnpqrstuvwxyz';
const RECOVERY_LENGTH = 10;
/** A secret that was shown to be set up waits so long for its first code. */
const SETUP_MS = 15 * 60 * 1000;
const PASSKEYS_MAX = 10;

const WRONG = (say?: string) => new ProblemError('WRONG_CODE', say === undefined ? {} : { say });

interface Deps {
  db: Database;
  secrets: Secrets;
  random: RandomBytes;
  now: () => number;
  newId: () => string;
  passwords: Passwords;
}

/** What a person can show beside the password: an authenticator app, passkeys, and codes on paper. */
export class Factors {
  readonly #d: Deps;
  readonly #passkeys: Passkeys;

  constructor(d: Deps) {
    this.#d = d;
    this.#passkeys = new Passkeys(d.db, d.now);
  }

  /** Lets a sign-in pass, or says why not. @returns by what, null when nothing is asked of this person. Throws SecondFactorNeeded, WRONG_CODE. */
  async pass(who: Holder, site: Site | null, given: SecondFactor | undefined): Promise<Shown | null> {
    const kept = await this.#kept(who);
    if (kept.length === 0) {
      if (!(await this.isRequired(who))) return null;
      if (given?.setup === undefined || given.code === undefined) throw new SecondFactorNeeded({ setup: this.offer(who) });
      await this.setUp(who, given.setup, given.code);
      return 'totp';
    }
    if (given?.passkey !== undefined) {
      const used = await this.#passkeys.used(who, site, kept.filter(isPasskey), given.passkey as Json);
      if (!used) throw WRONG('This passkey was not accepted. Try again.');
      await this.#note(who, used.id, 'counter = greatest(counter, $3)', used.counter);
      return 'passkey';
    }
    if (given?.code !== undefined) return await this.#byCode(who, kept, given.code);
    throw new SecondFactorNeeded({
      totp: kept.some(({ kind }) => kind === 'totp'),
      recovery: true,
      ...(await this.#question(who, site, kept)),
    });
  }

  /** Whether the hospital asks a second factor of this role. */
  async isRequired({ facility, role }: Pick<Holder, 'facility' | 'role'>): Promise<boolean> {
    const { rows } = await this.#d.db
      .of(facility)
      .query<{ roles: string[] | null }>('select second_factor_roles as roles from facilities where id = $1', [facility]);
    return rows[0]?.roles?.includes(role) === true;
  }

  async list(who: Holder): Promise<{ factors: FactorShown[]; recovery_codes_left: number; required: boolean }> {
    const kept = await this.#kept(who);
    const { rows } = await this.#d.db
      .of(who.facility)
      .query<{ n: number }>(
        'select count(*)::int as n from recovery_codes where facility_id = $1 and user_id = $2 and used_at is null',
        [who.facility, who.user],
      );
    return {
      factors: kept.map(({ id, kind, name, created_at, last_used_at }) => ({
        ...{ id, kind, name },
        created_at: created_at.toISOString(),
        last_used_at: last_used_at?.toISOString() ?? null,
      })),
      recovery_codes_left: rows[0]?.n ?? 0,
      required: await this.isRequired(who),
    };
  }

  /** A secret to set up an authenticator app with. Nothing is kept yet: what comes back with the first code says what it was. */
  offer(who: Holder): NonNullable<SecondFactorAsked['setup']> {
    const { secret, uri } = newTotp(this.#d.random, who.email);
    const token = JSON.stringify({ secret, until: this.#d.now() + SETUP_MS });
    const { key } = this.#d.secrets.current(FACTORS_SEALED_FOR);
    return { secret, uri, token: seal(key, this.#d.random(12), offerTo(who), token).toString('base64url') };
  }

  /** Keeps the offered secret, once its first code was right. Throws WRONG_CODE, or TAKEN when there is one already. */
  async setUp(who: Holder, token: string, code: string): Promise<void> {
    const text = unseal(this.#d.secrets.all(FACTORS_SEALED_FOR), offerTo(who), Buffer.from(token, 'base64url'));
    const offered = text === undefined ? undefined : (JSON.parse(text) as { secret: string; until: number });
    if (!offered || offered.until < this.#d.now()) throw WRONG('That took too long. Begin again.');
    const step = takenStep(offered.secret, plain(code), this.#d.now(), -1);
    if (step === null) throw WRONG();
    const id = this.#d.newId();
    const { key } = this.#d.secrets.current(FACTORS_SEALED_FOR);
    const sealed = seal(key, this.#d.random(12), purposeOfFactor(who.facility, who.user, id), offered.secret);
    const { rowCount } = await this.#d.db.of(who.facility).query(
      `insert into second_factors (id, facility_id, user_id, kind, name, sealed, last_step) values ($1, $2, $3, 'totp', $4, $5, $6)
        on conflict do nothing`,
      [id, who.facility, who.user, 'Authenticator app', sealed, step],
    );
    if (rowCount === 0) throw new ProblemError('TAKEN', { say: 'You have an authenticator app already. Remove it first.' });
  }

  /** What the browser needs to make a passkey. Throws INVALID where there can be none. */
  async askPasskey(who: Holder, site: Site | null): Promise<Json> {
    return this.#passkeys.askNew(who, named(site), who.email, (await this.#kept(who)).filter(isPasskey));
  }

  /** Keeps a passkey that was made. Throws WRONG_CODE, TAKEN. */
  async addPasskey(who: Holder, site: Site | null, name: string, answer: Json): Promise<void> {
    const made = await this.#passkeys.made(who, named(site), answer);
    if ((await this.#kept(who)).filter(isPasskey).length >= PASSKEYS_MAX)
      throw new ProblemError('TAKEN', { say: `At most ${PASSKEYS_MAX} passkeys. Remove one first.` });
    const { rowCount } = await this.#d.db.of(who.facility).query(
      `insert into second_factors (id, facility_id, user_id, kind, name, credential_id, public_key, counter, transports, rp_id)
        values ($1, $2, $3, 'passkey', $4, $5, $6, $7, $8, $9) on conflict do nothing`,
      [
        ...[this.#d.newId(), who.facility, who.user, name],
        ...[made.credential_id, made.public_key, made.counter, made.transports, made.rp_id],
      ],
    );
    if (rowCount === 0) throw new ProblemError('TAKEN', { say: 'This passkey is known already.' });
  }

  /** Takes one away. Throws NOT_FOUND; NOT_YOURS for the last one where the hospital asks for one. */
  async remove(who: Holder, id: string): Promise<void> {
    const kept = await this.#kept(who);
    if (!kept.some((one) => one.id === id)) throw new ProblemError('NOT_FOUND');
    if (kept.length === 1 && (await this.isRequired(who)))
      throw new ProblemError('NOT_YOURS', { say: 'The hospital asks a second factor of your role. Add another one first.' });
    await this.#note(who, id, 'removed_at = $3', new Date(this.#d.now()));
  }

  /** Takes all away: the person lost them. Whoever does that has looked who is asking. */
  async removeAll({ facility, user }: Pick<Holder, 'facility' | 'user'>): Promise<number> {
    const own = this.#d.db.of(facility);
    const at = new Date(this.#d.now());
    const { rowCount } = await own.query(
      'update second_factors set removed_at = $3 where facility_id = $1 and user_id = $2 and removed_at is null',
      [facility, user, at],
    );
    await own.query('update recovery_codes set used_at = $3 where facility_id = $1 and user_id = $2 and used_at is null', [
      facility,
      user,
      at,
    ]);
    return rowCount ?? 0;
  }

  /** New codes for paper; those before them open nothing any more. Told once, kept as hashes. */
  async recoveryCodes({ facility, user }: Holder): Promise<string[]> {
    const codes = Array.from({ length: RECOVERY_CODES }, () => this.#recoveryCode());
    const hashes = await Promise.all(codes.map((code) => this.#d.passwords.hash(code)));
    await this.#d.db.of(facility).query(
      `insert into recovery_codes (facility_id, user_id, n, code_hash) select $1, $2, n, h from unnest($3::int[], $4::text[]) t (n, h)
        on conflict (facility_id, user_id, n) do update set code_hash = excluded.code_hash, used_at = null, made_at = now()`,
      [facility, user, codes.map((_, i) => i + 1), hashes],
    );
    return codes.map((code, i) => `${i + 1}-${code.slice(0, 5)}-${code.slice(5)}`);
  }

  /** Signs of equal chance: bytes that would favour some are drawn again. */
  #recoveryCode(): string {
    const most = 256 - (256 % RECOVERY_SIGNS.length);
    let code = '';
    while (code.length < RECOVERY_LENGTH) {
      for (const byte of this.#d.random(RECOVERY_LENGTH)) {
        if (byte < most && code.length < RECOVERY_LENGTH) code += RECOVERY_SIGNS[byte % RECOVERY_SIGNS.length];
      }
    }
    return code;
  }

  async #byCode(who: Holder, kept: readonly Kept[], typed: string): Promise<Shown> {
    const code = plain(typed);
    const app = kept.find(({ kind }) => kind === 'totp');
    if (/^\d{6}$/.test(code)) {
      if (!app || !(await this.#takeStep(who, app, code))) throw WRONG();
      return 'totp';
    }
    if (!(await this.#takeRecovery(who, code))) throw WRONG();
    return 'recovery';
  }

  async #takeStep({ facility, user }: Holder, app: Kept, code: string): Promise<boolean> {
    const purpose = purposeOfFactor(facility, user, app.id);
    const secret = unseal(this.#d.secrets.all(FACTORS_SEALED_FOR), purpose, app.sealed ?? Buffer.alloc(0));
    if (secret === undefined)
      throw new ProblemError('WRONG_CODE', {
        say: 'This server cannot open your second factor any more. Use a recovery code, or ask an administrator.',
      });
    const step = takenStep(secret, code, this.#d.now(), Number(app.last_step));
    if (step === null) return false;
    // Of two tries with one code at once, one finds the step taken.
    const { rowCount } = await this.#d.db
      .of(facility)
      .query(
        'update second_factors set last_step = $3, last_used_at = $4 where facility_id = $1 and id = $2 and last_step < $3',
        [...[facility, app.id], ...[step, new Date(this.#d.now())]],
      );
    return rowCount === 1;
  }

  /** `3-abcde-fghij` without its dashes: the number says which hash is meant, so that one is computed. */
  async #takeRecovery({ facility, user }: Holder, code: string): Promise<boolean> {
    const [, n, secret] = /^(\d{1,2})([a-z2-9]{10})$/.exec(code.toLowerCase()) ?? [];
    const own = this.#d.db.of(facility);
    const { rows } = await own.query<{ code_hash: string }>(
      'select code_hash from recovery_codes where facility_id = $1 and user_id = $2 and n = $3 and used_at is null',
      [facility, user, Number(n ?? 0)],
    );
    if (!rows[0] || secret === undefined) {
      await this.#d.passwords.waste(code);
      return false;
    }
    if (!(await this.#d.passwords.check(secret, rows[0].code_hash)).ok) return false;
    const { rowCount } = await own.query(
      'update recovery_codes set used_at = $4 where facility_id = $1 and user_id = $2 and n = $3 and used_at is null',
      [facility, user, Number(n), new Date(this.#d.now())],
    );
    return rowCount === 1;
  }

  async #question(who: Holder, site: Site | null, kept: readonly Kept[]): Promise<Pick<SecondFactorAsked, 'passkey'>> {
    const passkey = await this.#passkeys.askUse(who, site, kept.filter(isPasskey));
    return passkey === null ? {} : { passkey };
  }

  async #kept({ facility, user }: Pick<Holder, 'facility' | 'user'>): Promise<Kept[]> {
    const { rows } = await this.#d.db.of(facility).query<Kept>(
      `select id, kind, name, sealed, last_step, credential_id, public_key, counter, transports, rp_id, created_at, last_used_at
        from second_factors where facility_id = $1 and user_id = $2 and removed_at is null order by created_at, id`,
      [facility, user],
    );
    return rows;
  }

  /** Changes one column of one's own factor, and when it was last used. */
  async #note({ facility, user }: Holder, id: string, set: string, value: unknown): Promise<void> {
    await this.#d.db
      .of(facility)
      .query(`update second_factors set ${set}, last_used_at = $4 where facility_id = $1 and id = $2 and user_id = $5`, [
        ...[facility, id, value],
        ...[new Date(this.#d.now()), user],
      ]);
  }
}

const isPasskey = ({ kind }: Kept): boolean => kind === 'passkey';

/** As people type and copy it. */
const plain = (code: string): string => code.replace(/[\s-]/g, '');

/** An offer opens for the person it was made to. */
const offerTo = ({ facility, user }: Holder): string => JSON.stringify(['offer', facility, user]);

function named(site: Site | null): Site {
  if (site) return site;
  throw new ProblemError('INVALID', {
    say: 'Passkeys belong to a name. Open the app by the name of the server, not by its address.',
  });
}
