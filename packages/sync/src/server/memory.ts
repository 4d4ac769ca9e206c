import { type AnyRow, RECORD_LIST, recordOf } from '@psa/domain';
import { digestOf } from '../digest.ts';
import type { Gone, KindDigest } from '../protocol.ts';
import { brokenBy } from './constraints.ts';
import { archivedIn, moveFile, patientsTouched } from './memory-archive.ts';
import type { Follow } from './memory-follow.ts';
import { load, type MemoryState, newState, overlay, scopeOf, stale, travels } from './memory-state.ts';
import {
  type Broken,
  type ChangesPage,
  type Effects,
  keyOf,
  type Life,
  type Loaded,
  type Need,
  NO_EFFECTS,
  type RowWrite,
  type ServerStore,
} from './store.ts';

/** Times a decision is made again when its insert meets a row or a mid that is there already. */
const LOST_RACES_MAX = 8;
/** Rows of others that change while a decision waits make it start over; one of them commits each time, so this ends. */
const RELOADS_MAX = 10_000;

export interface MemoryOptions {
  /** Life of this database, a UUID. */
  epoch: string;
  /** Called between the decision and its commit, so that others may commit in between. May throw: the server died. */
  beforeCommit?: (info: { facility: string; attempt: number; effects: Effects }) => Promise<void> | void;
  /** What triggers do beside the writes; without it nothing follows from a write. */
  follow?: Follow;
}

/**
 * A ServerStore in memory, with every promise that PostgreSQL keeps: for tests and for the simulation. A commit is one synchronous
 * step; what was loaded before and changed since is judged again.
 */
export class MemoryServerStore implements ServerStore {
  protected state: MemoryState;
  beforeCommit: MemoryOptions['beforeCommit'];
  readonly #follow: Follow | undefined;

  constructor(options: MemoryOptions) {
    this.state = newState(options.epoch);
    this.#follow = options.follow;
    this.beforeCommit = options.beforeCommit;
  }

  async transact(
    facility: string,
    need: Need,
    decide: (loaded: Loaded) => Effects,
  ): Promise<{ broken: Broken | null; effects: Effects }> {
    let lost = 0;
    const life = this.state.life.epoch;
    for (let attempt = 1; attempt <= RELOADS_MAX; attempt++) {
      const loaded = load(this.state, facility, need);
      const effects = decide(loaded);
      const early = this.atWrite(facility, effects);
      // A real transaction gives way at least once; without this, tests of races would race nothing.
      await Promise.resolve();
      await this.beforeCommit?.({ facility, attempt, effects });
      if (this.state.life.epoch !== life) throw new Error('the database was restored under this transaction');
      if (stale(this.state, facility, need, loaded)) continue;
      if (this.collides(effects)) {
        if (++lost >= LOST_RACES_MAX) throw new Error('the same id or mutation is there already');
        continue;
      }
      const writes = this.#follow?.filled(effects.writes, overlay(this.state, effects.writes)) ?? effects.writes;
      const after = overlay(this.state, writes);
      const broken = brokenBy(writes, after) ?? this.#follow?.broken(writes, after);
      if (broken) return { broken, effects: NO_EFFECTS };
      this.commit(facility, { ...effects, writes }, early);
      return { broken: null, effects };
    }
    throw new Error('others kept changing what this transaction had read');
  }

  /** Numbers are not taken here: a number taken at the write can be passed by a later one (S41). */
  protected atWrite(_facility: string, _effects: Effects): number | null {
    return null;
  }

  /** The number of a commit, as its last act. */
  protected atCommit(facility: string, _early: number | null): number {
    return (this.state.heads.get(facility) ?? 0) + 1;
  }

  protected collides(effects: Effects): boolean {
    const again = effects.mutations.some((e) => {
      const known = this.state.mutations.get(e.mutation.mid);
      return known !== undefined && known.result.status !== 'deferred';
    });
    return again || effects.writes.some((w) => w.before === null && this.state.rows.has(keyOf(w.kind, w.after.id)));
  }

