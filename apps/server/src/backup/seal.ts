import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { errorLine } from '../start-failure.ts';
import { BackupFailure } from './shelf.ts';

/** A new pair of keys: the secret one (`AGE-SECRET-KEY-1…`), and the public one that backups are sealed for (`age1…`). */
export async function makeKey(): Promise<{ secret: string; recipient: string }> {
  const secret = await generateX25519Identity();
  return { secret, recipient: await identityToRecipient(secret) };
}

/** The secret keys of a file as `psa backup --make-key` and `age-keygen` write it. Throws BackupFailure. */
export function secretsOf(text: string, file: string): string[] {
  const secrets = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('AGE-SECRET-KEY-'));
  if (secrets.length === 0) throw new BackupFailure(`${file} holds no secret key; it begins with AGE-SECRET-KEY-.`);
  return secrets;
}

function encrypter(recipients: readonly string[]): Encrypter {
  const made = new Encrypter();
  try {
    for (const recipient of recipients) made.addRecipient(recipient);
  } catch (cause) {
    throw new BackupFailure(`BACKUP_RECIPIENTS is not right (${errorLine(cause)}); copy the public key again.`, { cause });
  }
  return made;
}

function decrypter(secrets: readonly string[]): Decrypter {
  const made = new Decrypter();
  try {
    for (const secret of secrets) made.addIdentity(secret);
  } catch (cause) {
    throw new BackupFailure(`The secret key is not right (${errorLine(cause)}); copy it again.`, { cause });
  }
  return made;
}

const asWeb = (stream: Readable) => Readable.toWeb(stream) as unknown as globalThis.ReadableStream<Uint8Array>;
const asNode = (stream: globalThis.ReadableStream<Uint8Array>) =>
  Readable.fromWeb(stream as unknown as ReadableStream<Uint8Array>);

/** Seals a stream (age format, authenticated) for everybody who holds one of the secret keys. */
export async function sealStream(stream: Readable, recipients: readonly string[]): Promise<Readable> {
  return asNode(await encrypter(recipients).encrypt(asWeb(stream)));
}

/** Opens what `sealStream` sealed; the stream fails where anything was changed. Throws BackupFailure when no key fits. */
export async function openStream(stream: Readable, secrets: readonly string[]): Promise<Readable> {
  try {
    return asNode(await decrypter(secrets).decrypt(asWeb(stream)));
  } catch (cause) {
    throw new BackupFailure(
      `No key given opens this backup (${errorLine(cause)}); use the secret key that belongs to BACKUP_RECIPIENTS.`,
      {
        cause,
      },
    );
  }
}

export const seal = (bytes: Uint8Array, recipients: readonly string[]): Promise<Uint8Array> =>
  encrypter(recipients).encrypt(bytes);

export async function unseal(bytes: Uint8Array, secrets: readonly string[]): Promise<Uint8Array> {
  try {
    return await decrypter(secrets).decrypt(bytes);
  } catch (cause) {
    throw new BackupFailure(`A piece cannot be opened (${errorLine(cause)}): another key, or it was changed.`, { cause });
  }
}
