import type { SimDevice } from './device.ts';
import type { Evidence } from './evidence.ts';
import {
  acknowledgedIsKnown,
  causalOrder,
  convergence,
  cursorNeverSkips,
  liveness,
  noLostSave,
  nothingOutsideHeld,
  permissionNeverLeaks,
  refusedIsShown,
} from './invariants-device.ts';
import {
  exactlyOnce,
  groupAtomicity,
  groupsNeverMix,
  noDeleteOfUnseenEdit,
  noLostAcknowledgedWrite,
  noResurrectedDelete,
  noSilentOverwrite,
} from './invariants-rows.ts';
import { conflictAccounting, gapFreeSequence, poisonIsIsolated } from './invariants-server.ts';
import type { Oracle } from './oracle.ts';

/** Checked once, after the quiet time. Numbers as in docs/sync.md. */
export const AT_THE_END: readonly [invariant: number, check: (e: Evidence) => string[]][] = [
  [1, convergence],
  [2, noLostAcknowledgedWrite],
  [3, (e) => e.devices.flatMap((device) => noLostSave(device, e.ledger))],
  [3, refusedIsShown],
  [4, exactlyOnce],
  [5, groupAtomicity],
  [6, (e) => e.devices.flatMap((device) => cursorNeverSkips(device, e.oracle))],
  [8, gapFreeSequence],
  [9, noResurrectedDelete],
  [10, noDeleteOfUnseenEdit],
  [11, noSilentOverwrite],
  [12, groupsNeverMix],
  [15, poisonIsIsolated],
  [17, permissionNeverLeaks],
  [24, acknowledgedIsKnown],
  [25, liveness],
  [26, conflictAccounting],
];

/** Checked at every step of a device at which copies moved. */
export const AT_EACH_STEP: readonly [invariant: number, check: (device: SimDevice, oracle: Oracle) => string[]][] = [
  [6, cursorNeverSkips],
  [19, nothingOutsideHeld],
];

/** Checked whenever a device has received all there was. */
export const WHEN_CAUGHT_UP: readonly [invariant: number, check: (device: SimDevice, oracle: Oracle) => string[]][] = [
  [14, causalOrder],
];
