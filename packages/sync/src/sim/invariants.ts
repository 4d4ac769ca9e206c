import type { Copies, SimDevice } from './device.ts';
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
import { oldClearsNothing } from './invariants-old.ts';
import {
  exactlyOnce,
  groupAtomicity,
  groupsNeverMix,
  noDeleteOfUnseenEdit,
  noLostAcknowledgedWrite,
  noResurrectedDelete,
  noSilentOverwrite,
} from './invariants-rows.ts';
import { archivedWhole, movedChangesHands } from './invariants-scope.ts';
import { conflictAccounting, gapFreeSequence, poisonIsIsolated } from './invariants-server.ts';
import { onlyWithRights, signedStays } from './invariants-signed.ts';
import type { Oracle } from './oracle.ts';

/** Checked once, after the quiet time. Numbers as in docs/sync.md. */
export const AT_THE_END: readonly [invariant: number, check: (e: Evidence) => string[]][] = [
  [1, convergence],
  [2, noLostAcknowledgedWrite],
  [3, (e) => e.devices.flatMap((device) => noLostSave(device, e.ledger))],
  [4, exactlyOnce],
  [5, groupAtomicity],
  [6, (e) => e.devices.flatMap((device) => cursorNeverSkips(device, e.oracle))],
  [8, gapFreeSequence],
  [9, noResurrectedDelete],
  [10, noDeleteOfUnseenEdit],
  [11, noSilentOverwrite],
  [12, groupsNeverMix],
  [13, signedStays],
  [15, poisonIsIsolated],
  [15, refusedIsShown],
  [17, permissionNeverLeaks],
  [17, onlyWithRights],
  [18, movedChangesHands],
  [18, archivedWhole],
  [22, oldClearsNothing],
  [24, acknowledgedIsKnown],
  [25, liveness],
  [26, conflictAccounting],
];

type AtDevice = [invariant: number, check: (device: SimDevice, oracle: Oracle, copies: Copies) => string[]];

/** Checked at every step of a device at which copies moved. */
export const AT_EACH_STEP: readonly AtDevice[] = [
  [6, cursorNeverSkips],
  [17, nothingOutsideHeld],
];

/** Checked when a snapshot was cut, continued and ended, while others wrote: nothing is missing, nothing is too old. */
export const AFTER_A_SNAPSHOT: readonly AtDevice[] = [
  [19, cursorNeverSkips],
  [20, cursorNeverSkips],
  [17, nothingOutsideHeld],
];

/** Checked whenever a device has received all there was. */
export const WHEN_CAUGHT_UP: readonly AtDevice[] = [[14, causalOrder]];
