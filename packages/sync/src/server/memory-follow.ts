import { type AnyRow, type Json, type Patch, type RecordDef, recordOf } from '@psa/domain';
import type { Rows } from './constraints.ts';
import type { Broken, RowWrite, StoredRow } from './store.ts';

/** What following needs of the world. */
export interface FollowEnv {
  newId(): string;
  /** Server clock, ISO 8601. */
  now(): string;
}

/**
 * What the triggers of PostgreSQL do, for a store in memory. Known here: the patient of what a row points to (`from`), the rule that it
 * is the same one (`across` with `same`), the stock of an item, the notice of a critical result, marks and credits of a sitting.
 * Not known, as they only refuse and nothing follows from them: `across` rules without `same` (what was dispensed all the same, keys that fit
 * their question, lessons that are open), and the guards that SQL run by hand meets.
 */
export class Follow {
  readonly #env: FollowEnv;

  constructor(env: FollowEnv) {
    this.#env = env;
  }

  /** Before the write: what a row holds although nobody named it. */
  filled(writes: readonly RowWrite[], after: Rows): RowWrite[] {
    return writes.map((write) => {
      const { kind, before } = write;
      const own = kind === 'user_assessments' ? marked(before, write.after, after) : patientOf(write, after);
      return Object.keys(own).length === 0 ? write : { ...write, after: { ...write.after, ...own } };
    });
  }

  /** The first row that points to what is of another patient. */
  broken(writes: readonly RowWrite[], after: Rows): Broken | null {
    for (const { kind, after: row } of writes) {
      const def = recordOf(kind);
      for (const rule of def?.across ?? []) {
        const { same } = rule;
        if (!def || same === undefined || !rule.fields.some((field) => differs(def, row, field, same, after))) continue;
        const fields = Object.fromEntries(rule.fields.map((f) => [f, rule.say]));
        return { code: 'CONSTRAINT', say: rule.say, fields, kind };
      }
    }
    return null;
  }

