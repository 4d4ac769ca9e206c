import { type Actor, type AnyRow, type Json, type Patch, ProblemError, type RecordDef, recordOf, UUID } from '@psa/domain';
import { GROUP_MUTATIONS_MAX, type Made } from '@psa/sync';
import type { Target } from '../db/target.ts';
import { type Wish, writeAll } from '../db/write.ts';
import { carriedFields, contentOf, LEFT, SHARED } from './format.ts';
import type { Line } from './open.ts';
import { type KindReport, TakeReport } from './report.ts';

export interface Taking {
  lines: AsyncIterable<Line>;
  target: Target;
  /** On whose authority, and into which facility. */
  actor: Actor;
  /** The facility that the file is of. Another than the actor's: the people of the file come without approval. */
  from: string;
  /** Told after each part of a kind. */
  progress?(kind: string, done: number): void;
  signal?: AbortSignal;
}

/** A row of the file as it is meant to be here. */
interface Meant {
  at: number;
  row: AnyRow;
}

const FROM = { address: '127.0.0.1', agent: 'psa import' };

/**
 * Takes the rows of an export into a facility through the one way in: kinds in the order of the file, as many rows a transaction as a group
 * holds, and where a group is refused, its halves, down to the one row that is. What is here already under its id is left as it is, so a
 * second run changes nothing and one that was stopped goes on. Rejects when the database does; what was told before is written.
 */
export async function takeIn(taking: Taking): Promise<TakeReport> {
  const run = new Run(taking);
  let kind: KindRun | undefined;
  for await (const line of taking.lines) {
    if (taking.signal?.aborted) break;
    if (kind?.name !== line.kind) {
      await kind?.end();
      kind = await run.kind(line.kind);
    }
    await kind.line(line);
  }
  await kind?.end();
  return run.report;
}

class Run {
  readonly report = new TakeReport();
  readonly taking: Taking;
  /** Ids of the file that are another here, by kind. */
  readonly #ids = new Map<string, Map<string, string>>();

  constructor(taking: Taking) {
    this.taking = taking;
  }

  async kind(name: string): Promise<KindRun> {
    const here = new Map<string, string>();
    const def = recordOf(name);
    if (def && SHARED.includes(def)) for (const row of await this.taking.target.all(name)) note(here, def, row);
    return new KindRun(this, name, def, here);
  }

  same(kind: string, there: string, here: string): void {
    const of = this.#ids.get(kind) ?? new Map<string, string>();
    of.set(there, here);
    this.#ids.set(kind, of);
  }

  id(kind: string, there: Json | undefined): Json {
    return typeof there === 'string' ? (this.#ids.get(kind)?.get(there) ?? there) : (there ?? null);
  }

  /** A row as it is to be here: what it points to by the ids of here. */
  meant(def: RecordDef, row: AnyRow): AnyRow {
    const { actor, from } = this.taking;
    const links = Object.entries(def.fields).flatMap(([field, { kind, to }]): [string, Json][] =>
      kind === 'link' && to !== undefined ? [[field, this.id(to, row[field])]] : [],
    );
    const created_by = this.id('users', row.created_by);
    const stranger = def.name === 'users' && actor.facility_id !== from ? { is_approved: false } : {};
    return { ...row, ...Object.fromEntries(links), created_by, ...stranger } as AnyRow;
  }
}

/** By the values that may occur once, the row that has them. */
function note(here: Map<string, string>, def: RecordDef, row: AnyRow): void {
  if (row.deleted) return;
  for (const key of keysOf(def, row)) here.set(key, row.id);
}

const keysOf = (def: RecordDef, row: AnyRow): string[] =>
  (def.unique ?? [])
    .filter(({ fields }) => fields.every((field) => (row[field] ?? null) !== null))
    .map(({ name, fields }) => `${name} ${JSON.stringify(fields.map((field) => row[field]))}`);

class KindRun {
  readonly name: string;
  readonly #run: Run;
  readonly #def: RecordDef | undefined;
  readonly #report: KindReport;
  readonly #here: Map<string, string>;
  readonly #there = new Set<string>();
  /** Links of this kind to itself, such as what amends what. */
  readonly #own: readonly string[];
  #part: Meant[] = [];
  /** Rows that point to one further down in the file. */
  #early: Meant[] = [];
  #done = 0;

  constructor(run: Run, name: string, def: RecordDef | undefined, here: Map<string, string>) {
    this.#run = run;
    this.name = name;
    this.#def = def;
    this.#here = here;
    this.#report = run.report.kind(name);
    this.#own = Object.entries(def?.fields ?? {})
      .filter(([, { kind, to }]) => kind === 'link' && to === name)
      .map(([field]) => field);
  }

