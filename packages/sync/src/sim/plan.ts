import { THEMES, type Theme } from './kinds.ts';
import type { Weather } from './network.ts';
import { Random } from './random.ts';

/** What kind of bad day a seed makes. */
export interface Plan {
  devices: number;
  /** The first device has two tabs that both talk, as when a frozen one wakes. */
  twoTabs: boolean;
  minutes: number;
  /** What people mostly write, beside registering and admitting. */
  themes: readonly Theme[];
  weather: Weather;
  /** Per cent of store operations at which a tab ends. */
  crashes: number;
  /** Per cent of transactions that wait between decision and commit. */
  overlaps: number;
  restarts: number;
  /** The server is restored to an earlier point. */
  restore: boolean;
  roleChanges: number;
  /** Accounts that are closed; some are opened again. */
  closedAccounts: number;
  /** Conflicts that are moved to another scope by hand. */
  moves: number;
  /** Patients who go to the archive, and come back when somebody writes about them. */
  archived: number;
  /** A tab stands still for minutes in the middle of what it does. */
  freezes: number;
  /** A disk is full for minutes: every write on it fails. */
  fullDisks: number;
  /** The server is upgraded by two versions in the middle of the day; the last device is not. */
  oldClient: boolean;
  /** The last device's pushes never leave it until the quiet phase. */
  blockedPush: boolean;
  /** The last device is withdrawn at some moment of the day. */
  withdrawn: 'drain' | 'revoked' | null;
  clocks: 'true' | 'skewed' | 'jumping';
  /** Devices hear of changes by live events that carry them. */
  live: boolean;
}

/** Chance of what was added to days that are kept: drawn apart, so that the rest of them stays as it was. */
const LATER_STREAM = 8;

/** The plan of a seed: every kind of fault is left out in some, so that each is seen alone and together with others. */
export function planOf(seed: number): Plan {
  const r = new Random(seed, 1);
  // Of its own, so that the days without it stay as they were.
  const a = new Random(seed, 8);
  const some = (percent: number, most: number) => (r.happens(percent) ? r.between(1, most) : 0);
  // Few kinds on a day, so that several people work on the same rows.
  const themes = [...new Set([r.pick(THEMES), r.pick(THEMES)])].flatMap((theme) => theme ?? []);
  return {
    devices: r.pick([2, 2, 3, 3, 3, 4, 5]) ?? 3,
    twoTabs: r.happens(25),
    minutes: r.between(30, 70),
    themes,
    weather: {
      lostRequests: some(70, 15),
      lostReplies: some(70, 15),
      doubled: some(60, 15),
      slow: some(50, 10),
      cut: some(60, 25),
      turnedAway: some(30, 8),
    },
    crashes: r.happens(60) ? r.between(1, 10) / 10 : 0,
    overlaps: some(60, 40),
    restarts: some(30, 3),
    restore: r.happens(15),
    roleChanges: some(25, 3),
    closedAccounts: some(15, 2),
    moves: some(20, 3),
    archived: a.happens(40) ? a.between(1, 12) : 0,
    freezes: some(30, 6),
    fullDisks: some(25, 4),
    oldClient: r.happens(10),
    blockedPush: r.happens(15),
    withdrawn: r.happens(6) ? 'drain' : r.happens(6) ? 'revoked' : null,
    clocks: r.pick(['true', 'skewed', 'jumping'] as const) ?? 'true',
    live: new Random(seed, LATER_STREAM).happens(60),
  };
}
