import { type Json, ProblemError } from '@psa/domain';
import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import type { Database } from '../db/database.ts';

/** The site that a passkey belongs to, as the request named it: the name, with its port. */
export interface Site {
  /** As the browser's address bar has it, without the port. */
  name: string;
  host: string;
}

/** A passkey as it is kept. */
export interface KeptPasskey {
  id: string;
  credential_id: string;
  public_key: Buffer;
  counter: string;
  transports: string[] | null;
  rp_id: string;
}

/** How long a question may wait for its answer. */
const ANSWER_MS = 5 * 60 * 1000;
const RP_NAME = 'Plastic Surgeon Assistant';

type Transport = NonNullable<AuthenticationResponseJSON['response'] extends never ? never : string>;
type Whose = { facility: string; user: string };

/** The site of a request. Addresses (10.0.0.5) have no name, and browsers make no passkeys for them: null. */
export function siteOf(host: string): Site | null {
  const name = host.replace(/:\d+$/, '').toLowerCase();
  return /^[\d.]+$|[[\]:]/.test(name) || name === '' ? null : { name, host };
}

/** Browsers make passkeys on encrypted pages only, and on this machine's own. */
const originsOf = ({ name, host }: Site): string[] => [`https://${host}`, ...(name === 'localhost' ? [`http://${host}`] : [])];

/** Asks and hears passkeys (WebAuthn). What is to be signed is kept by the database: asked once, answered once, for a few minutes. */
export class Passkeys {
  readonly #db: Database;
  readonly #now: () => number;

  constructor(db: Database, now: () => number) {
    this.#db = db;
    this.#now = now;
  }

  /** What the browser needs to make a passkey for this person. */
  async askNew(whose: Whose, site: Site, email: string, known: readonly KeptPasskey[]): Promise<Json> {
    const options = await generateRegistrationOptions({
      rpName: RP_NAME,
      rpID: site.name,
      userName: email,
      userID: Uint8Array.from(Buffer.from(whose.user.replaceAll('-', ''), 'hex')),
      attestationType: 'none',
      excludeCredentials: known.filter(({ rp_id }) => rp_id === site.name).map(({ credential_id }) => ({ id: credential_id })),
      authenticatorSelection: { residentKey: 'discouraged', userVerification: 'required' },
    });
    await this.#keep(whose, 'add', options.challenge);
    return options as unknown as Json;
  }

  /** The passkey that was made. Throws WRONG_CODE when it does not answer what was asked here. */
  async made(whose: Whose, site: Site, answer: Json): Promise<Omit<KeptPasskey, 'id'>> {
    const challenge = await this.#taken(whose, 'add');
    const heard = await verifyRegistrationResponse({
      response: answer as unknown as RegistrationResponseJSON,
      expectedChallenge: challenge,
      expectedOrigin: originsOf(site),
      expectedRPID: site.name,
      requireUserVerification: true,
    }).catch(() => undefined);
    if (!heard?.verified) throw new ProblemError('WRONG_CODE', { say: 'This passkey could not be confirmed. Try again.' });
    const { credential } = heard.registrationInfo;
    return {
      credential_id: credential.id,
      public_key: Buffer.from(credential.publicKey),
      counter: String(credential.counter),
      transports: (credential.transports as Transport[] | undefined) ?? null,
      rp_id: site.name,
    };
  }

  /** What the browser needs to let this person use a passkey of this site; null when there is none here. */
  async askUse(whose: Whose, site: Site | null, known: readonly KeptPasskey[]): Promise<Json | null> {
    const here = known.filter(({ rp_id }) => rp_id === site?.name);
    if (!site || here.length === 0) return null;
    const options = await generateAuthenticationOptions({
      rpID: site.name,
      allowCredentials: here.map(({ credential_id }) => ({ id: credential_id })),
      userVerification: 'required',
    });
    await this.#keep(whose, 'sign_in', options.challenge);
    return options as unknown as Json;
  }

  /** Which passkey answered, and how often it says it was used; null when none of these did, or not what was asked. */
  async used(
    whose: Whose,
    site: Site | null,
    known: readonly KeptPasskey[],
    answer: Json,
  ): Promise<{ id: string; counter: number } | null> {
    const challenge = await this.#taken(whose, 'sign_in').catch(() => null);
    const { id } = (answer ?? {}) as { id?: unknown };
    const one = known.find(({ credential_id, rp_id }) => credential_id === id && rp_id === site?.name);
    if (challenge === null || !one || !site) return null;
    const heard = await verifyAuthenticationResponse({
      response: answer as unknown as AuthenticationResponseJSON,
      expectedChallenge: challenge,
      expectedOrigin: originsOf(site),
      expectedRPID: site.name,
      credential: { id: one.credential_id, publicKey: Uint8Array.from(one.public_key), counter: Number(one.counter) },
      requireUserVerification: true,
    }).catch(() => undefined);
    return heard?.verified ? { id: one.id, counter: heard.authenticationInfo.newCounter } : null;
  }

  async #keep({ facility, user }: Whose, purpose: 'sign_in' | 'add', challenge: string): Promise<void> {
    await this.#db.of(facility).query(
      `insert into passkey_questions (facility_id, user_id, purpose, challenge, expires_at) values ($1, $2, $3, $4, $5)
        on conflict (facility_id, user_id, purpose) do update set challenge = excluded.challenge, expires_at = excluded.expires_at`,
      [facility, user, purpose, challenge, new Date(this.#now() + ANSWER_MS)],
    );
  }

  /** The question that waits; from now on it waits no more. Throws WRONG_CODE. */
  async #taken({ facility, user }: Whose, purpose: 'sign_in' | 'add'): Promise<string> {
    // Locked, then emptied: of two answers at once, one finds nothing.
    const { rows } = await this.#db.of(facility).query<{ challenge: string }>(
      `update passkey_questions q set challenge = null from (select challenge from passkey_questions
          where facility_id = $1 and user_id = $2 and purpose = $3 and challenge is not null and expires_at > $4 for update) old
        where q.facility_id = $1 and q.user_id = $2 and q.purpose = $3 returning old.challenge`,
      [facility, user, purpose, new Date(this.#now())],
    );
    if (!rows[0]) throw new ProblemError('WRONG_CODE', { say: 'That took too long. Try again.' });
    return rows[0].challenge;
  }
}