  async line({ at, row, text }: Line): Promise<void> {
    const def = this.#def;
    const report = this.#report;
    report.read++;
    const left = LEFT[this.name];
    if (left !== undefined) return report.leave(left);
    if (!row || !UUID.test(row.id) || typeof row.created_at !== 'string')
      return report.refuse(at, row?.id ?? text.slice(0, 40), 'UNREADABLE', 'This line is no row of an export.');
    if (!def) return report.refuse(at, row.id, 'INVALID', 'This kind of record is not known to this version.');
    if (def.name === 'facilities' && row.id !== this.#run.taking.actor.facility_id)
      return report.leave('The rows go to the hospital that is here; what it is called stays as it is.');
    const strange = Object.keys(row).filter((f) => row[f] !== null && !SYSTEM.has(f) && !Object.hasOwn(def.fields, f));
    if (strange.length > 0) return report.refuse(at, row.id, 'INVALID', `This version has no place for ${strange.join(', ')}.`);
    const twin = keysOf(def, row)
      .map((key) => this.#here.get(key))
      .find((id) => id !== undefined && id !== row.id);
    if (twin !== undefined && !row.deleted) this.#run.same(this.name, row.id, twin);
    const meant = { at, row: this.#run.meant(def, row) };
    await this.#addInTurn(meant);
  }

  /** A row that points to one of its own kind waits for that one. */
  async #addInTurn(meant: Meant): Promise<void> {
    const waits = this.#own.some((field) => typeof meant.row[field] === 'string' && !this.#there.has(String(meant.row[field])));
    if (waits) this.#early.push(meant);
    else await this.#add(meant);
  }

  /** Nothing more comes of this kind. */
  async end(): Promise<void> {
    for (let before = -1; this.#early.length !== before; ) {
      before = this.#early.length;
      await this.#flush();
      const again = this.#early;
      this.#early = [];
      for (const meant of again) await this.#addInTurn(meant);
    }
    // What they point to is not in the file: it may be here.
    for (const meant of this.#early) await this.#add(meant);
    this.#early = [];
    await this.#flush();
  }

  async #add(meant: Meant): Promise<void> {
    this.#there.add(meant.row.id);
    this.#part.push(meant);
    if (this.#part.length >= GROUP_MUTATIONS_MAX) await this.#flush();
  }

  async #flush(): Promise<void> {
    const part = this.#part;
    this.#part = [];
    if (part.length === 0 || this.#run.taking.signal?.aborted) return;
    const fresh: Meant[] = [];
    for (const { meant, stored } of await this.#stored(part)) {
      if (stored) this.#compare(meant, stored, false);
      else fresh.push(meant);
    }
    await this.#write(fresh);
    this.#done += part.length;
    this.#run.taking.progress?.(this.name, this.#done);
  }

  #stored(part: readonly Meant[]): Promise<{ meant: Meant; stored: AnyRow | undefined }[]> {
    const { target } = this.#run.taking;
    const id = (meant: Meant) => String(this.#run.id(this.name, meant.row.id));
    return Promise.all(part.map(async (meant) => ({ meant, stored: await target.row(this.name, id(meant)) })));
  }

  /** Writes rows together, or, where they are refused, in halves. */
  async #write(rows: readonly Meant[]): Promise<void> {
    const def = this.#def;
    if (!def || rows.length === 0) return;
    const refused = await this.#try(def, rows);
    if (!refused) {
      for (const { meant, stored } of await this.#stored(rows)) {
        if (stored) this.#compare(meant, stored, true);
        else throw new Error(`${this.name} ${meant.row.id} was written and is not there.`);
      }
      return;
    }
    const [first] = rows;
    if (rows.length === 1 && first) {
      const fields = Object.entries(refused.fields).map(([field, say]) => `${field}: ${say}`);
      this.#report.refuse(first.at, first.row.id, refused.code, fields.join(' ') || refused.message);
      return;
    }
    const half = rows.length >> 1;
    await this.#write(rows.slice(0, half));
    await this.#write(rows.slice(half));
  }

  async #try(def: RecordDef, rows: readonly Meant[]): Promise<ProblemError | null> {
    const { actor, target } = this.#run.taking;
    const made = new Map(rows.map(({ row }) => [row.id, madeOf(row)]));
    const wishes = rows.map(({ row }): Wish => ({ kind: def.name, id: row.id, op: 'create', patch: patchOf(def, row) }));
    try {
      await writeAll(target.writer, { actor, origin: 'server', from: FROM, made: (_kind, id) => made.get(id) }, wishes);
      return null;
    } catch (error) {
      if (error instanceof ProblemError && error.status < 500) return error;
      throw error;
    }
  }

  #compare({ at, row }: Meant, stored: AnyRow, written: boolean): void {
    const def = this.#def as RecordDef;
    if (!written && stored.id !== row.id) {
      this.#report.same(at, row.id, stored.id);
      return;
    }
    const [want, have] = [contentOf(def, row), contentOf(def, stored)];
    const fields = want === have ? [] : carriedFields(def).filter((f) => !alike(row[f] ?? null, stored[f] ?? null));
    const other = want === have || fields.length > 0 ? fields : ['deleted, or by whom and when it was made'];
    this.#report.found(at, row.id, written, want, have, other);
  }
}

const SYSTEM: ReadonlySet<string> = new Set([
  'id',
  'facility_id',
  'created_by',
  'updated_by',
  'created_at',
  'updated_at',
  'deleted',
  'row_version',
]);

const alike = (a: Json, b: Json): boolean => JSON.stringify(a) === JSON.stringify(b);

const madeOf = (row: AnyRow): Made => ({
  created_by: typeof row.created_by === 'string' ? row.created_by : null,
  created_at: row.created_at,
  deleted: row.deleted === true,
});

const patchOf = (def: RecordDef, row: AnyRow): Patch =>
  Object.fromEntries(
    carriedFields(def)
      .map((field): [string, Json] => [field, row[field] ?? null])
      .filter(([, value]) => value !== null),
  );
