import { canonical } from '../contracts/must.ts';
import type { SimDevice } from './device.ts';
import type { Ledger } from './ledger.ts';
import type { Oracle } from './oracle.ts';
import { type Replay, replay } from './replay.ts';
import type { SimServer } from './server.ts';

/** Something that must never be seen. `invariant` is its number in docs/sync.md; 0: something threw. */
export interface Violation {
  invariant: number;
  say: string;
}

/** Everything an invariant may look at. */
export interface Evidence {
  oracle: Oracle;
  replay: Replay;
  ledger: Ledger;
  server: SimServer;
  devices: readonly SimDevice[];
  /** The server was restored from a backup at some time. */
  restored: boolean;
}

export function gather(parts: Omit<Evidence, 'replay'>): Evidence {
  return { ...parts, replay: replay(parts.oracle) };
}

export const equal = (a: unknown, b: unknown): boolean => canonical(a) === canonical(b);

/** Short forms for sentences. */
export const short = (id: string): string => id.slice(-6);
