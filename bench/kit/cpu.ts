import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

/** Linux counts CPU time in ticks of a hundredth of a second. */
const TICK_MS = 10;

function stat(pid: number | string): string[] | null {
  try {
    // The name in brackets may hold spaces; what follows it is plain.
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? null;
  } catch {
    return null;
  }
}

/** CPU time in ms that these processes and all their descendants have used, or null where the system does not tell. */
export function cpuMs(pids: readonly number[]): number | null {
  let entries: string[];
  try {
    entries = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return null;
  }
  const parents = new Map<number, { parent: number; ticks: number }>();
  for (const pid of entries) {
    const fields = stat(pid);
    if (!fields) continue;
    // After the name: state, ppid, …; from the 12th utime and stime, and those of children that have ended.
    const used = fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0);
    parents.set(Number(pid), { parent: Number(fields[1]), ticks: used });
  }
  const ours = (pid: number): boolean => {
    for (let at: number | undefined = pid; at !== undefined && at > 1; at = parents.get(at)?.parent) {
      if (pids.includes(at)) return true;
    }
    return false;
  };
  let ticks = 0;
  for (const [pid, { ticks: own }] of parents) if (ours(pid)) ticks += own;
  return ticks * TICK_MS;
}

/** Resident memory of a process in MB, or null where the system does not tell. */
export function residentMb(pid: number): number | null {
  try {
    const kb = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kb === undefined ? null : Math.round(Number(kb) / 1024);
  } catch {
    return null;
  }
}

/** A look so often, and this much CPU time between two of them counts as rest. */
const LOOK_EVERY_MS = 250;
const REST_CPU_MS = 20;
const LOOKS_MAX = 80;

/** Waits until this process and all it started do next to nothing, at most 20 s: databases tidy up after they have answered. */
export async function atRest(): Promise<void> {
  let before = cpuMs([process.pid]);
  for (let look = 0; look < LOOKS_MAX && before !== null; look++) {
    await setTimeout(LOOK_EVERY_MS);
    const now = cpuMs([process.pid]);
    if (now === null || now - before <= REST_CPU_MS) return;
    before = now;
  }
}
