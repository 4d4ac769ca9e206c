import type { Bytes } from './crypto.ts';

/** What a passkey can do here: an authenticator of this device that makes a secret of its own out of a salt (WebAuthn, extension `prf`). */
export interface Passkeys {
  /** Whether this browser may offer one. Whether its authenticator makes secrets shows only when one is made. */
  available(): Promise<boolean>;
  /** Makes one, and its secret of the salt; null when the person declined or the authenticator makes none. */
  create(
    who: { id: string; name: string; full_name: string },
    salt: Bytes,
  ): Promise<{ credential: Bytes; secret: Bytes } | null>;
  /** The secret again; null when the person declined. */
  secret(credential: Bytes, salt: Bytes): Promise<Bytes | null>;
}

/** Nothing is proved to the server by it, so what is signed does not matter. */
const challenge = (): Bytes => crypto.getRandomValues(new Uint8Array(32));

const bytesOf = (source: BufferSource): Bytes =>
  new Uint8Array(
    ArrayBuffer.isView(source)
      ? (source.buffer.slice(source.byteOffset, source.byteOffset + source.byteLength) as ArrayBuffer)
      : source,
  );

function secretIn(credential: Credential | null): Bytes | null {
  const results = (credential as PublicKeyCredential | null)?.getClientExtensionResults().prf?.results;
  return results ? bytesOf(results.first) : null;
}

async function secret(credential: Bytes, salt: Bytes): Promise<Bytes | null> {
  const answer = await navigator.credentials
    .get({
      publicKey: {
        challenge: challenge(),
        allowCredentials: [{ type: 'public-key', id: credential, transports: ['internal'] }],
        userVerification: 'required',
        extensions: { prf: { eval: { first: salt } } },
      },
    })
    .catch(() => null);
  return secretIn(answer);
}

/** The passkeys of this browser. */
export const browserPasskeys: Passkeys = {
  available: async () => {
    if (typeof PublicKeyCredential === 'undefined' || !navigator.credentials) return false;
    // A credential belongs to a name; an address has none.
    if (/^[\d.]+$|:/.test(location.hostname)) return false;
    return await PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable().catch(() => false);
  },
  create: async ({ id, name, full_name }, salt) => {
    const made = await navigator.credentials
      .create({
        publicKey: {
          challenge: challenge(),
          rp: { name: 'Plastic Surgeon Assistant' },
          user: { id: new TextEncoder().encode(id), name, displayName: full_name },
          pubKeyCredParams: [
            { type: 'public-key', alg: -7 },
            { type: 'public-key', alg: -257 },
          ],
          authenticatorSelection: {
            authenticatorAttachment: 'platform',
            userVerification: 'required',
            residentKey: 'discouraged',
          },
          extensions: { prf: { eval: { first: salt } } },
        },
      })
      .catch(() => null);
    if (!(made instanceof PublicKeyCredential)) return null;
    const credential = bytesOf(made.rawId);
    // Some authenticators tell the secret only when the passkey is used.
    const told = secretIn(made) ?? (made.getClientExtensionResults().prf?.enabled ? await secret(credential, salt) : null);
    return told && { credential, secret: told };
  },
  secret,
};
