import { recordOf } from '@psa/domain';
import { type Effects, keyOf, type Loaded, type MutationEntry, NO_EFFECTS, type ServerStore } from '@psa/sync';
import { type Entity, type Oracle, type SimDatabase, simulate } from '@psa/sync/sim';
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../testing/database.ts';
import { Database } from './database.ts';
import { createPool } from './pool.ts';
import { PgServerStore } from './store.ts';

let db: Awaited<ReturnType<typeof openDatabase>>;
let pool: pg.Pool;
let owner: pg.Pool;

beforeAll(async () => {
  db = await openDatabase();
  pool = createPool({ connectionString: db.serverUrl, max: 20 });
  owner = createPool({ connectionString: db.url, max: 4 });
});

afterAll(async () => {
  await pool.end();
  await owner.end();
  await db.drop();
});

type Commit = Oracle['commits'][number];

/** What is never sent takes no number, and stands in no list of changes. */
const travels = (kind: string): boolean => recordOf(kind)?.scope !== 'none';

/**
 * The commits: groups that shared a transaction are one. What a group wrote was logged with it, and the log's lines know their
 * transaction (a line that waited was rewritten by a later one: a final answer tells).
 */
function commitsOf(answered: readonly Effects[], transactions: ReadonlyMap<string, string>): Effects[] {
  const shared = new Map<string, Effects[]>();
  answered.forEach((effects, i) => {
    const final = effects.mutations.find((m) => m.result.status !== 'deferred');
    const key = (final && transactions.get(final.mutation.mid)) ?? `alone ${i}`;
    shared.set(key, [...(shared.get(key) ?? []), effects]);
  });
  return [...shared.values()].map(
    (members) =>
      (members.length === 1 && members[0]) || {
        writes: members.flatMap((m) => m.writes),
        mutations: members.flatMap((m) => m.mutations),
        quarantine: members.flatMap((m) => m.quarantine),
        closed: members.flatMap((m) => m.closed),
        audit: members.flatMap((m) => m.audit),
      },
  );
}

/** The commits in an order in which each finds the rows as it had read them: answers come back in nearly that order. */
function inCommitOrder(answered: readonly Effects[], moves: ReadonlyMap<Effects, string>): Commit[] {
  const versions = new Map<string, number>();
  const commits: Commit[] = [];
  let waiting = [...answered];
  for (let moved = true; moved && waiting.length > 0; ) {
    moved = false;
    const later: Effects[] = [];
    for (const effects of waiting) {
      const keyed = effects.writes.map((w) => ({ key: keyOf(w.kind, w.after.id), w }));
      if (!keyed.every(({ key, w }) => (versions.get(key) ?? 0) === (w.before?.row_version ?? 0))) later.push(effects);
      else {
        for (const { key, w } of keyed) versions.set(key, w.after.row_version);
        commits.push({ seq: null, effects });
        moved = true;
      }
    }
    waiting = later;
  }
  let seq = 0;
  return [...commits, ...waiting.map((effects) => ({ seq: null, effects }))].map(({ effects }) => ({
    seq: moves.has(effects) || effects.writes.some((w) => travels(w.kind)) ? ++seq : null,
    effects,
    ...(moves.has(effects) && { file: moves.get(effects) ?? '' }),
  }));
}

/** PostgreSQL under the simulation: every commit is noted on its way, everything else is read from the tables. */
async function database(facility: string): Promise<SimDatabase> {
  const real = new PgServerStore(new Database(pool));
  const answered: Effects[] = [];
  /** Commits that took a patient to the archive stand among the others. */
  const moves = new Map<Effects, string>();
  const store: ServerStore = {
    transact: async (of, need, decide) => {
      const done = await real.transact(of, need, decide);
      if (!done.broken) answered.push(done.effects);
      return done;
    },
    head: (of) => real.head(of),
    epoch: (of) => real.epoch(of),
    pull: (of, after, scopes, limit) => real.pull(of, after, scopes, limit),
    snapshot: (of, scope) => real.snapshot(of, scope),
    digest: (of, scopes) => real.digest(of, scopes),
  };
  const select = async <R>(text: string): Promise<R[]> => (await owner.query(text, [facility])).rows as R[];
  const rows = async (of: readonly { kind: string; id: string }[]): Promise<Oracle['rows']> => {
    const seen: { loaded?: Loaded } = {};
    await real.transact(facility, { mids: [], rows: of, among: [], quarantined: [] }, (loaded) => {
      seen.loaded = loaded;
      return NO_EFFECTS;
    });
    return [...(seen.loaded?.rows ?? [])].map(([key, { row }]) => ({ kind: key.slice(0, key.indexOf('/')), row }));
  };
  const unsent = () =>
    answered.flatMap((e) => e.writes.flatMap((w) => (travels(w.kind) ? [] : [{ kind: w.kind, id: w.after.id }])));
  return {
    store,
    real: true,
    archive: async (patient) => {
      const [row] = await rows([{ kind: 'patients', id: patient }]);
      if (!row || row.row.deleted) return;
      const db = new Database(pool).of(facility);
      const { rows: went } = await db.query<{ rows: number }>('select archive_patient($1, $2) as rows', [facility, patient]);
      if (!went[0]?.rows) return;
      const move = { ...NO_EFFECTS };
      moves.set(move, patient);
      answered.push(move);
    },
    oracle: async () => {
      const entities = await select<Entity>(
        'select kind, id, scope, seq::int as seq, op, version from sync_entity where facility_id = $1',
      );
      const mutations = await select<MutationEntry>(
        `select mutation, result, group_id as group, ordinal, device_id as device, cseq, author_id as author,
                clock_offset_ms, schema_version as schema
         from sync_mutation where facility_id = $1 order by received_at, ordinal`,
      );
      const logged = await select<{ mid: string; tx: string }>(
        'select mid, xmin::text as tx from sync_mutation where facility_id = $1',
      );
      const quarantine = await select<Oracle['quarantine'][number]>(
        'select mid, state, code, payload from sync_quarantine where facility_id = $1',
      );
      return {
        head: await real.head(facility),
        epoch: (await real.epoch(facility)).epoch,
        rows: await rows([...entities, ...unsent()]),
        mutations,
        quarantine,
        commits: inCommitOrder(commitsOf(answered, new Map(logged.map(({ mid, tx }) => [mid, tx]))), moves),
        entities,
        archived: new Set(
          (await select<{ id: string }>('select patient_id as id from archived_patients where facility_id = $1')).map(
            (r) => r.id,
          ),
        ),
        lives: [{ epoch: (await real.epoch(facility)).epoch, commits: 0 }],
      };
    },
  };
}

let groups = 0;

// Fewer days than in memory, with the same invariants: what differs is the database, and requests that really meet in it.
test.each(Array.from({ length: 12 }, (_, i) => i + 1))('day %i on PostgreSQL keeps every invariant', async (seed) => {
  const { violations, stats } = await simulate(seed, { database });
  expect(violations).toEqual([]);
  groups += stats.groups;
});

test('enough happens on these days to find something', () => {
  expect(groups).toBeGreaterThan(100);
});
