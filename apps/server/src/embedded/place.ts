import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import {
  chmod,
  chown,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { errorCode, errorLine, StartFailure } from '../start-failure.ts';
import { type Account, closedFolder, isRoot, nobody } from './account.ts';
import type { Binaries } from './binaries.ts';
import { run } from './run.ts';

/** Where the database lies when root starts us and the account of PostgreSQL may not enter the data folder. */
const SYSTEM_FOLDER = '/var/lib/plastic-surgeon-assistant';

/** The home of one embedded PostgreSQL. */
export interface Place {
  /** Holds the rest: `cluster/`, `secret.json` (0600), `port`, `log`. A real path. */
  home: string;
  /** PGDATA. */
  cluster: string;
  /** Who runs it; null: the account of this process. */
  account: Account | null;
  /** Passwords: of the superuser, of the owner of the database, of the role that the server works as. */
  secret: { admin: string; app: string; server: string };
  /** Whether this start made it. */
  isNew: boolean;
}

const secretFile = z.object({ admin: z.string().min(1), app: z.string().min(1), server: z.string().min(1) });

/**
 * Makes sure that a folder exists and can be written. A new one is closed to others, save that the account of PostgreSQL
 * may pass through when root owns it. Throws StartFailure.
 */
export async function writableFolder(folder: string): Promise<void> {
  try {
    if ((await mkdir(folder, { recursive: true })) !== undefined) await chmod(folder, isRoot() ? 0o711 : 0o700);
    const probe = join(folder, `.write-${process.pid}`);
    await writeFile(probe, '');
    await rm(probe);
  } catch (cause) {
    throw new StartFailure(
      `The data folder ${folder} cannot be written (${errorCode(cause) ?? errorLine(cause)}); give this account the right to write there, or set DATA_DIR to another folder.`,
      cause,
    );
  }
}

/** Chowns a tree. Symbolic links (there are none in a cluster but tablespaces) are left alone. */
async function chownTree(folder: string, account: Account): Promise<void> {
  await chown(folder, account.uid, account.gid);
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isSymbolicLink()) await chown(join(entry.parentPath, entry.name), account.uid, account.gid);
  }
}

/** The home's path: `<folder>/postgres`, or, behind a closed folder, one under /var/lib that `postgres` links to. */
export async function homeOf(folder: string, say: (line: string) => void): Promise<string> {
  const wanted = join(folder, 'postgres');
  const there = await lstat(wanted).catch(() => null);
  if (there?.isSymbolicLink()) {
    return realpath(wanted).catch((cause: unknown) => {
      throw new StartFailure(
        `${wanted} points to a folder that is gone; restore it, or remove the link to begin with an empty database.`,
        cause,
      );
    });
  }
  const real = join(await realpath(folder), 'postgres');
  const closed = isRoot() && !there ? closedFolder(nobody(), dirname(real)) : null;
  if (!closed) return real;
  const home = join(SYSTEM_FOLDER, createHash('sha256').update(real).digest('hex').slice(0, 16));
  await mkdir(SYSTEM_FOLDER, { recursive: true });
  await chmod(SYSTEM_FOLDER, 0o711);
  say(
    `PostgreSQL never runs as root, and its account may not enter ${closed}: the database goes to ${home}, linked from ${wanted}`,
  );
  return home;
}

/** Removes what starts that were killed in the middle of initdb have left. */
async function sweep(home: string): Promise<void> {
  const prefix = 'postgres.new-';
  for (const name of await readdir(dirname(home))) {
    if (!name.startsWith(prefix)) continue;
    try {
      process.kill(Number(name.slice(prefix.length)), 0);
    } catch {
      // An initdb that outlived its start may still write there: then the next start removes it.
      await rm(join(dirname(home), name), { recursive: true, force: true }).catch(() => undefined);
    }
  }
}

/**
 * Runs initdb beside the home and moves the result there in one rename: a start killed half way leaves no half database, and
 * of two starts at once the second takes what the first made.
 */
