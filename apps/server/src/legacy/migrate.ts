import { type Actor, type AnyRow, type Patch, ProblemError, problemsOf, type RecordDef, recordOf, UUID } from '@psa/domain';
import { madeId } from '../db/made-id.ts';
import type { Target } from '../db/target.ts';
import { type Wish, writeAll } from '../db/write.ts';
import { type Corrections, corrected } from './corrections.ts';
import { canonical, type Entry, type Handled, keyOfRow, type Ledger, type Outcome, sha256 } from './ledger.ts';
import type { TableMap } from './map.ts';
import { documentOf, PATIENT } from './maps/documents.ts';
import { MAPS } from './maps/index.ts';
import { type Around, Reading } from './reading.ts';
import { Report } from './report.ts';
import { idsOf, type LegacyRow, type Source, type SourceTable, withoutSecrets } from './source.ts';
import { plainWord } from './words.ts';

export interface Migration {
  source: Source;
  /** What the source is called: rows that were taken over are known by it. */
  name: string;
  target: Target;
  ledger: Ledger;
  actor: Actor;
  corrections: Corrections;
  /** IANA zone of times that name none, and that of the hospital, where its days begin. */
  zone: string;
  home: string;
  today: string;
  /** Rows that are refused, and belong to a patient who is here, become documents of that patient. */
  restAsDocuments: boolean;
  /** Told after each row. */
  progress?(table: string, done: number, of: number): void;
  /** Ends after the row that is under way. */
  signal?: AbortSignal;
}

/** Entries noted together. A run that was killed between meets its own records again, and knows them by their ids. */
const ENTRIES_A_NOTE = 100;

/**
 * Takes over what an earlier app kept, through the one way in, a row a transaction, parents first. A second run changes nothing; what was
 * refused is tried again. Rows of the source are never changed.
 */
export async function migrate(m: Migration): Promise<Report> {
  const run = new Run(m, await m.ledger.handled());
  await run.prepare();
  for (const { table, map } of tablesInOrder(m.source)) {
    if (m.signal?.aborted) break;
    await run.table(table, map);
  }
  return run.report;
}

/** Known tables parents first, then the others. */
function tablesInOrder({ flavour, tables }: Source): { table: SourceTable; map: TableMap }[] {
  const maps = MAPS[flavour];
  const known = maps.flatMap((map) => tables.filter(({ name }) => name === map.table).map((table) => ({ table, map })));
  const others = tables.filter(({ name }) => !maps.some((map) => map.table === name));
  return [
    ...known,
    ...others.map((table) => ({ table, map: { table: table.name, kind: null, why: 'No record of ours takes its place.' } })),
  ];
}

/** What mapping a row led to. */
interface Mapped {
  id: string;
  patch: Patch;
  wishes: Wish[];
}

class Run {
  readonly report: Report;
  readonly #m: Migration;
  readonly #before: Map<string, Handled>;
  /** By kind, the ids of the earlier app and what they became. */
  readonly #ids = new Map<string, Map<string, string>>();
  /** By kind and field, values and the records that have them. */
  readonly #same = new Map<string, Map<string, string>>();
  readonly #wards = new Map<string, string>();
  readonly #around: Around;
  #noted: Entry[] = [];