  /** Everything of one transaction, in one step. */
  protected commit(facility: string, effects: Effects, early: number | null): void {
    const s = this.state;
    const moved = effects.writes.some((w) => travels(w.kind));
    const seq = moved ? this.atCommit(facility, early) : null;
    if (seq !== null) this.bringBack(facility, effects.writes, seq);
    for (const w of effects.writes) this.#write(facility, w, seq);
    const stored = (kind: string, id: string) => s.rows.get(keyOf(kind, id));
    const derived = this.#follow?.derived(effects.writes, stored, overlay(s, [])) ?? [];
    if (seq !== null) this.bringBack(facility, derived, seq);
    for (const w of derived) this.#write(facility, w, seq);
    for (const e of effects.mutations) s.mutations.set(e.mutation.mid, { ...e, facility, seq });
    for (const q of effects.quarantine) s.quarantine.set(q.mid, { ...q, facility });
    for (const c of effects.closed) {
      const held = s.quarantine.get(c.mid);
      if (held && (held.state === 'open' || held.state === 'deferred')) s.quarantine.set(c.mid, { ...held, state: c.state });
    }
    s.audit.push(...effects.audit.map((a) => ({ ...a, facility })));
    s.commits.push({ facility, seq, effects, derived });
    if (seq !== null) s.heads.set(facility, Math.max(seq, s.heads.get(facility) ?? 0));
  }

