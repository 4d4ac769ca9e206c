import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** The system account that PostgreSQL runs under. */
export interface Account {
  uid: number;
  gid: number;
}

/** True when this process is root; PostgreSQL refuses to run as root, so another account is needed. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** The account `nobody` of this machine. An uid without a line in /etc/passwd would be refused by PostgreSQL. */
export function nobody(): Account {
  try {
    const line = readFileSync('/etc/passwd', 'utf8').match(/^nobody:[^:]*:(-?\d+):(-?\d+):/m);
    if (line) return { uid: Number(line[1]), gid: Number(line[2]) };
  } catch {
    // No such file: the number below is the usual one.
  }
  return { uid: 65_534, gid: 65_534 };
}

/** Whether the account may do `bits` (4 read, 2 write, 1 enter or run) with this one path, by its mode alone. */
export function may(account: Account, path: string, bits: number): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return false;
  const shift = stat.uid === account.uid ? 6 : stat.gid === account.gid ? 3 : 0;
  return ((stat.mode >> shift) & bits) === bits;
}

/** The first folder above (or at) `folder` that the account may not enter, or null when the way is open. */
export function closedFolder(account: Account, folder: string): string | null {
  const above: string[] = [];
  for (let at = folder; ; at = dirname(at)) {
    above.unshift(at);
    if (dirname(at) === at) break;
  }
  return above.find((path) => !may(account, path, 1)) ?? null;
}
