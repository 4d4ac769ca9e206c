import { fileScopes, homeScope, recordOf, scopesOfActor } from '@psa/domain';
import type { NewGroup } from '../device/store.ts';
import { scopeOf } from '../server/memory-state.ts';
import { keyOf } from '../server/store.ts';
import { type Copies, diskCopies, type SimDevice } from './device.ts';
import { type Evidence, equal, short } from './evidence.ts';
import type { Ledger } from './ledger.ts';
import type { Oracle } from './oracle.ts';

const named = (device: SimDevice) => `device ${short(device.id)}`;

/** What the people of this device may hold now; null when nobody there has an account any more, so that it cannot be told. */
export function reachOf(e: Pick<Evidence, 'server'>, device: SimDevice): readonly string[] | null {
  const actor = e.server.people.get(device.user);
  if (!actor) return null;
  if ((e.server.deviceStates.get(device.id) ?? 'active') !== 'active') return [];
  const scopes = scopesOfActor(actor);
  return [...scopes, ...[...device.disk.files].flatMap((patient) => fileScopes(scopes, patient))];
}

/** 1: after a quiet time every device holds exactly what the server has for it. */
export function convergence(e: Evidence): string[] {
  const wrong: string[] = [];
  for (const device of e.devices) {
    const reach = reachOf(e, device);
    if (reach === null) continue;
    const held = new Map([...diskCopies(device.disk)].flatMap(([key, c]) => (c.row ? [[key, c.row] as const] : [])));
    for (const { kind, row } of e.oracle.rows) {
      if (row.deleted || !reach.includes(scopeOf(kind, row, e.oracle.archived))) continue;
      const key = keyOf(kind, row.id);
      if (!held.has(key)) wrong.push(`${named(device)} lacks ${key} v${row.row_version}`);
      else if (!equal(held.get(key), row))
        wrong.push(`${named(device)} holds ${key} v${held.get(key)?.row_version}, the server v${row.row_version}`);
      held.delete(key);
    }
    for (const key of held.keys()) wrong.push(`${named(device)} still holds ${key}`);
    if (device.reports.some((r) => r.differed.length > 0)) wrong.push(`${named(device)} found a checksum that differed`);
  }
  return wrong;
}

/** The groups on a disk, by where they are. */
function groupsOn(device: SimDevice): { outbox: Set<string>; acked: Set<string>; attention: Set<string> } {
  const read = (texts: Iterable<string>) => new Set([...texts].map((t) => (JSON.parse(t) as NewGroup).group.group));
  const { disk } = device;
  return {
    outbox: read([...disk.outbox.values()].map((o) => o.text)),
    acked: read(disk.acked.values()),
    attention: read(disk.attention.values()),
  };
}

/** 3: what was called saved is in the outbox, answered, or under attention; after any crash. */
export function noLostSave(device: SimDevice, ledger: Ledger): string[] {
  const { outbox, acked, attention } = groupsOn(device);
  // What a tab kept and could not tell any more because it crashed is kept all the same, and may not be lost from now on.
  for (const group of [...outbox, ...acked, ...attention]) {
    const made = ledger.groups.get(group);
    if (made) made.saved = true;
  }
  const mended = ledger.mended();
  const mine = [...ledger.groups.values()].filter((m) => m.device === device.id && m.saved);
  return mine
    .map((m) => m.group.group)
    .filter((g) => !outbox.has(g) && !acked.has(g) && !attention.has(g) && !mended.has(g))
    .map((g) => `${named(device)} lost group ${short(g)}`);
}

/** 3, 24: what a device was told is done is known to the server, also after it was restored from a backup. */
export function acknowledgedIsKnown(e: Evidence): string[] {
  const known = new Set(e.oracle.mutations.map((m) => m.mutation.mid));
  return e.devices.flatMap((device) => {
    const { acked } = groupsOn(device);
    return [...acked].flatMap((group) =>
      (e.ledger.groups.get(group)?.group.mutations ?? [])
        .filter((m) => !known.has(m.mid))
        .map((m) => `${named(device)} was told that ${short(m.mid)} is done, and the server does not know it`),
    );
  });
}

/** 15: what the server refused is under attention on its device until somebody mends it. */
export function refusedIsShown(e: Evidence): string[] {
  const mended = e.ledger.mended();
  const refused = new Set(e.oracle.mutations.filter((m) => m.result.status === 'refused').map((m) => m.group));
  return e.devices.flatMap((device) => {
    const { attention, outbox } = groupsOn(device);
    return [...e.ledger.groups.values()]
      .filter((m) => m.device === device.id && m.saved && refused.has(m.group.group))
      .map((m) => m.group.group)
      .filter((g) => !attention.has(g) && !outbox.has(g) && !mended.has(g))
      .map((g) => `${named(device)} does not show that group ${short(g)} was refused`);
  });
}