  constructor(m: Migration, before: Map<string, Handled>) {
    this.#m = m;
    this.#before = before;
    this.report = new Report(m.name, m.source.flavour);
    this.#around = {
      zone: m.zone,
      home: m.home,
      today: m.today,
      linked: (kind, id) => this.#ids.get(kind)?.get(id),
      ward: (name) => this.#wards.get(plainWord(m.corrections.wards[name] ?? name)),
    };
  }

  /** Reads what is here already: wards by every name, and what makes two records the same. */
  async prepare(): Promise<void> {
    for (const ward of await this.#m.target.all('wards')) {
      const names = [ward.name, ward.code, ...(Array.isArray(ward.aliases) ? ward.aliases : [])];
      for (const name of names) this.#wards.set(plainWord(String(name)), ward.id);
    }
    for (const { kind, same } of MAPS[this.#m.source.flavour]) {
      if (kind === null || same === undefined) continue;
      const known = new Map((await this.#m.target.all(kind)).map((row) => [plainWord(String(row[same] ?? '')), row.id]));
      known.delete('');
      this.#same.set(kind, known);
    }
  }

  async table(table: SourceTable, map: TableMap): Promise<void> {
    const of = await table.count();
    let done = 0;
    for await (const row of table.rows()) {
      if (this.#m.signal?.aborted) break;
      await this.#row(map, row);
      this.#m.progress?.(table.name, ++done, of);
    }
    await this.#flush();
    await this.#compare(map.table);
  }

  async #row(map: TableMap, original: LegacyRow): Promise<void> {
    const { row, fields } = corrected(this.#m.corrections, map.table, original);
    const raw = withoutSecrets(original);
    const sha = sha256(canonical(withoutSecrets(row)));
    const ids = idsOf(row);
    const legacyId = ids[0] ?? sha.slice(0, 16);
    this.report.read(map.table, sha256(canonical(raw)));
    const before = this.#before.get(keyOfRow(map.table, legacyId));
    if (before && settled(before, sha)) {
      this.#learn(before.kind, ids, before.recordId);
      this.report.add(map.table, legacyId, before.outcome, [], true);
      return;
    }
    const reading = new Reading(row, this.#around);
    for (const field of fields) reading.note(field, original[field], row[field] as Patch[string], 'As the corrections say.');
    const entry = (outcome: Outcome, made?: Partial<Entry>): Entry => ({
      table: map.table,
      legacyId,
      outcome,
      kind: null,
      recordId: null,
      raw,
      sha256: sha,
      patch: null,
      notes: reading.notes,
      ...made,
    });
    const handled = await this.#handle(map, reading, ids, entry);
    this.#learn(handled.kind, ids, handled.recordId);
    this.report.add(map.table, legacyId, handled.outcome, handled.notes, false);
    this.#noted.push(handled);
    if (this.#noted.length >= ENTRIES_A_NOTE) await this.#flush();
  }

  async #handle(
    map: TableMap,
    r: Reading,
    ids: readonly string[],
    entry: (o: Outcome, e?: Partial<Entry>) => Entry,
  ): Promise<Entry> {
    const { row } = r;
    if (row.deleted === true || row.deleted === 1) {
      r.note('deleted', true, null, 'Deleted in the earlier app.');
      return entry('removed');
    }
    if (map.kind === null || !map.patch) {
      r.note('', null, null, map.why ?? 'No record of ours takes its place.');
      return entry('kept');
    }
    const def = recordOf(map.kind) as RecordDef;
    const mapped = this.#map(map, def, r, ids);
    const twin = await this.#twin(map, def, mapped);
    if (twin) {
      differences(r, mapped.patch, twin);
      return entry('known', { kind: def.name, recordId: twin.id, patch: mapped.patch });
    }
    if (Object.keys(r.problems).length === 0) await this.#write(map, r, mapped);
    if (Object.keys(r.problems).length > 0) return this.#refused(map, r, ids, entry);
    if (map.same !== undefined) this.#same.get(def.name)?.set(plainWord(String(mapped.patch[map.same] ?? '')), mapped.id);
    const outcome = def.name === 'clinical_documents' ? 'document' : 'written';
    return entry(outcome, { kind: def.name, recordId: mapped.id, patch: mapped.patch });
  }

  #map(map: TableMap, def: RecordDef, r: Reading, ids: readonly string[]): Mapped {
    const { facility_id } = this.#m.actor;
    const id =
      ids.find((one) => UUID.test(one)) ?? madeId(facility_id, `${this.#m.name} ${map.table} ${ids[0] ?? canonical(r.row)}`);
    const patch = present(map.patch?.(r) ?? {});
    dropWhatDoesNotFit(r, def, patch);
    const also = map.also?.(r, patch, id, (word) => madeId(facility_id, `${this.#m.name} ${map.table} ${id} ${word}`)) ?? [];
    for (const field of r.unread()) r.note(field, r.row[field], null, 'Has no place in the record; kept with the earlier row.');
    return { id, patch, wishes: [{ kind: def.name, id, op: 'create', patch }, ...also.map(fitting(r))] };
  }

  /** The record that is here already: of the same id, or of the same number, address or code. */
  async #twin(map: TableMap, def: RecordDef, { id, patch }: Mapped): Promise<AnyRow | undefined> {
    const own = await this.#m.target.row(def.name, id);
    if (own || map.same === undefined) return own;
    const other = this.#same.get(def.name)?.get(plainWord(String(patch[map.same] ?? '')));
    return other === undefined ? undefined : this.#m.target.row(def.name, other);
  }

  /** Writes the wishes; what a rule refuses becomes a problem of the reading. */
  async #write(map: TableMap, r: Reading, { wishes, patch }: Mapped): Promise<void> {
    const refusal = await this.#try(wishes);
    if (!refusal) return;
    const { second } = map;
    if (second && refusal.code === 'CONSTRAINT' && /theatre|team/.test(refusal.message)) {
      const again = wishes.map((wish, i) => (i === 0 ? { ...wish, patch: { ...wish.patch, ...second.patch } } : wish));
      if (!(await this.#try(again))) {
        Object.assign(patch, second.patch);
        r.note(second.field, null, second.patch[second.field] ?? null, second.why);
        return;
      }
    }
    const fields = Object.keys(refusal.fields).length > 0 ? refusal.fields : { _: refusal.message };
    Object.assign(r.problems, fields);
  }

  async #try(wishes: Wish[]): Promise<ProblemError | null> {
    try {
      // As the server: who signed and when come from the earlier app, and no person's rights of today stand in their way.
      await writeAll(this.#m.target.writer, { actor: this.#m.actor, origin: 'server', from: FROM }, wishes);
      return null;
    } catch (error) {
      if (error instanceof ProblemError && error.status < 500) return error;
      throw error;
    }
  }

  async #refused(
    map: TableMap,
    r: Reading,
    ids: readonly string[],
    entry: (o: Outcome, e?: Partial<Entry>) => Entry,
  ): Promise<Entry> {
    for (const [field, say] of Object.entries(r.problems)) r.note(field, r.row[field], null, say);
    const patient = PATIENT.map((field) => r.row[field])
      .filter((id) => typeof id === 'string' || typeof id === 'number')
      .map((id) => this.#around.linked('patients', String(id).toLowerCase()))
      .find((id) => id !== undefined);
    if (!this.#m.restAsDocuments || patient === undefined) return entry('refused');
    const title = `${recordOf(map.kind ?? '')?.title ?? map.table} (did not fit)`;
    const why = Object.values(r.problems).join(' ');
    const patch = documentOf(r.row, patient, title, `It is no record of its own: ${why}`);
    const id = madeId(this.#m.actor.facility_id, `${this.#m.name} document ${map.table} ${ids[0] ?? ''}`);
    const refusal = await this.#try([{ kind: 'clinical_documents', id, op: 'create', patch: { ...patch, is_final: null } }]);
    return refusal ? entry('refused') : entry('document', { kind: 'clinical_documents', recordId: id, patch });
  }

  #learn(kind: string | null, ids: readonly string[], record: string | null): void {
    if (kind === null || record === null) return;
    const known = this.#ids.get(kind) ?? new Map<string, string>();
    for (const id of ids) known.set(id, record);
    this.#ids.set(kind, known);
  }

  async #flush(): Promise<void> {
    const entries = this.#noted;
    this.#noted = [];
    await this.#m.ledger.note(entries);
  }

  /** Reads back every record of a table that was written and holds it against what was meant: both sides, one sum each. */
  async #compare(table: string): Promise<void> {
    for (const { legacyId, kind, recordId, patch } of await this.#m.ledger.written(table)) {
      const stored = kind === null || recordId === null ? undefined : await this.#m.target.row(kind, recordId);
      const held = Object.fromEntries(Object.keys(patch ?? {}).map((field) => [field, stored?.[field] ?? null]));
      this.report.compared(table, legacyId, sha256(canonical(patch)), sha256(canonical(held)));
    }
  }
}

const FROM = { address: '127.0.0.1', agent: 'psa migrate-legacy' };

/** Whether a row needs no second look: it was handled, and neither it nor its corrections changed. */
const settled = (before: Handled, sha: string): boolean => before.outcome !== 'refused' && before.sha256 === sha;

/** Only fields that hold something. */
const present = (patch: Patch): Patch =>
  Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== null && value !== undefined));

