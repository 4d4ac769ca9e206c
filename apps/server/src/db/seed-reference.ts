import { randomBytes } from 'node:crypto';
import { type AnyRow, uuidv7 } from '@psa/domain';
import { contentOf, differences, type ReferenceKind } from '@psa/domain/reference';
import cme from '@psa/domain/reference/cme.json' with { type: 'json' };
import consumables from '@psa/domain/reference/consumables.json' with { type: 'json' };
import drugs from '@psa/domain/reference/drugs.json' with { type: 'json' };
import labs from '@psa/domain/reference/labs.json' with { type: 'json' };
import procedures from '@psa/domain/reference/procedures.json' with { type: 'json' };
import {
  type Shipped,
  type ShippedEntry,
  shippedCme,
  shippedConsumables,
  shippedDrugs,
  shippedLabs,
  shippedProcedures,
} from '@psa/domain/reference/shipped';
import { GROUP_MUTATIONS_MAX, type Group, PROTOCOL_VERSION, pushGroup } from '@psa/sync';
import type pg from 'pg';
import { Database } from './database.ts';
import { seedId } from './seed.ts';
import { PgServerStore } from './store.ts';

/** Held while a release is merged, so that servers starting together bring it once. */
const LOCK = 7_229_003;

/** The reference data as shipped with this build. */
export const SHIPPED: readonly Shipped[] = [
  shippedDrugs(drugs),
  shippedLabs(labs),
  shippedProcedures(procedures),
  shippedConsumables(consumables),
  shippedCme(cme),
];

/**
 * What a release adds to the versions that are there: a version of each entry that is new, or says something else than the newest shipped one; and one
 * that says "no longer used" of each entry that it no longer has. Where a newer release has been, nothing. Pure.
 */
function additions({ release, kinds, entries }: Shipped, rows: (kind: ReferenceKind) => readonly AnyRow[]): ShippedEntry[] {
  return kinds.flatMap((kind): ShippedEntry[] => {
    const newest = new Map<string, AnyRow>();
    for (const row of rows(kind)) {
      const key = String(row.entry_key);
      if (row.shipped === true && Number(row.release) >= Number(newest.get(key)?.release ?? 0)) newest.set(key, row);
    }
    const mine = entries.filter((entry) => entry.kind === kind);
    const brought = mine.filter(({ key, content }) => {
      const known = newest.get(key);
      return !known || (Number(known.release) < release && differences(kind, known, content).length > 0);
    });
    if ([...newest.values()].some((row) => Number(row.release) > release)) return [];
    const gone = [...newest.values()].filter(
      (row) => row.withdrawn !== true && Number(row.release) < release && !mine.some(({ key }) => key === row.entry_key),
    );
    return [...brought, ...gone.map((row) => withdrawn(kind, row))];
  });
}

function withdrawn(kind: ReferenceKind, row: AnyRow): ShippedEntry {
  const content = Object.fromEntries(contentOf(kind).map((field) => [field, row[field] ?? null]));
  return { kind, key: String(row.entry_key), content: { ...content, withdrawn: true } };
}

interface Author {
  facility: string;
  admin: string;
  now: string;
}

/** One group of versions, through the one way in. */
async function write(store: PgServerStore, release: number, entries: readonly ShippedEntry[], by: Author): Promise<void> {
  const newId = () => uuidv7(Date.parse(by.now), randomBytes);
  const group: Group = {
    group: newId(),
    device: seedId(by.facility, 'server'),
    author: by.admin,
    epoch: null,
    mutations: entries.map(({ kind, key, content }) => ({
      mid: seedId(by.facility, `mutation ${kind} ${key} ${release}`),
      kind,
      id: seedId(by.facility, `${kind} ${key} ${release}`),
      op: 'create',
      base: 0,
      at: by.now,
      patch: { ...content, entry_key: key, release, edit: 0, shipped: true },
    })),
  };
  const { results, crash } = await pushGroup(store, group, {
    actor: { user_id: by.admin, facility_id: by.facility, role: 'super_admin' },
    origin: 'server',
    device: null,
    cseq: null,
    now: by.now,
    clock_offset_ms: null,
    schema: PROTOCOL_VERSION,
    newId,
    address: null,
    user_agent: null,
    baseIsCurrent: true,
  });
  const at = results.findIndex(({ status, code }) => status !== 'applied' && code !== 'GROUP_REFUSED');
  if (at !== -1)
    throw new Error(
      `The shipped reference could not be merged: ${entries[at]?.key}: ${results[at]?.say ?? results[at]?.status}`,
      {
        cause: crash ?? results[at],
      },
    );
}

/**
 * Brings the shipped reference data into the records of a hospital, release by release. Safe to run at every start, by several servers, of several
 * releases, and after an interruption. What was edited or reviewed here is never touched: a newer release stands beside it, and people decide
 * (docs/decisions/0031-reference-data-as-versioned-records.md).
 * @returns how many versions were added; null where nobody may be named as their author: the hospital has no administrator yet.
 */
export async function seedReference(
  pool: pg.Pool,
  facility: string,
  shipped: readonly Shipped[] = SHIPPED,
  now = () => Date.now(),
): Promise<number | null> {
  const store = new PgServerStore(new Database(pool));
  const guard = await pool.connect();
  let added = 0;
  try {
    await guard.query('begin');
    await guard.query('select pg_advisory_xact_lock($1)', [LOCK]);
    const found = await Promise.all([store.snapshot(facility, 'ref'), store.snapshot(facility, 'authoring')]);
    const rows = (kind: string) => found.flatMap(({ kinds }) => kinds.find((one) => one.kind === kind)?.rows ?? []);
    const admin = rows('users').find(({ role, is_active }) => role === 'super_admin' && is_active === true)?.id;
    if (admin !== undefined) {
      for (const file of shipped) {
        const entries = additions(file, rows);
        for (let at = 0; at < entries.length; at += GROUP_MUTATIONS_MAX) {
          const by = { facility, admin, now: new Date(now()).toISOString() };
          await write(store, file.release, entries.slice(at, at + GROUP_MUTATIONS_MAX), by);
        }
        added += entries.length;
      }
    }
    await guard.query('commit');
    guard.release();
    return admin === undefined ? null : added;
  } catch (error) {
    await guard.query('rollback').then(
      () => guard.release(),
      (lost: Error) => guard.release(lost),
    );
    throw error;
  }
}
