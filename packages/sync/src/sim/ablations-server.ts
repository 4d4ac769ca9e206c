import type { AnyRow } from '@psa/domain';
import { type Effects, keyOf, type Loaded, type RowWrite, type ServerStore } from '../server/store.ts';
import { replaced } from './ablations-device.ts';
import { type FollowEnv, OpenMemoryStore } from './memory-database.ts';

/** Numbers as a `bigserial` column gives them: at the write. A transaction that commits later has the lower number. */
class NumberedAtWrite extends OpenMemoryStore {
  private taken = 0;
  protected override atWrite(): number {
    this.taken++;
    return this.taken;
  }
  protected override atCommit(_facility: string, early: number | null): number {
    return early ?? 0;
  }
}

/** A store whose decisions see something else, or write something else, than the right one's. */
const deciding =
  (act: (decide: (loaded: Loaded) => Effects, loaded: Loaded) => Effects) =>
  (real: ServerStore): ServerStore =>
    replaced(real, {
      transact: (facility, need, decide) => real.transact(facility, need, (loaded) => act(decide, loaded)),
    });

const dedupe = deciding((decide, loaded) => {
  const effects = decide({ ...loaded, known: new Map() });
  return { ...effects, mutations: effects.mutations.filter((e) => !loaded.known.has(e.mutation.mid)) };
});

const lww = deciding((decide, loaded) =>
  decide({ ...loaded, rows: new Map([...loaded.rows].map(([key, { row }]) => [key, { row, field_ver: {} }])) }),
);

const upsert = deciding((decide, loaded) => {
  const first = decide(loaded);
  const creates = first.mutations.filter((e) => e.mutation.op === 'create').map((e) => keyOf(e.mutation.kind, e.mutation.id));
  const there = new Map(
    creates.flatMap((key) => (loaded.rows.has(key) ? [[key, loaded.rows.get(key)?.row]] : [])) as [string, AnyRow][],
  );
  if (there.size === 0) return first;
  const effects = decide({ ...loaded, rows: new Map([...loaded.rows].filter(([key]) => !there.has(key))) });
  const writes = effects.writes.map((w) => ({ ...w, before: w.before ?? there.get(keyOf(w.kind, w.after.id)) ?? null }));
  return { ...effects, writes };
});

const halfGroup = deciding((decide, loaded) => {
  const effects = decide(loaded);
  const clashed = new Set(
    effects.writes
      .filter((w) => w.kind === 'sync_conflicts')
      .map((w) => keyOf(String(w.after.kind), String(w.after.record_id))),
  );
  if (clashed.size === 0) return effects;
  const halves: RowWrite[] = effects.mutations.flatMap(({ mutation: m }) => {
    const stored = loaded.rows.get(keyOf(m.kind, m.id));
    if (m.op !== 'edit' || !stored || stored.row.deleted || clashed.has(keyOf(m.kind, m.id))) return [];
    const after = { ...stored.row, ...m.patch, row_version: stored.row.row_version + 1 };
    return [{ kind: m.kind, before: stored.row, after, field_ver: stored.field_ver }];
  });
  return { ...effects, writes: [...effects.writes, ...halves] };
});

/** Every base counts as if no life had ended since it was read. */
const oldBase = (real: ServerStore): ServerStore =>
  replaced(real, {
    async epoch(facility) {
      const life = await real.epoch(facility);
      return { ...life, earlier: life.earlier.map((was) => ({ ...was, until: '9999' })) };
    },
  });

export const serverFaults = {
  oldBase,
  seq: (epoch: string, env: FollowEnv): OpenMemoryStore => new NumberedAtWrite(epoch, env),
  dedupe,
  lww,
  upsert,
  halfGroup,
};
