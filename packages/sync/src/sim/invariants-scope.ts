import { keyOf } from '../server/store.ts';
import { diskCopies } from './device.ts';
import { type Evidence, equal, short } from './evidence.ts';
import { reachOf } from './invariants-device.ts';

/** 18: a row that moved to another scope is gone from who holds only the old one, and with who holds the new one. */
export function movedChangesHands(e: Evidence): string[] {
  const wrong: string[] = [];
  const rows = new Map(e.oracle.rows.map(({ kind, row }) => [keyOf(kind, row.id), row]));
  const scopes = new Map<string, { left: Set<string>; now: Set<string> }>();
  for (const { kind, id, scope, op } of e.oracle.entities) {
    const key = keyOf(kind, id);
    const known = scopes.get(key) ?? { left: new Set(), now: new Set() };
    scopes.set(key, known);
    if (op === 'X') known.left.add(scope);
    if (op === 'U') known.now.add(scope);
  }
  for (const device of e.devices) {
    const reach = reachOf(e, device);
    if (reach === null || device.disk.held.length === 0) continue;
    const copies = diskCopies(device.disk);
    for (const [key, { left, now }] of scopes) {
      if (left.size === 0) continue;
      const may = reach.some((scope) => now.has(scope));
      const row = copies.get(key)?.row ?? null;
      if (!may && row !== null) wrong.push(`device ${short(device.id)} keeps ${key}, which left ${[...left].join(' and ')}`);
      if (may && !equal(row, rows.get(key)))
        wrong.push(`device ${short(device.id)} did not get ${key}, which came to ${[...now].join()}`);
    }
  }
  return wrong;
}
