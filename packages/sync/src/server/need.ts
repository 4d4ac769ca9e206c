import { keyOf, type Loaded, type Need, type RowWrite } from './store.ts';

const amongKey = (a: Need['among'][number]): string => `${a.kind}/${a.field}/${a.value}`;

/** Everything in which two transactions could meet. */
export function keysOf({ mids, rows, among, quarantined, ...others }: Need): string[] {
  // A new kind of need must be named here, or two could meet in it.
  others satisfies Record<string, never>;
  return [
    ...mids,
    ...rows.map((r) => keyOf(r.kind, r.id)),
    ...quarantined.map((q) => keyOf(q.kind, q.id)),
    ...among.map(amongKey),
  ];
}

/** The keys of these writes: of each row, and of the lists of such kinds and fields that it was in or is in now. */
export function touched(writes: readonly RowWrite[], lists: Need['among']): string[] {
  const fields = new Map<string, Set<string>>();
  for (const { kind, field } of lists) fields.set(kind, (fields.get(kind) ?? new Set()).add(field));
  return writes.flatMap(({ kind, before, after }) => [
    keyOf(kind, after.id),
    ...[...(fields.get(kind) ?? [])].flatMap((field) =>
      [before ?? after, after].map((row) => amongKey({ kind, field, value: String(row[field]) })),
    ),
  ]);
}

/** What several need, together. */
export const allOf = (needs: readonly Need[]): Need => ({
  mids: needs.flatMap(({ mids }) => mids),
  rows: needs.flatMap(({ rows }) => rows),
  among: needs.flatMap(({ among }) => among),
  quarantined: needs.flatMap(({ quarantined }) => quarantined),
});

/** What was loaded for one Need among several: what it would have been alone. */
export function viewOf(loaded: Loaded, need: Need): Loaded {
  const named = new Set(need.rows.map((r) => keyOf(r.kind, r.id)));
  const conflicts = loaded.conflicts.filter((c) => named.has(keyOf(String(c.kind), String(c.record_id))));
  const rows = [...named, ...conflicts.map((c) => keyOf('sync_conflicts', c.id))];
  return {
    known: pickFrom(loaded.known, need.mids),
    held: pickFrom(loaded.held, need.mids),
    rows: pickFrom(loaded.rows, rows),
    conflicts,
    among: pickFrom(loaded.among, need.among.map(amongKey)),
    quarantined: new Set(need.quarantined.map((q) => keyOf(q.kind, q.id)).filter((key) => loaded.quarantined.has(key))),
  };
}

function pickFrom<V>(all: ReadonlyMap<string, V>, keys: readonly string[]): Map<string, V> {
  const out = new Map<string, V>();
  for (const key of keys) {
    const value = all.get(key);
    if (value !== undefined) out.set(key, value);
  }
  return out;
}
