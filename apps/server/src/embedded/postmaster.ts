import { execFileSync, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, readlinkSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Binaries } from './binaries.ts';
import type { Place } from './place.ts';
import { cleanEnv } from './run.ts';

/** The log of the last starts is kept below this; a bigger one becomes `log.1`. */
const LOG_BYTES_MAX = 10_000_000;

export interface Running {
  pid: number;
  port: number;
  /** It says that it takes connections. */
  ready: boolean;
}

/** What PostgreSQL writes of itself into postmaster.pid, or null when there is no such file (or only the start of one). */
function readPidFile(cluster: string): Running | null {
  let lines: string[];
  try {
    lines = readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return null;
  }
  const pid = Math.abs(Number.parseInt(lines[0] ?? '', 10));
  if (!pid) return null;
  return { pid, port: Number.parseInt(lines[3] ?? '', 10) || 0, ready: lines[7]?.trim() === 'ready' };
}

/** Whether a live process of this number is a PostgreSQL of this cluster: numbers are used again, and zombies answer signals. */
export function isPostmaster(pid: number, cluster: string): boolean {
  if (process.platform === 'linux') {
    try {
      const state = readFileSync(`/proc/${pid}/stat`, 'utf8').match(/\) (\w)/)?.[1];
      return state !== 'Z' && readlinkSync(`/proc/${pid}/cwd`) === cluster;
    } catch {
      return false;
    }
  }
  if (process.platform === 'win32') {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  }
  try {
    const line = execFileSync('ps', ['-o', 'stat=,command=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return !line.startsWith('Z') && line.includes(cluster);
  } catch {
    return false;
  }
}

/** The PostgreSQL that runs on this cluster, started by us or left over by a start that was killed; null when there is none. */
export function runningPostmaster(cluster: string): Running | null {
  const file = readPidFile(cluster);
  return file && isPostmaster(file.pid, cluster) ? file : null;
}

/**
 * A stale postmaster.pid whose number now belongs to a stranger would keep PostgreSQL from starting for ever. The number of
 * the starting process is one that PostgreSQL knows to be stale; the rest of the file stays, as it guards the shared memory.
 */
function disownPidFile(cluster: string): void {
  const path = join(cluster, 'postmaster.pid');
  const file = readPidFile(cluster);
  if (!file || isPostmaster(file.pid, cluster)) return;
  writeFileSync(path, readFileSync(path, 'utf8').replace(/^-?\d+/, String(process.pid)));
}

/** A port of the loopback that is free now: the wished one if it is, else one that the system picks. */
export function freePort(wished: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error) => (wished === 0 ? reject(error) : resolve(freePort(0))));
    server.listen(wished, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

export interface Launched {
  port: number;
  /** Whether it has ended. */
  ended(): boolean;
  /** What it has logged since its launch. */
  log(): string;
}

/** Starts PostgreSQL on a place where none runs. It leads its own process group, so that a Ctrl-C reaches only us. */
export function launch(binaries: Binaries, place: Place, port: number, settings: Readonly<Record<string, string>>): Launched {
  disownPidFile(place.cluster);
  const logFile = join(place.home, 'log');
  let offset = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;
  if (offset > LOG_BYTES_MAX) {
    renameSync(logFile, `${logFile}.1`);
    offset = 0;
  }
  const all: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // Statements and the details of errors would put names of patients into the log.
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    ...settings,
  };
  const options = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const args = ['-D', place.cluster, '-p', String(port), ...options];
  const log = openSync(logFile, 'a', 0o600);
  const windows = process.platform === 'win32';
  // On Windows only pg_ctl gives up an administrator's rights, without which PostgreSQL would refuse to run.
  const child = windows
    ? spawn(
        binaries.pgCtl,
        [
          'start',
          '-W',
          '-D',
          place.cluster,
          '-o',
          args
            .slice(2)
            .map((arg) => `"${arg}"`)
            .join(' '),
        ],
        { cwd: place.home, env: cleanEnv(), stdio: ['ignore', log, log] },
      )
    : spawn(binaries.postgres, args, {
        ...place.account,
        cwd: place.home,
        env: cleanEnv(),
        stdio: ['ignore', log, log],
        detached: true,
      });
  closeSync(log);
  let ended = false;
  let refused = '';
  child.on('error', (error) => {
    refused = `FATAL:  ${error.message}`;
    ended = true;
  });
  child.on('exit', (code) => {
    // pg_ctl is done as soon as it has started the other.
    ended = !windows || code !== 0;
  });
  // The parent's end must not wait for it: main ends it, or leaves it to be found by the next start.
  child.unref();
  return {
    port,
    ended: () => ended,
    log: () => refused + readFileSync(logFile).subarray(offset).toString('utf8'),
  };
}

/** Sends a signal; a process that is gone is no error. */
export function signal(pid: number, name: 'SIGINT' | 'SIGQUIT'): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended by itself.
  }
}
