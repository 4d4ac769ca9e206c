import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { StartFailure } from '../start-failure.ts';

/** How many backups are kept: the newest of each of the last days, weeks and months that have one. */
export interface Keep {
  days: number;
  weeks: number;
  months: number;
}

/** Any service that speaks S3. */
export interface S3Place {
  /** `https://host` of the service; the bucket is part of the path. */
  endpoint: string;
  region: string;
  bucket: string;
  /** Before every name; empty or ending with a slash. */
  prefix: string;
  accessKey: string;
  secretKey: string;
}

export interface BackupSettings {
  to: { folder: string } | { s3: S3Place };
  /** Public keys (age): who can open a backup. */
  recipients: readonly string[];
  /** Minutes after midnight UTC at which the server makes one. Null: it makes none by itself. */
  atMinute: number | null;
  keep: Keep;
  /** A change waits at most this long before it leaves the database's own folder (embedded PostgreSQL). */
  archiveSeconds: number;
}

const environment = z.object({
  BACKUP_TO: z.string().optional(),
  BACKUP_RECIPIENTS: z.string().optional(),
  BACKUP_AT: z
    .string()
    .regex(/^(([01]\d|2[0-3]):[0-5]\d|off)$/)
    .default('02:30'),
  BACKUP_KEEP: z
    .string()
    .regex(/^\d{1,3}d \d{1,3}w \d{1,3}m$/)
    .default('7d 5w 12m'),
  BACKUP_ARCHIVE_SECONDS: z
    .string()
    .regex(/^\d{1,5}$/)
    .transform(Number)
    .pipe(z.number().min(1).max(86_400))
    .default(60),
  BACKUP_S3_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  BACKUP_S3_REGION: z.string().default('us-east-1'),
  BACKUP_S3_ACCESS_KEY: z.string().optional(),
  BACKUP_S3_SECRET_KEY: z.string().optional(),
});

const EXPECTED: Record<keyof z.infer<typeof environment>, string> = {
  BACKUP_TO: 'a folder, such as BACKUP_TO=/mnt/backup/psa, or s3://bucket/prefix',
  BACKUP_RECIPIENTS: 'public keys as "psa backup --make-key FILE" prints them, separated by commas',
  BACKUP_AT: 'a time of the day in UTC, such as BACKUP_AT=02:30, or off',
  BACKUP_KEEP: 'how many are kept, such as BACKUP_KEEP="7d 5w 12m"',
  BACKUP_ARCHIVE_SECONDS: 'seconds from 1 to 86400',
  BACKUP_S3_ENDPOINT: 'the address of the store, such as BACKUP_S3_ENDPOINT=https://fra1.digitaloceanspaces.com',
  BACKUP_S3_REGION: 'the region of the store',
  BACKUP_S3_ACCESS_KEY: 'the access key of the store',
  BACKUP_S3_SECRET_KEY: 'the secret key of the store',
};

const RECIPIENT = /^age1[a-z0-9]{20,}$/;

/** Where backups go and how, as the environment says; null when it says nothing. Throws StartFailure. */
export function readBackupSettings(env: Readonly<Record<string, string | undefined>>): BackupSettings | null {
  // An empty setting is one that is not set, as a line NAME= of a file of settings means it.
  const given = Object.fromEntries(Object.entries(env).filter(([name, value]) => name in EXPECTED && value !== ''));
  const parsed = environment.safeParse(given);
  if (!parsed.success) {
    const name = String(parsed.error.issues[0]?.path[0] ?? '') as keyof typeof EXPECTED;
    throw new StartFailure(`${name} is not right; it should be ${EXPECTED[name]}.`);
  }
  const set = parsed.data;
  if (set.BACKUP_TO === undefined) return null;
  const recipients = (set.BACKUP_RECIPIENTS ?? '').split(/[,\s]+/).filter((word) => word !== '');
  if (recipients.length === 0 || !recipients.every((word) => RECIPIENT.test(word))) {
    throw new StartFailure(
      `BACKUP_RECIPIENTS is not right; backups are always encrypted, and it should be ${EXPECTED.BACKUP_RECIPIENTS}.`,
    );
  }
  const [days = 0, weeks = 0, months = 0] = (set.BACKUP_KEEP.match(/\d+/g) ?? []).map(Number);
  if (days < 1) throw new StartFailure('BACKUP_KEEP is not right; at least one day must be kept.');
  const [hour = 0, minute = 0] = set.BACKUP_AT.split(':').map(Number);
  return {
    to: placeOf(set),
    recipients,
    atMinute: set.BACKUP_AT === 'off' ? null : 60 * hour + minute,
    keep: { days, weeks, months },
    archiveSeconds: set.BACKUP_ARCHIVE_SECONDS,
  };
}

function placeOf(set: z.infer<typeof environment>): BackupSettings['to'] {
  const to = set.BACKUP_TO ?? '';
  const wrong = (name: keyof typeof EXPECTED) => new StartFailure(`${name} is not right; it should be ${EXPECTED[name]}.`);
  if (!to.startsWith('s3://')) {
    if (!isAbsolute(to)) throw wrong('BACKUP_TO');
    return { folder: to };
  }
  const [, bucket, prefix = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*?))?\/?$/.exec(to) ?? [];
  if (bucket === undefined) throw wrong('BACKUP_TO');
  if (set.BACKUP_S3_ENDPOINT === undefined) throw wrong('BACKUP_S3_ENDPOINT');
  if (set.BACKUP_S3_ACCESS_KEY === undefined) throw wrong('BACKUP_S3_ACCESS_KEY');
  if (set.BACKUP_S3_SECRET_KEY === undefined) throw wrong('BACKUP_S3_SECRET_KEY');
  return {
    s3: {
      endpoint: set.BACKUP_S3_ENDPOINT.replace(/\/$/, ''),
      region: set.BACKUP_S3_REGION,
      bucket,
      prefix: prefix === '' ? '' : `${prefix}/`,
      accessKey: set.BACKUP_S3_ACCESS_KEY,
      secretKey: set.BACKUP_S3_SECRET_KEY,
    },
  };
}
