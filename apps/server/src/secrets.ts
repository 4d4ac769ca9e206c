import { createHmac, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode, StartFailure } from './start-failure.ts';

const KEY_BYTES = 32;

/**
 * The key that signs tokens: `<folder>/secrets/jwt.key` (0600), made of random bytes when it is missing. Without it everybody
 * signs in again; it never lies in the database. Throws StartFailure.
 */
export function tokenKey(folder: string): KeyObject {
  const secrets = join(folder, 'secrets');
  const file = join(secrets, 'jwt.key');
  try {
    if (mkdirSync(secrets, { recursive: true }) !== undefined) chmodSync(secrets, 0o700);
    if (!existsSync(file)) {
      // Whole or not at all: a start that is killed here leaves no half key.
      const draft = `${file}.${process.pid}`;
      writeFileSync(draft, randomBytes(KEY_BYTES).toString('base64url'), { mode: 0o600, flush: true });
      renameSync(draft, file);
    }
    const key = Buffer.from(readFileSync(file, 'utf8').trim(), 'base64url');
    if (key.length >= KEY_BYTES) return createSecretKey(key);
  } catch (cause) {
    throw new StartFailure(
      `The key in ${file} cannot be read or made (${errorCode(cause)}); let this account write there.`,
      cause,
    );
  }
  throw new StartFailure(`The key in ${file} is damaged; remove the file, and everybody signs in again.`);
}

/** The password of the role that the server works as in a PostgreSQL that is not ours: it follows from the key, so nothing is kept. */
export function serverPassword(key: KeyObject): string {
  return createHmac('sha256', key).update('password of psa_server').digest('hex');
}
