import type { Actor, AnyRow, Patch } from '@psa/domain';
import type { Wish } from '../device/groups.ts';
import type { SimDevice } from './device.ts';
import type { Theme } from './kinds.ts';
import type { Random } from './random.ts';

/** One person at one tab of one device, about to do something. */
export interface Scene {
  device: SimDevice;
  tab: number;
  random: Random;
  /** Nobody when the account is closed. */
  actor: Actor | undefined;
  /** Ids that several devices use for the same paper form. */
  shared: readonly string[];
  themes: readonly Theme[];
  /** Kinds that are not written in this world: where there are some, triggers are out of sight, and nothing is left to them. */
  without: ReadonlySet<string>;
  /** What the screen shows of a kind. */
  rows(kind: string): Promise<readonly AnyRow[]>;
}
export type Act = (s: Scene) => Promise<void>;

/** A value that nobody wrote before. */
export const fresh = (s: Scene, what: string): string => `${what} ${s.device.id.slice(-4)}.${s.device.counter++}`;
export const digits = (s: Scene): string => `0${s.random.between(700000000, 999999999)}`;

export const edit = (kind: string, row: AnyRow, patch: Patch): Wish => ({
  kind,
  id: row.id,
  op: 'edit',
  base: row.row_version,
  patch,
});
export const retraction = (kind: string, row: AnyRow): Wish => ({
  kind,
  id: row.id,
  op: 'retract',
  base: row.row_version,
  patch: {},
  reason: 'Entered twice.',
});
export const creation = (kind: string, id: string, patch: Patch): Wish => ({ kind, id, op: 'create', base: 0, patch });

/** A row of a kind; mostly one of a few that everybody works on. */
export async function busyRow(
  s: Scene,
  kind: string,
  fits: (row: AnyRow) => boolean = () => true,
): Promise<AnyRow | undefined> {
  const rows = (await s.rows(kind)).filter(fits);
  return s.random.pick(s.random.happens(70) ? rows.slice(0, 3) : rows);
}

/** Saves what the screen would offer this person; now and then also what it would not. */
export async function save(s: Scene, wishes: readonly Wish[], spoilt: Parameters<SimDevice['save']>[2] = null): Promise<void> {
  if (wishes.length === 0 || wishes.some((wish) => s.without.has(wish.kind))) return;
  if (s.device.mayAll(wishes) || s.random.happens(4)) await s.device.save(s.tab, wishes, spoilt);
}
