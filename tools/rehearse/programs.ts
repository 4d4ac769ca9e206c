import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const FOLDERS = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/usr/local/sbin'];

/** The path of a program of the system. Throws with the command that installs it. */
export function program(name: string, install: string): string {
  const found = FOLDERS.map((folder) => join(folder, name)).find((path) => existsSync(path));
  if (found === undefined) throw new Error(`${name} is not installed here: ${install}`);
  return found;
}

/** The folder of the newest PostgreSQL server programs that the system has. Throws with the command that installs them. */
export function postgresPrograms(): string {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root)
    ? readdirSync(root)
        .map(Number)
        .filter(Boolean)
        .sort((a, b) => b - a)
    : [];
  const bin = versions
    .map((version) => join(root, String(version), 'bin'))
    .find((path) => existsSync(join(path, 'pg_basebackup')));
  if (bin === undefined)
    throw new Error('The programs of a PostgreSQL server are not installed here: apt-get install postgresql');
  return bin;
}

/** Runs a program to its end. @returns exit code and all that it printed */
export function run(
  path: string,
  args: readonly string[],
  options: { uid?: number; gid?: number; cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    let output = '';
    const child = spawn(path, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    const take = (chunk: Buffer): void => {
      output += chunk.toString('utf8');
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}