  /** After the writes, in the same transaction: rows that follow from them. */
  derived(writes: readonly RowWrite[], stored: (kind: string, id: string) => StoredRow | undefined, now: Rows): RowWrite[] {
    const items = new Map<string, string | null>();
    const out: RowWrite[] = [];
    for (const write of writes) {
      const { kind, after } = write;
      if (kind === 'stock_movements' || kind === 'consumable_usage') items.set(String(after.consumable_id), after.updated_by);
      if (kind === 'lab_investigations') out.push(...this.#told(write));
      if (kind === 'user_assessments') out.push(...this.#earned(write, now));
    }
    for (const [id, by] of items) {
      const item = stored('surgical_consumables', id);
      const level = stockOf(id, now);
      if (item && item.row.stock_on_hand !== level)
        out.push(this.#changed('surgical_consumables', item, { stock_on_hand: level }, by));
    }
    return out;
  }

  #changed(kind: string, { row, field_ver }: StoredRow, patch: Patch, by: string | null): RowWrite {
    const row_version = row.row_version + 1;
    const after = { ...row, ...patch, row_version, updated_by: by, updated_at: this.#env.now() };
    const written = Object.fromEntries(Object.keys(patch).map((f) => [f, [row_version, null] as const]));
    return { kind, before: row, after, field_ver: { ...field_ver, ...written } };
  }

  #made(kind: string, facility_id: string, by: string | null, patch: Patch): RowWrite {
    const at = this.#env.now();
    const empty = Object.fromEntries(Object.keys(recordOf(kind)?.fields ?? {}).map((f): [string, Json] => [f, null]));
    const system = { created_by: by, updated_by: by, created_at: at, updated_at: at, deleted: false, row_version: 1 };
    return { kind, before: null, after: { ...empty, ...patch, id: this.#env.newId(), facility_id, ...system }, field_ver: {} };
  }

  /** A critical result that is complete is told to whoever ordered it, and again when its values change. */
  #told({ before, after: row }: RowWrite): RowWrite[] {
    const critical = (r: AnyRow | null) => r?.is_critical === true && r.status === 'Completed';
    const values = ['results', 'result_values', 'report'];
    const news = !critical(before) || values.some((f) => JSON.stringify(before?.[f]) !== JSON.stringify(row[f]));
    if (!critical(row) || row.deleted || !news || typeof row.ordered_by !== 'string') return [];
    const message = `${critical(before) ? 'Critical result changed' : 'Critical result'}: ${String(row.test_name)}`;
    const about = { record_kind: 'lab_investigations', record_id: row.id, patient_id: row.patient_id ?? null };
    return [
      this.#made('notifications', row.facility_id, null, {
        user_id: row.ordered_by,
        kind: 'Critical result',
        message: message.slice(0, 500),
        ...about,
      }),
    ];
  }

  /** A sitting that is passed earns the credit of its lesson, once. */
  #earned({ before, after: row }: RowWrite, now: Rows): RowWrite[] {
    const lesson = now.get('cme_topics', String(row.cme_topic_id));
    if (!lesson || row.deleted || typeof row.score !== 'number' || typeof before?.score === 'number') return [];
    if (row.score < Number(lesson.pass_mark ?? 50)) return [];
    const has = [...now.of('cme_credits')].some((c) => c.user_id === row.user_id && c.cme_topic_id === lesson.id && !c.deleted);
    if (has) return [];
    const patch = {
      user_id: row.user_id ?? null,
      cme_topic_id: lesson.id,
      user_assessment_id: row.id,
      certificate_number: `CME-${this.#env.newId().slice(-10)}`,
      score: row.score,
      credit_points: lesson.credit_points ?? null,
      earned_at: row.completed_at ?? this.#env.now(),
    };
    return [this.#made('cme_credits', row.facility_id, String(row.user_id), patch)];
  }
}

/** The patient of what a new row points to, when nobody named one. */
function patientOf({ kind, before, after: row }: RowWrite, after: Rows): Patch {
  const def = recordOf(kind);
  if (before !== null || !def) return {};
  const out: Patch = {};
  for (const [field, { from }] of Object.entries(def.fields)) {
    if (from === undefined || row[field] !== null) continue;
    const parent = after.get(def.fields[from]?.to ?? '', String(row[from]));
    if (parent) out[field] = parent[field] ?? null;
  }
  return out;
}

function differs(def: RecordDef, row: AnyRow, field: string, same: string, after: Rows): boolean {
  const to = def.fields[field]?.to;
  const other = typeof row[field] === 'string' && to !== undefined ? after.get(to, row[field]) : undefined;
  return other !== undefined && (other[same] ?? null) !== null && (row[same] ?? null) !== null && other[same] !== row[same];
}

/** What the last count found, and all that came in and went out after it. */
function stockOf(item: string, now: Rows): number | null {
  const mine = (kind: string) => [...now.of(kind)].filter((r) => r.consumable_id === item && !r.deleted);
  const moves = mine('stock_movements');
  const [counted] = moves
    .filter((r) => r.movement_type === 'Count')
    .sort((a, b) => (`${a.moved_at} ${a.id}` < `${b.moved_at} ${b.id}` ? 1 : -1));
  const since = String(counted?.moved_at ?? '');
  const amounts = [
    ...(counted ? [Number(counted.quantity)] : []),
    ...moves
      .filter((r) => r.movement_type !== 'Count' && String(r.moved_at) > since)
      .map((r) => (r.movement_type === 'Receipt' || r.movement_type === 'Return' ? 1 : -1) * Number(r.quantity)),
    ...mine('consumable_usage')
      .filter((r) => String(r.usage_date) > since)
      .map((r) => -Number(r.quantity_used)),
  ];
  return amounts.length === 0 ? null : amounts.reduce((sum, n) => sum + n, 0);
}

const MARKS = ['score', 'total_questions', 'correct_answers', 'marking'] as const;

/** Marks of a sitting that is completed now; otherwise those it had. */
function marked(before: AnyRow | null, row: AnyRow, now: Rows): Patch {
  const had = (f: string) => before?.[f] ?? null;
  if ((before && before.status === 'Completed') || row.status !== 'Completed') {
    return Object.fromEntries(MARKS.map((f) => [f, had(f)]));
  }
  const keys = new Map([...now.of('mcq_keys')].filter((k) => !k.deleted).map((k) => [String(k.mcq_question_id), k]));
  const asked = Array.isArray(row.question_ids) ? row.question_ids.map(String) : null;
  const pool = [...now.of('mcq_questions')].filter((q) => q.cme_topic_id === row.cme_topic_id && !q.deleted && keys.has(q.id));
  const answers = (row.answers ?? {}) as { [id: string]: Json };
  const marking = pool
    .filter((q) => asked === null || asked.includes(q.id))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map((q) => ({ question_id: q.id, correct: sameOptions(answers[q.id], keys.get(q.id)?.correct_options) }));
  const wanted = Number(now.get('cme_topics', String(row.cme_topic_id))?.questions_per_sitting ?? pool.length);
  const total = Math.max(marking.length, Math.min(wanted, pool.length));
  const right = marking.filter((m) => m.correct).length;
  const score = total === 0 ? null : Math.round((10_000 * right) / total) / 100;
  return { score, total_questions: total, correct_answers: right, marking };
}

const sameOptions = (chosen: Json | undefined, right: Json | undefined): boolean =>
  Array.isArray(chosen) && Array.isArray(right) && [...chosen].sort().join() === [...right].sort().join();
