import { type Actor, type AnyRow, recordOf, SCOPES } from '@psa/domain';
import { CARRIED_ROWS_MAX, PROTOCOL_VERSION } from '../protocol.ts';
import { type Effects, keyOf, type Loaded, type RowWrite, type ServerStore } from '../server/store.ts';
import { replaced } from './ablations-device.ts';
import { newFieldsOf } from './kinds.ts';
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

/** A write about somebody in the archive leaves them there. */
class StaysAway extends OpenMemoryStore {
  protected override bringBack(): void {}
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

/** A retracted row looks as if it were not. */
const resurrect = deciding((decide, loaded) => {
  const rows = [...loaded.rows].map(([key, stored]) => [key, { ...stored, row: { ...stored.row, deleted: false } }] as const);
  return decide({ ...loaded, rows: new Map(rows) });
});

/** Only the fields that are sent are looked at, not those that change together with them. */
const mix = (real: ServerStore): ServerStore =>
  replaced(real, {
    transact: (facility, need, decide) =>
      real.transact(facility, need, (loaded) => {
        const sent = new Map<string, Set<string>>();
        for (const { mutation: m } of decide(loaded).mutations) {
          sent.set(keyOf(m.kind, m.id), new Set([...(sent.get(keyOf(m.kind, m.id)) ?? []), ...Object.keys(m.patch)]));
        }
        const rows = [...loaded.rows].map(([key, { row, field_ver }]) => {
          const fields = Object.entries(field_ver).filter(([field]) => sent.get(key)?.has(field) ?? true);
          return [key, { row, field_ver: Object.fromEntries(fields) }] as const;
        });
        return decide({ ...loaded, rows: new Map(rows) });
      }),
  });

/** A store whose effects are written otherwise than they were decided. */
const writing = (bend: (write: RowWrite, effects: Effects) => RowWrite | null) =>
  deciding((decide, loaded) => {
    const effects = decide(loaded);
    return { ...effects, writes: effects.writes.flatMap((write) => bend(write, effects) ?? []) };
  });

/** Nothing holds what was signed. */
const unlocked = deciding((decide, loaded) => {
  const masked = [...loaded.rows].map(([key, { row, field_ver }]) => {
    const locks = recordOf(key.slice(0, key.indexOf('/')))?.locks ?? [];
    const open = locks.filter(({ when }) => when.is.includes(true)).map(({ when }): [string, null] => [when.field, null]);
    return [key, { row: { ...row, ...Object.fromEntries(open) }, field_ver }] as const;
  });
  const effects = decide({ ...loaded, rows: new Map(masked) });
  const writes = effects.writes.map((w) => {
    const before = loaded.rows.get(keyOf(w.kind, w.after.id))?.row ?? w.before;
    const sent = effects.mutations.filter((e) => e.mutation.id === w.after.id).flatMap((e) => Object.keys(e.mutation.patch));
    const kept = (recordOf(w.kind)?.locks ?? []).map(({ when }) => when.field).filter((f) => before && !sent.includes(f));
    return { ...w, before, after: { ...w.after, ...Object.fromEntries(kept.map((f) => [f, before?.[f] ?? null])) } };
  });
  return { ...effects, writes };
});

const forgets = writing((write) =>
  write.kind === 'patients' && write.before
    ? { ...write, after: { ...write.after, phone: write.before.phone ?? null } }
    : write,
);

/** What an older app did not send counts as cleared. */
const clearsUnknown = writing((write, effects) => {
  const def = recordOf(write.kind);
  if (!def || !write.before || !effects.mutations.some((e) => e.schema < PROTOCOL_VERSION)) return write;
  const cleared = Object.fromEntries([...newFieldsOf(def)].map((field) => [field, null]));
  return { ...write, after: { ...write.after, ...cleared } };
});

const silentConflict = writing((write) => (write.kind === 'sync_conflicts' ? null : write));

const noQuarantine = deciding((decide, loaded) => ({ ...decide(loaded), quarantine: [] }));

/** What was wished earlier than the row was changed, by the clock of the device, counts as done already. */
const byClock = deciding((decide, loaded) => {
  const effects = decide(loaded);
  const late = (w: RowWrite) =>
    w.before !== null &&
    effects.mutations.some((e) => e.mutation.id === w.after.id && e.mutation.at < (w.before?.updated_at ?? ''));
  return { ...effects, writes: effects.writes.filter((w) => !late(w)) };
});

/** Whoever asks is sent everything. */
const leak = (real: ServerStore): ServerStore =>
  replaced(real, { pull: (facility, after, _scopes, limit) => real.pull(facility, after, SCOPES, limit) });

/** A live page is read for everybody, and sent as it is. */
const leakLive = (real: ServerStore): ServerStore =>
  replaced(real, {
    pull: (facility, after, scopes, limit) => real.pull(facility, after, limit === CARRIED_ROWS_MAX ? SCOPES : scopes, limit),
  });

/** Nobody is told that a row went elsewhere. */
const moved = (real: ServerStore): ServerStore =>
  replaced(real, {
    async pull(facility, after, scopes, limit) {
      const page = await real.pull(facility, after, scopes, limit);
      return { ...page, gone: page.gone.filter(([, , op]) => op !== 'X') };
    },
  });

/** A snapshot claims the commit that comes while it is made. */
const lateHead = (real: ServerStore): ServerStore =>
  replaced(real, {
    async snapshot(facility, scope) {
      const snapshot = await real.snapshot(facility, scope);
      return { ...snapshot, head: snapshot.head + 1 };
    },
  });

/** Authors keep for ever the rights that they had when the server first saw them. */
function oldRights(known: (user: string) => Actor | undefined): (user: string) => Actor | undefined {
  const first = new Map<string, Actor>();
  return (user) => {
    const actor = first.get(user) ?? known(user);
    if (actor) first.set(user, actor);
    return actor;
  };
}

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
  staysAway: (epoch: string, env: FollowEnv): OpenMemoryStore => new StaysAway(epoch, env),
  dedupe,
  lww,
  upsert,
  halfGroup,
  resurrect,
  mix,
  unlocked,
  forgets,
  clearsUnknown,
  silentConflict,
  noQuarantine,
  byClock,
  leak,
  leakLive,
  moved,
  lateHead,
  oldRights,
};