async function initialise(home: string, binaries: Binaries): Promise<void> {
  const account = isRoot() ? nobody() : null;
  const staging = join(dirname(home), `postgres.new-${process.pid}`);
  await rm(staging, { recursive: true, force: true });
  await mkdir(join(staging, 'cluster'), { recursive: true });
  const password = (): string => randomBytes(24).toString('hex');
  const secret = { admin: password(), app: password(), server: password() };
  const passwordFile = join(staging, 'password');
  await writeFile(passwordFile, secret.admin, { mode: 0o600 });
  await chmod(staging, account ? 0o711 : 0o700);
  await chmod(join(staging, 'cluster'), 0o700);
  if (account) {
    await chown(join(staging, 'cluster'), account.uid, account.gid);
    await chown(passwordFile, account.uid, account.gid);
  }
  const args = [
    `--pgdata=${join(staging, 'cluster')}`,
    '--username=postgres',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--data-checksums',
    '--auth=scram-sha-256',
    `--pwfile=${passwordFile}`,
  ];
  const { code, output } = await run(binaries.initdb, args, { account, cwd: staging });
  if (code !== 0) {
    await rm(staging, { recursive: true, force: true });
    const line = output.split('\n').find((text) => /error|fatal|could not|no space/i.test(text)) ?? output.split('\n')[0];
    throw new StartFailure(
      `The database could not be created in ${home} (${line?.trim()}); free disk space or choose another DATA_DIR.`,
    );
  }
  await rm(passwordFile);
  await writeFile(join(staging, 'secret.json'), JSON.stringify(secret), { mode: 0o600, flush: true });
  await rename(staging, home).catch(async (error: unknown) => {
    await rm(staging, { recursive: true, force: true });
    if (!existsSync(join(home, 'cluster'))) throw error;
  });
  if (process.platform !== 'win32') {
    const above = await open(dirname(home), 'r');
    await above.sync();
    await above.close();
  }
}

/** The account that owns an existing cluster. Root gives one that root owns to `nobody`. */
async function ownerOf(cluster: string): Promise<Account | null> {
  if (process.platform === 'win32') return null;
  const owner = await stat(cluster);
  if (!isRoot()) {
    if (owner.uid === process.getuid?.()) return null;
    throw new StartFailure(
      `The database in ${cluster} belongs to another account (uid ${owner.uid}); start with the account that made it, or set DATA_DIR to another folder.`,
    );
  }
  const account = owner.uid === 0 ? nobody() : { uid: owner.uid, gid: owner.gid };
  if (owner.uid === 0) await chownTree(cluster, account);
  const closed = closedFolder(account, dirname(cluster));
  if (closed)
    throw new StartFailure(
      `PostgreSQL's account (uid ${account.uid}) may not enter ${closed}; run "chmod o+x ${closed}" and start again.`,
    );
  return account;
}

/**
 * Finds the database below the data folder, or makes an empty one. Throws StartFailure when the folder cannot be used.
 */
export async function preparePlace(folder: string, binaries: Binaries, say: (line: string) => void): Promise<Place> {
  await writableFolder(folder);
  const home = await homeOf(folder, say);
  const cluster = join(home, 'cluster');
  await sweep(home);
  const isNew = !existsSync(home);
  if (isNew) {
    say('Creating the database (first start only)');
    await initialise(home, binaries);
  }
  const link = join(folder, 'postgres');
  if (!existsSync(link)) await symlink(home, link);
  const major = Number((await readFile(join(cluster, 'PG_VERSION'), 'utf8').catch(() => '')).trim());
  if (!major)
    throw new StartFailure(`${home} holds no PostgreSQL database; move it away to begin with an empty one, or restore it.`);
  if (major !== binaries.major) {
    throw new StartFailure(
      `The database in ${home} was made by PostgreSQL ${major} and this version carries ${binaries.major}; restore a backup into a new DATA_DIR.`,
    );
  }
  const account = await ownerOf(cluster);
  const file = join(home, 'secret.json');
  const secret = secretFile.safeParse(JSON.parse(await readFile(file, 'utf8').catch(() => 'null')));
  if (!secret.success)
    throw new StartFailure(
      `${file} is missing or damaged; restore it from a backup, the database cannot be opened without it.`,
    );
  return { home, cluster, account, secret: secret.data, isNew };
}
