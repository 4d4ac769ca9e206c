import { fileOf, homeScope, type RecordDef, recordOf } from '@psa/domain';
import { keyOf } from '../server/store.ts';
import { diskCopies } from './device.ts';
import { type Evidence, equal, short } from './evidence.ts';
import { reachOf } from './invariants-device.ts';

/** 18: whoever is in the archive is there wholly, since one commit: who is written about comes back, with all that is theirs. */
export function archivedWhole({ oracle }: Evidence): string[] {
  const wrong: string[] = [];
  const files = new Map(oracle.rows.map(({ kind, row }) => [keyOf(kind, row.id), fileOf(recordOf(kind) as RecordDef, row)]));
  const since = new Map<string, number>();
  for (const { kind, id, scope, seq, op } of oracle.entities) {
    const patient = files.get(keyOf(kind, id)) ?? null;
    if (patient === null || op !== 'U') continue;
    const there = homeScope(scope) !== scope;
    if (there !== oracle.archived.has(patient))
      wrong.push(`${kind} ${short(id)} is in ${scope}, its patient ${there ? 'not ' : ''}in the archive`);
    if (!there) continue;
    if ((since.get(patient) ?? seq) !== seq) wrong.push(`${kind} ${short(id)} was changed in the archive by ${seq}`);
    since.set(patient, seq);
  }
  return wrong;
}

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
