import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

export interface RunningProcess {
  pid: number;
  parent: number;
  /** The program with its arguments, or the title it gave itself. */
  command: string;
}

/** Every process of this machine that can be seen. */
export function runningProcesses(): RunningProcess[] {
  if (process.platform !== 'linux') {
    const lines = execFileSync('ps', ['-axwwo', 'pid=,ppid=,command='], { encoding: 'utf8' }).split('\n');
    return lines.flatMap((line) => {
      const [, pid, parent, command = ''] = line.match(/^\s*(\d+)\s+(\d+)\s+(.*)$/) ?? [];
      return pid === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), command }];
    });
  }
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      // The name in brackets may hold anything; what follows its last bracket is state and parent.
      const [, parent = '0'] = readFileSync(`/proc/${name}/stat`, 'utf8').match(/.*\) \w (\d+)/s) ?? [];
      return [{ pid: Number(name), parent: Number(parent), command }];
    } catch {
      // It ended meanwhile.
      return [];
    }
  });
}

/** The processes that `isRoot` names, with all that they started. */
export function withChildren(
  all: readonly RunningProcess[],
  isRoot: (one: RunningProcess) => boolean,
): readonly RunningProcess[] {
  const found = new Set(all.filter(isRoot));
  // A set that grows while it is walked is walked to its new end.
  for (const { pid } of found) for (const one of all) if (one.parent === pid) found.add(one);
  return [...found];
}

/** Kills these at once (kill -9); who has ended by itself is passed over. */
export function killAll(processes: readonly RunningProcess[]): void {
  for (const { pid } of processes) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended by itself.
    }
  }
}

/** Kills a whole process group at once (kill -9). @returns false when there is no such group, or no groups on this system. */
export function killGroup(leader: number | undefined): boolean {
  try {
    return leader !== undefined && process.kill(-leader, 'SIGKILL');
  } catch {
    return false;
  }
}