/** 6: a device at number c holds every row of its scopes whose last change has a number up to c, as it is. */
export function cursorNeverSkips(device: SimDevice, oracle: Oracle, copies: Copies = diskCopies(device.disk)): string[] {
  const { disk } = device;
  if (disk.cursor === null || disk.epoch !== oracle.epoch) return [];
  const wrong: string[] = [];
  for (const { kind, id, scope, seq, op, version } of oracle.entities) {
    if (seq > disk.cursor || !disk.held.includes(scope)) continue;
    const copy = copies.get(keyOf(kind, id));
    const row = copy?.row ?? null;
    if (op === 'U' && row?.row_version !== version) {
      wrong.push(
        `${named(device)} at ${disk.cursor} has ${kind} ${short(id)} v${row?.row_version ?? 'none'}; change ${seq} made it v${version}`,
      );
    }
    if (op === 'X' && row !== null && copy?.scope === scope)
      wrong.push(`${named(device)} at ${disk.cursor} has ${kind} ${short(id)} in ${scope}, which it left by ${seq}`);
    if (op === 'D' && row !== null)
      wrong.push(`${named(device)} at ${disk.cursor} still has ${kind} ${short(id)}, retracted by ${seq}`);
  }
  return wrong;
}

/** 14: no child without its parent once the device has caught up, unless the parent was retracted. */
export function causalOrder(device: SimDevice, oracle: Oracle, copies: Copies): string[] {
  // Retractions of a life that is over are not known any more.
  if (device.disk.epoch !== oracle.epoch) return [];
  const wrong: string[] = [];
  for (const [key, { kind, row }] of copies) {
    if (row === null) continue;
    for (const [field, { to, required }] of linksOf(kind)) {
      const parent = keyOf(to, String(row[field]));
      const held = device.disk.held.includes(recordOf(to)?.scope ?? '');
      if (!required || !held || copies.get(parent)?.row || wasRetracted(oracle, to, String(row[field]))) continue;
      wrong.push(`${named(device)} shows ${key} without ${parent}`);
    }
  }
  return wrong;
}

type Linked = [field: string, link: { to: string; required: boolean }];
const links = new Map<string, readonly Linked[]>();

function linksOf(kind: string): readonly Linked[] {
  const known = links.get(kind);
  if (known) return known;
  const found = Object.entries(recordOf(kind)?.fields ?? {}).flatMap(([field, { to, required }]): Linked[] =>
    to === undefined ? [] : [[field, { to, required }]],
  );
  links.set(kind, found);
  return found;
}

const wasRetracted = (oracle: Oracle, kind: string, id: string): boolean =>
  oracle.mutations.some((m) => m.mutation.op === 'retract' && m.mutation.kind === kind && m.mutation.id === id);

/** 17: nothing lies on a disk outside its held scopes, and without a cursor nothing counts as held. */
export function nothingOutsideHeld(device: SimDevice, _oracle: Oracle, copies: Copies): string[] {
  const { disk } = device;
  const wrong: string[] = [];
  if (disk.cursor === null && disk.held.length > 0) wrong.push(`${named(device)} holds scopes without a cursor`);
  for (const [key, { kind, row, scope }] of copies) {
    const lies = row && scope !== null && disk.held.includes(scope) && homeScope(scope) === scopeOf(kind, row);
    if (row && !lies) wrong.push(`${named(device)} keeps ${key} of a scope it does not hold`);
  }
  return wrong;
}

/** 17: after contact a device holds no scope that its person may not have. */
export function permissionNeverLeaks(e: Evidence): string[] {
  return e.devices.flatMap((device) => {
    const reach = reachOf(e, device);
    if (reach === null) return [];
    return device.disk.held.filter((s) => !reach.includes(s)).map((s) => `${named(device)} still holds ${s}`);
  });
}

/** Requests that synchronisations may take on average, with pages of seven rows and snapshots of nine scopes: three are usual. */
const REQUESTS_PER_SYNC_MAX = 20;

/** 25: a quiet network empties every outbox, and nobody storms the server. */
export function liveness(e: Evidence): string[] {
  const waiting = e.oracle.quarantine.some((q) => q.state === 'open' || q.state === 'deferred');
  return e.devices.flatMap((device) => {
    // A stolen device, or one without anybody who has an account, is not listened to: what it has not sent stays on it.
    const heard = e.server.deviceStates.get(device.id) !== 'revoked' && reachOf(e, device) !== null;
    const left = heard ? [...device.disk.outbox.values()] : [];
    const wrong: string[] = [];
    if (left.some((o) => o.state === 'waiting')) wrong.push(`${named(device)} still has ${left.length} groups to send`);
    if (left.some((o) => o.state === 'deferred') && !waiting)
      wrong.push(`${named(device)} waits for something that nobody holds`);
    const requests = device.tabs.reduce((sum, t) => sum + t.link.requests, 0);
    if (requests > REQUESTS_PER_SYNC_MAX * (device.syncs + 1))
      wrong.push(`${named(device)} made ${requests} requests in ${device.syncs} rounds`);
    return wrong;
  });
}
