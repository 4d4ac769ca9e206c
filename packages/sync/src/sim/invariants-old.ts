import { recordOf } from '@psa/domain';
import type { NewGroup } from '../device/store.ts';
import { type Evidence, equal, short } from './evidence.ts';
import { byMutations } from './invariants-rows.ts';
import { newFieldsOf } from './kinds.ts';
import type { World } from './world.ts';

/** 22: an app of two versions back changes nothing in fields that it does not know. */
export function oldClearsNothing(e: Evidence): string[] {
  const wrong: string[] = [];
  for (const { before, after, applied, kind, key } of byMutations(e)) {
    const def = recordOf(kind);
    const old = applied.length > 0 && applied.every((a) => e.ledger.byMid.get(a.mutation.mid)?.made.old === true);
    if (!def || !before || !old) continue;
    for (const field of newFieldsOf(def)) {
      if (applied.some((a) => field in a.mutation.patch)) continue;
      if (!equal(before[field] ?? null, after[field] ?? null)) {
        wrong.push(`${key}.${field} was changed at v${after.row_version} by an app that does not know it`);
      }
    }
  }
  return wrong;
}

/** 22: an app of two versions back gets rid of everything it has saved, although it receives nothing any more. */
export function oldDrains(world: World): string[] {
  return world.devices.flatMap((device) => {
    const heard = world.server.deviceStates.get(device.id) !== 'revoked' && device.actor() !== undefined;
    if (!device.old || !heard) return [];
    const waits = [...device.disk.outbox.values()]
      .filter((o) => o.state === 'waiting')
      .map((o) => (JSON.parse(o.text) as NewGroup).group.group);
    return waits.map((group) => `device ${short(device.id)}, two versions back, cannot send group ${short(group)}`);
  });
}
