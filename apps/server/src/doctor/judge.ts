import type { BackupState } from '../backup/state.ts';

export type Verdict = 'ok' | 'warning' | 'fault';

export interface Finding {
  /** Stable, for machines. */
  check: string;
  verdict: Verdict;
  say: string;
  /** What to do; absent when all is well. */
  advice?: string;
}

/** What was found out; null: it could not be. Judged without asking anything further. */
export interface Facts {
  node: string;
  /** `server_version_num`. */
  postgres: number;
  /** Migrations that are missing, by name; null: the ledger cannot be read. */
  pending: readonly string[] | null;
  embedded: boolean;
  loopback: boolean;
  /** The host the database is on is this machine. */
  databaseHere: boolean;
  encrypted: boolean;
  certificateDays: number | null;
  /** The database's clock less ours, milliseconds. */
  clockMs: number;
  /** Whether the system says that its clock follows a time server. */
  synchronised: boolean | null;
  disks: readonly { of: string; freeBytes: number; totalBytes: number }[];
  connections: { used: number; most: number };
  settings: Readonly<Record<string, string>>;
  missingExtensions: readonly string[];
  defaultPasswords: number;
  /** Secret files that others than their owner may read. */
  openSecrets: readonly string[];
  backup: (BackupState & { configured: boolean; sameDisk: boolean; s3: boolean }) | null;
  nowMs: number;
}

/** Less is not enough to recover with: PostgreSQL stops at none. */
const FREE_BYTES_LEAST = 1e9;
const FREE_SHARE_LEAST = 0.1;
const CLOCK_MS_MOST = 1_000;
const CLOCK_MS_FAULT = 60_000;
const CERTIFICATE_DAYS_LEAST = 21;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A nightly backup and half a day. */
const BACKUP_MS_MOST = 36 * HOUR_MS;
const LOG_MS_MOST = 15 * 60_000;
const VERIFIED_DAYS_MOST = 35;
const NODE_LEAST = [20, 19] as const;

const ok = (check: string, say: string): Finding => ({ check, verdict: 'ok', say });
const warning = (check: string, say: string, advice: string): Finding => ({ check, verdict: 'warning', say, advice });
const fault = (check: string, say: string, advice: string): Finding => ({ check, verdict: 'fault', say, advice });

/** Looks at everything and says what is not as it should be, and what to do. */
export function judge(facts: Facts): Finding[] {
  return [
    nodeVersion(facts),
    postgresVersion(facts),
    migrations(facts),
    line(facts),
    clock(facts),
    ...facts.disks.map(disk),
    pool(facts),
    ...durability(facts),
    extensions(facts),
    passwords(facts),
    secrets(facts),
    ...backups(facts),
  ];
}

/** 0: all is well; 1: something should be looked at; 2: something is wrong. */
export const exitOf = (findings: readonly Finding[]): 0 | 1 | 2 =>
  findings.some(({ verdict }) => verdict === 'fault') ? 2 : findings.some(({ verdict }) => verdict === 'warning') ? 1 : 0;

function nodeVersion({ node }: Facts): Finding {
  const [major = 0, minor = 0] = node.split('.').map(Number);
  if (major > NODE_LEAST[0] || (major === NODE_LEAST[0] && minor >= NODE_LEAST[1])) return ok('node', `Node ${node}`);
  return fault('node', `Node ${node} is too old`, `Install Node ${NODE_LEAST.join('.')} or newer.`);
}

function postgresVersion({ postgres }: Facts): Finding {
  const told = `PostgreSQL ${Math.floor(postgres / 10_000)}.${postgres % 10_000}`;
  return postgres >= 150_000 ? ok('postgresql', told) : fault('postgresql', `${told} is too old`, 'Use version 15 or newer.');
}

function migrations({ pending }: Facts): Finding {
  if (pending === null)
    return fault(
      'migrations',
      'The database is not set up, or by another version',
      'Run "psa migrate" with this version, or start the version that set it up.',
    );
  if (pending.length === 0) return ok('migrations', 'The database is up to date');
  return fault(
    'migrations',
    `${pending.length} migrations are missing, the first is ${pending[0]}`,
    'Make a backup, then run "psa migrate".',
  );
}

function line({ encrypted, databaseHere, certificateDays }: Facts): Finding {
  if (!encrypted)
    return databaseHere
      ? ok('tls', 'The database is on this machine; the line to it needs no encryption')
      : fault('tls', 'The line to the database is not encrypted', 'Turn on TLS at the database.');
  if (certificateDays === null) return ok('tls', 'The line to the database is encrypted and its certificate was checked');
  const days = Math.floor(certificateDays);
  const told = `The certificate of the database is good for ${days} more days`;
  return days >= CERTIFICATE_DAYS_LEAST
    ? ok('tls', told)
    : warning('tls', told, 'Renew it before then: without it the server cannot reach the database.');
}

function clock({ clockMs, synchronised }: Facts): Finding {
  const told = `The clocks of this machine and of the database differ by ${(Math.abs(clockMs) / 1000).toFixed(1)} s`;
  if (Math.abs(clockMs) > CLOCK_MS_FAULT)
    return fault(
      'clock',
      told,
      'Set both by a time server (timedatectl set-ntp true); times of doses and results depend on it.',
    );
  if (Math.abs(clockMs) > CLOCK_MS_MOST)
    return warning('clock', told, 'Let both follow a time server (timedatectl set-ntp true).');
  if (synchronised === false)
    return warning('clock', 'This machine follows no time server', 'Turn it on: timedatectl set-ntp true.');
  return ok('clock', told);
}

