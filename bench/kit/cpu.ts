import { readdirSync, readFileSync } from 'node:fs';

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

/** CPU time in ms that these processes and all their present descendants have used, or null where the system does not tell. */
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
    // After the name: state, ppid, …, utime and stime are the 12th and 13th.
    if (fields) parents.set(Number(pid), { parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) });
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
