import type { AnyRow } from '@psa/domain';
import { crc32 } from '../crc32.ts';
import type { DeviceStore, NewGroup, SnapshotPage } from '../device/store.ts';
import type { Group, MutationResult, SnapshotHeader } from '../protocol.ts';

/** One storage of one device, empty and fresh, and what a test may do to it. */
export interface DeviceFixture {
  store: DeviceStore;
  /** Another opener of the same storage while the first goes on: a second tab. */
  other(): Promise<DeviceStore>;
  /** Closes every opener and opens the storage again: the app was ended and started. */
  reopen(): Promise<DeviceStore>;
  /** One page as it comes on the wire. */
  pack(rows: readonly AnyRow[]): Promise<Uint8Array>;
  /** Makes the kept outbox entry of this cseq unreadable, as a bad key or a broken disk would. */
  damage(cseq: number): Promise<void>;
  /** Ends the storage and removes what it left. */
  close(): Promise<void>;
}
export type OpenDevice = () => Promise<DeviceFixture>;

/** One case of the contract: a fresh fixture goes in, ContractBroken comes out when a promise is not kept. */
export interface DeviceCase {
  name: string;
  run(open: OpenDevice): Promise<void>;
}

/** Wraps a case so that its fixture is closed whatever happens. */
export function deviceCase(name: string, body: (f: DeviceFixture) => Promise<void>): DeviceCase {
  return {
    name,
    async run(open) {
      const fixture = await open();
      try {
        await body(fixture);
      } finally {
        await fixture.close();
      }
    },
  };
}

/** The nth id of a case: a valid UUID, sortable by n. */
export const nth = (n: number): string => `00000000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;
export const EPOCH = nth(0xe0);
const FACILITY = nth(0xf0);
export const AT = '2026-03-01T08:00:00.000Z';

const system = (id: string, version: number) => ({
  id,
  facility_id: FACILITY,
  created_by: null,
  updated_by: null,
  created_at: AT,
  updated_at: AT,
  deleted: false,
  row_version: version,
});

/** A server copy of a ward (scope ref). */
export const ward = (n: number, version = 1, name = `Ward ${n}`): AnyRow => ({
  ...system(nth(n), version),
  name,
  code: `W${n}`,
  aliases: null,
  beds: null,
  is_active: true,
});

/** A server copy of a patient (scope identity); fields that a store does not look at are left out. */
export const patient = (n: number, version = 1, phone: string | null = null): AnyRow => ({
  ...system(nth(n), version),
  hospital_number: `H${n}`,
  first_name: 'Test',
  last_name: `Patient ${n}`,
  phone,
});

/** A server copy of a conflict, which lives in the scope it names. */
export const conflict = (n: number, scope: 'ref' | 'identity' | 'clinical', version = 1): AnyRow => ({
  ...system(nth(n), version),
  scope,
  kind: 'patients',
  record_id: nth(1),
  status: 'Open',
});

/** The person whose devices may hold notices in these cases, and the scope of what is theirs. */
const PERSON = nth(0xa0);
export const PERSON_SCOPE = `user:${PERSON}`;

/** A server copy of a notice, which lives in the scope of the person it is for. */
export const notice = (n: number, version = 1): AnyRow => ({
  ...system(nth(n), version),
  user_id: PERSON,
  message: `Notice ${n}`,
});

/** A group of one edit on each of the given patients. */
export function edits(n: number, ...targets: number[]): NewGroup {
  const group: Group = {
    group: nth(0x10000 + n),
    device: nth(0xd0),
    author: nth(0xa0),
    epoch: EPOCH,
    mutations: targets.map((target, i) => ({
      mid: midOf(n, i),
      kind: 'patients',
      id: nth(target),
      op: 'edit',
      base: 1,
      patch: { phone: `0${n}` },
      at: AT,
    })),
  };
  return { group, body: JSON.stringify(group), sig: `sig ${n}`, saved_at: AT };
}
export const midOf = (n: number, i = 0): string => nth(0x20000 + n * 16 + i);

export const applied = (n: number, version: number, i = 0): MutationResult => ({
  mid: midOf(n, i),
  status: 'applied',
  version,
});
export const refused = (n: number, code = 'INVALID', i = 0): MutationResult => ({
  mid: midOf(n, i),
  status: 'refused',
  code,
  say: 'No.',
});
export const deferred = (n: number, i = 0): MutationResult => ({
  mid: midOf(n, i),
  status: 'deferred',
  code: 'PARENT_REFUSED',
});

/** A snapshot of a scope with the given pages, and the bytes of each. */
export async function snapshotOf(
  f: Pick<DeviceFixture, 'pack'>,
  scope: string,
  head: number,
  pages: { kind: string; rows: AnyRow[] }[],
  options: { snapshot?: string; epoch?: string } = {},
): Promise<{ header: SnapshotHeader; bytes: Uint8Array[] }> {
  const bytes = await Promise.all(pages.map((p) => f.pack(p.rows)));
  const header: SnapshotHeader = {
    snapshot: options.snapshot ?? `${scope}@${head}`,
    epoch: options.epoch ?? EPOCH,
    scope,
    head,
    pages: pages.map((p, n) => ({
      n,
      kind: p.kind,
      count: p.rows.length,
      bytes: bytes[n]?.length ?? 0,
      crc32: crc32(bytes[n] ?? new Uint8Array()),
    })),
  };
  return { header, bytes };
}

/** One page to be kept. */
export const pageOf = (n: number, bytes: Uint8Array | undefined): SnapshotPage => ({ n, bytes: bytes ?? new Uint8Array() });

/** Fetches a whole snapshot into a store. */
export async function takeSnapshot(
  store: DeviceStore,
  f: DeviceFixture,
  scope: string,
  head: number,
  pages: { kind: string; rows: AnyRow[] }[],
  options: { snapshot?: string; epoch?: string } = {},
): Promise<void> {
  const { header, bytes } = await snapshotOf(f, scope, head, pages, options);
  await store.beginSnapshot(header);
  const arrived = bytes.map((page, n) => pageOf(n, page));
  await store.putPages(scope, arrived);
  await store.endSnapshot(scope);
}

/** A device in the given epoch that holds `ref` and `identity` with patients 1 and 2 at cursor 10. */
export async function settled(f: DeviceFixture): Promise<DeviceStore> {
  await f.store.newEpoch(EPOCH, null);
  await takeSnapshot(f.store, f, 'ref', 10, [{ kind: 'wards', rows: [ward(21)] }]);
  await takeSnapshot(f.store, f, 'identity', 10, [{ kind: 'patients', rows: [patient(1), patient(2)] }]);
  return f.store;
}

/** `id@version` of the server copies of a kind, sorted. */
export async function copies(store: DeviceStore, kind: string): Promise<string[]> {
  return (await store.serverRows(kind)).map((r) => `${Number.parseInt(r.id.slice(-12), 16)}@${r.row_version}`).sort();
}