function disk({ of, freeBytes, totalBytes }: Facts['disks'][number]): Finding {
  const told = `${(freeBytes / 1e9).toFixed(1)} GB of ${(totalBytes / 1e9).toFixed(1)} GB are free for ${of}`;
  if (freeBytes < FREE_BYTES_LEAST) return fault('disk', told, 'Free space now: PostgreSQL stops when there is none.');
  if (freeBytes < FREE_SHARE_LEAST * totalBytes) return warning('disk', told, 'Free space, or give it a larger disk.');
  return ok('disk', told);
}

function pool({ connections: { used, most } }: Facts): Finding {
  const told = `${used} of ${most} connections to PostgreSQL are in use`;
  return used < 0.8 * most
    ? ok('connections', told)
    : warning('connections', told, 'Raise max_connections, or run fewer server processes.');
}

function durability({ settings, embedded, backup }: Facts): Finding[] {
  const found: Finding[] = [];
  if (settings.fsync !== 'on')
    found.push(
      fault('fsync', `fsync is ${settings.fsync}`, 'Set fsync = on: a power cut would otherwise damage the database.'),
    );
  if (settings.full_page_writes !== 'on')
    found.push(fault('full_page_writes', `full_page_writes is ${settings.full_page_writes}`, 'Set full_page_writes = on.'));
  if (settings.synchronous_commit === 'off')
    found.push(
      fault(
        'synchronous_commit',
        'synchronous_commit is off',
        'Set synchronous_commit = on: what was called saved could otherwise be lost.',
      ),
    );
  if (found.length === 0) found.push(ok('durability', 'A commit is on the disk before it is acknowledged'));
  if (embedded && backup?.configured && settings.archive_mode !== 'on')
    found.push(
      warning(
        'archive_mode',
        'The log of the database is not put aside',
        'Start the server again: it turns archiving on when BACKUP_TO is set.',
      ),
    );
  if (!embedded && settings.archive_mode === 'off')
    found.push(
      warning(
        'archive_mode',
        'archive_mode is off: this database can only be restored to the moments of its dumps',
        'Turn on archiving at the database (pgBackRest, or point-in-time recovery of your provider).',
      ),
    );
  return found;
}

const extensions = ({ missingExtensions }: Facts): Finding =>
  missingExtensions.length === 0
    ? ok('extensions', 'The extensions are there')
    : fault(
        'extensions',
        `Extensions are missing: ${missingExtensions.join(', ')}`,
        'Let the owner of the database run "psa migrate", or create them.',
      );

function passwords({ defaultPasswords, loopback }: Facts): Finding {
  if (defaultPasswords === 0) return ok('passwords', 'No account has a password for trying out');
  const told = `${defaultPasswords} accounts have a password that everybody knows`;
  const advice = 'Change or close them: psa user reset-password EMAIL, psa user close EMAIL.';
  return loopback
    ? warning('passwords', `${told}; the server listens on this machine only`, advice)
    : fault('passwords', `${told}, and HOST lets others in`, advice);
}

const secrets = ({ openSecrets }: Facts): Finding =>
  openSecrets.length === 0
    ? ok('secrets', 'Keys are readable by their owner only')
    : fault('secrets', `Others may read ${openSecrets.join(', ')}`, `Run: chmod 600 ${openSecrets.join(' ')}`);

function backups({ backup, embedded, nowMs }: Facts): Finding[] {
  if (!backup?.configured)
    return [
      warning(
        'backup',
        'No backups are made here',
        'Set BACKUP_TO and BACKUP_RECIPIENTS (docs/operations.md), unless your database is backed up otherwise.',
      ),
    ];
  const found: Finding[] = [];
  const at = embedded ? backup.base_at : backup.dump_at;
  const age = at === null ? null : nowMs - Date.parse(at);
  if (age === null) found.push(fault('backup', 'No backup was made yet', 'Run "psa backup" and look what it says.'));
  else if (age > BACKUP_MS_MOST)
    found.push(
      fault('backup', `The last backup is ${Math.floor(age / HOUR_MS)} hours old`, 'Run "psa backup" and look what it says.'),
    );
  else found.push(ok('backup', `The last backup is ${Math.floor(age / HOUR_MS)} hours old`));
  if (backup.error)
    found.push(
      warning(
        'backup_error',
        `At ${backup.error.at} a backup failed: ${backup.error.say}`,
        'Mend that, then run "psa backup".',
      ),
    );
  const log = backup.log_at === null ? null : nowMs - Date.parse(backup.log_at);
  if (embedded && log !== null && log > LOG_MS_MOST)
    found.push(
      warning(
        'backup_log',
        `The log of the database was last carried away ${Math.floor(log / 60_000)} minutes ago`,
        'Is the server running, and the backup place reachable?',
      ),
    );
  if (backup.sameDisk)
    found.push(
      warning(
        'backup_place',
        'Backups lie on the same disk as the database',
        'Name another disk, machine or store in BACKUP_TO.',
      ),
    );
  const verified = backup.verified_at === null ? null : Math.floor((nowMs - Date.parse(backup.verified_at)) / DAY_MS);
  if (verified === null || verified > VERIFIED_DAYS_MOST)
    found.push(
      warning(
        'restore',
        verified === null
          ? 'No backup was ever restored and compared'
          : `A backup was last restored and compared ${verified} days ago`,
        'Rehearse it: npm run rehearse -- restore --key FILE, once a month.',
      ),
    );
  else found.push(ok('restore', `A backup was restored and compared ${verified} days ago`));
  return found;
}