  #write(facility: string, w: Effects['writes'][number], seq: number | null): void {
    const s = this.state;
    const key = keyOf(w.kind, w.after.id);
    if (w.after.facility_id !== facility) throw new Error(`${key} belongs to another facility`);
    if (w.before !== null && !s.rows.has(key)) throw new Error(`${key} is to be changed and is not there`);
    // As a database would: what is kept shares nothing with what was handed over.
    const row = Object.freeze(JSON.parse(JSON.stringify(w.after)) as AnyRow);
    s.rows.set(key, { row, field_ver: w.field_ver });
    if (seq === null || !travels(w.kind)) return;
    const scope = this.scopeOf(w.kind, row);
    for (const [place, change] of recordOf(w.kind)?.scope === 'row' ? s.changes : []) {
      if (change.key === key && change.scope !== scope && change.op !== 'X') {
        s.changes.set(place, { ...change, op: 'X', seq, version: row.row_version });
      }
    }
    const op = row.deleted ? 'D' : 'U';
    s.changes.set(`${key}/${scope}`, { facility, key, kind: w.kind, id: row.id, scope, seq, op, version: row.row_version });
  }

  /** The scope that a row lies in now. */
  protected scopeOf(kind: string, row: AnyRow): string {
    return scopeOf(kind, row, this.state.archived);
  }

  /** Whoever is written about is in the archive no more, with all that is theirs, in the same commit (S71). */
  protected bringBack(facility: string, writes: readonly RowWrite[], seq: number): void {
    const s = this.state;
    for (const patient of patientsTouched(s, writes)) {
      if (!s.archived.has(patient)) continue;
      moveFile(s, facility, patient, seq, false);
    }
  }

  /** Moves all that is a patient's to the archive, in a commit of its own (S70). Whether it is time is for the caller to know. */
  archive(facility: string, patient: string): void {
    const s = this.state;
    // Whoever was retracted is shown to nobody.
    if (s.archived.has(patient) || s.rows.get(keyOf('patients', patient))?.row.deleted !== false) return;
    const seq = this.atCommit(facility, this.atWrite(facility, NO_EFFECTS));
    moveFile(s, facility, patient, seq, true);
    s.commits.push({ facility, seq, effects: NO_EFFECTS, derived: [], file: patient });
    s.heads.set(facility, Math.max(seq, s.heads.get(facility) ?? 0));
  }

  async head(facility: string): Promise<number> {
    return this.state.heads.get(facility) ?? 0;
  }

  get life(): Life {
    return this.state.life;
  }
  async epoch(_facility: string): Promise<Life> {
    return this.life;
  }

  async pull(facility: string, after: number, scopes: readonly string[], limit: number): Promise<ChangesPage> {
    const s = this.state;
    const changes = [...s.changes.values()]
      .filter((c) => c.facility === facility && c.seq > after && scopes.includes(c.scope))
      .sort((a, b) => a.seq - b.seq || (a.key < b.key ? -1 : 1));
    let end = Math.min(limit, changes.length);
    // Never inside a transaction: the rest of the last one comes along.
    while (end > 0 && end < changes.length && changes[end]?.seq === changes[end - 1]?.seq) end++;
    const rows: Record<string, AnyRow[]> = {};
    const gone: Gone[] = [];
    for (const c of changes.slice(0, end)) {
      const row = s.rows.get(c.key)?.row;
      if (c.op === 'U' && row) rows[c.kind] = [...(rows[c.kind] ?? []), row];
      else if (c.op === 'X' && recordOf(c.kind)?.scope !== 'row') gone.push([c.kind, c.id, 'X', c.version, c.scope]);
      else gone.push([c.kind, c.id, c.op === 'X' ? 'X' : 'D', c.version]);
    }
    const archived = archivedIn(changes.slice(0, end));
    const more = end < changes.length;
    const head = Math.max(after, s.heads.get(facility) ?? 0);
    return { rows, gone, archived, next: more ? (changes[end - 1]?.seq ?? after) : head, more };
  }

  async snapshot(facility: string, scope: string): Promise<{ head: number; kinds: { kind: string; rows: AnyRow[] }[] }> {
    return { head: this.state.heads.get(facility) ?? 0, kinds: this.#present(facility, [scope]) };
  }

  async digest(facility: string, scopes: readonly string[]): Promise<{ head: number; kinds: Record<string, KindDigest> }> {
    const kinds = this.#present(facility, scopes).map(({ kind, rows }) => [kind, digestOf(rows)] as const);
    return { head: this.state.heads.get(facility) ?? 0, kinds: Object.fromEntries(kinds) };
  }

  #present(facility: string, scopes: readonly string[]): { kind: string; rows: AnyRow[] }[] {
    const byKind = new Map<string, AnyRow[]>();
    for (const { kind, row } of this.rows(facility)) {
      if (row.deleted || !travels(kind) || !scopes.includes(this.scopeOf(kind, row))) continue;
      const list = byKind.get(kind) ?? [];
      byKind.set(kind, list);
      list.push(row);
    }
    const kinds = RECORD_LIST.map((def) => def.name);
    return kinds
      .filter((kind) => byKind.has(kind))
      .map((kind) => ({
        kind,
        rows: (byKind.get(kind) ?? []).sort((a, b) => (a.id < b.id ? -1 : 1)),
      }));
  }

  /** Every row of a facility, also retracted ones and those that never travel: for oracles. */
  rows(
    facility: string,
  ): { kind: string; row: AnyRow; field_ver: Readonly<Record<string, readonly [number, string | null]>> }[] {
    return [...this.state.rows].flatMap(([key, stored]) =>
      stored.row.facility_id === facility ? [{ kind: key.slice(0, key.indexOf('/')), ...stored }] : [],
    );
  }
  /** Every mutation that was answered, in the order of the first answers: for oracles. */
  mutationLog() {
    return [...this.state.mutations.values()];
  }
  /** Everything that was ever in quarantine, with its present state: for oracles. */
  quarantineLog() {
    return [...this.state.quarantine.values()];
  }
  auditLog() {
    return [...this.state.audit];
  }
  /** Every transaction in commit order, with its number (null when it wrote nothing that travels): for oracles. */
  commitLog() {
    return [...this.state.commits];
  }

  /** What a backup of this moment holds. */
  backup(): MemoryState {
    const s = this.state;
    return {
      ...s,
      rows: new Map(s.rows),
      changes: new Map(s.changes),
      archived: new Set(s.archived),
      heads: new Map(s.heads),
      mutations: new Map(s.mutations),
      quarantine: new Map(s.quarantine),
      audit: [...s.audit],
      commits: [...s.commits],
    };
  }

  /** Becomes what a backup holds, in a new life (S48). @param restoredTo the moment of the backup, ISO 8601 */
  restore(backup: MemoryState, epoch: string, restoredTo: string): void {
    this.state = backup;
    // A copy, so that the same backup can be restored again.
    const { epoch: before, earlier } = backup.life;
    const life = {
      epoch,
      restored_to: restoredTo,
      since: restoredTo,
      earlier: [...earlier, { epoch: before, until: restoredTo, restored_to: restoredTo }],
    };
    this.state = { ...this.backup(), life };
  }
}