/** Takes optional fields that the record's rules refuse out of a patch, noted; of required ones they are problems. */
function dropWhatDoesNotFit(r: Reading, def: RecordDef, patch: Patch): void {
  for (const [field, say] of Object.entries(problemsOf(def, 'create', patch) ?? {})) {
    const optional = def.fields[field]?.required === false && Object.hasOwn(patch, field);
    if (!optional) r.problems[field] ??= say;
    else {
      r.note(field, patch[field], null, say);
      delete patch[field];
    }
  }
}

/** A child with only what fits. */
const fitting =
  (r: Reading) =>
  (wish: Wish): Wish => {
    const patch = present(wish.patch ?? {});
    dropWhatDoesNotFit(r, recordOf(wish.kind) as RecordDef, patch);
    return { ...wish, patch };
  };

/** Notes what a record that is here already says otherwise: it stays as it is. */
function differences(r: Reading, patch: Patch, here: AnyRow): void {
  for (const [field, there] of Object.entries(patch)) {
    const mine = here[field] ?? null;
    if (canonical(mine) === canonical(there)) continue;
    const why = oneDayApart(mine, there)
      ? 'One day apart from the record that is here already: one of them was shifted by a clock. Ask the patient.'
      : 'The record that is here already says otherwise and stays as it is.';
    r.note(field, there, mine, why);
  }
}

const DAY_MS = 86_400_000;
const oneDayApart = (a: unknown, b: unknown): boolean =>
  typeof a === 'string' && typeof b === 'string' && a.length === 10 && Math.abs(Date.parse(a) - Date.parse(b)) === DAY_MS;
