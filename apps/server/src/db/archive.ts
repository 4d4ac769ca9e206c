import { ARCHIVE_AFTER_DAYS, goesToArchive, type RecordDef, SYNCED, sqlName, sqlText } from '@psa/domain';
import type { Database, Scoped } from './database.ts';

/** Patients looked at in one statement, so that none takes long. */
const LOOKED_AT_ONCE = 500;
/** Rows that go in one night: devices are told of each, in about 300 kB altogether. The rest goes the next night. */
const ROWS_A_NIGHT_MAX = 20_000;

/** A plan by the indexes: each patient is looked up by key, however large the tables have grown. */
const BEGIN =
  'begin; set local enable_seqscan = off; set local enable_hashjoin = off; set local enable_mergejoin = off; set local statement_timeout = 30000';

/** SQL: row `t` of this kind keeps its patient with the unit. $2: what was written since then does, $3: today. */
function keeps({ open }: RecordDef): string {
  const written = 't.updated_at >= $2::timestamptz';
  if (!open) return written;
  const is = `t.${sqlName(open.field)} in (${open.is.map(sqlText).join(', ')})`;
  return `(${written} or (${is}${open.until === undefined ? '' : ` and t.${sqlName(open.until)} >= $3::date`}))`;
}

const FILED = SYNCED.filter((def) => goesToArchive(def) && def.name !== 'patients');

/**
 * SQL: the patients `p` of a list who may go (S70): nothing open, nothing to come, nothing written since. An open conflict about them,
 * which is shown beside the row, keeps them too.
 */
const due = (
  from: string,
): string => `with held as materialized (select archive_held($1) as patient) select p.id from (${from}) p
  where p.updated_at < $2::timestamptz and $3::date is not null
    and not exists (select from archived_patients a where a.facility_id = $1 and a.patient_id = p.id)
    ${FILED.map(
      (def) =>
        `and not exists (select from ${def.name} t where t.facility_id = $1 and t.patient_id = p.id and not t.deleted and ${keeps(def)})`,
    ).join('\n    ')}
    and not exists (select from held where held.patient = p.id)`;

const patients = 'select id, updated_at from patients where facility_id = $1 and not deleted';
/** $1 facility, $2 since, $3 today, $4 after this id, $5 how many to look at. → id */
const DUE_NEXT = due(`${patients} and id > $4::uuid order by id limit $5`);
/** $1 facility, $2 since, $3 today, $4 the patient. → id */
const DUE_NOW = due(`${patients} and id = $4::uuid`);
/** The last of those looked at. → id */
const LAST = `select id from (${patients} and id > $2::uuid order by id limit $3) p order by id desc limit 1`;

export interface ArchiveWish {
  facility: string;
  /** Since when nothing may have been written, and the day it is there. */
  since: Date;
  today: string;
  rowsMax?: number;
}

/**
 * Takes to the archive whoever may go, each in a commit of their own (docs/sync.md, S70), until so many rows have gone.
 * @returns how many patients and rows went.
 */
export async function archiveDue(
  db: Database,
  { facility, since, today, rowsMax = ROWS_A_NIGHT_MAX }: ArchiveWish,
): Promise<{ patients: number; rows: number }> {
  const own = db.of(facility);
  const went = { patients: 0, rows: 0 };
  let after = '00000000-0000-0000-0000-000000000000';
  while (went.rows < rowsMax) {
    const values = [facility, since, today, after, LOOKED_AT_ONCE];
    const { found, last } = await inTransaction(own, async (query) => ({
      found: await query(DUE_NEXT, values),
      last: await query(LAST, [facility, after, LOOKED_AT_ONCE]),
    }));
    for (const { id } of found) {
      if (went.rows >= rowsMax) break;
      const rows = await archiveOne(own, facility, [facility, since, today, id]);
      if (rows > 0) went.patients++;
      went.rows += rows;
    }
    const [end] = last;
    if (!end) break;
    after = end.id as string;
  }
  return went;
}

/** Asks again once nobody else can commit: whoever wrote meanwhile is seen, whoever writes after it brings the patient back. */
function archiveOne(own: Scoped, facility: string, values: readonly unknown[]): Promise<number> {
  return inTransaction(own, async (query) => {
    await query('select archive_begin($1)', [facility]);
    const [still] = await query(DUE_NOW, values);
    if (!still) return 0;
    const [went] = await query('select archive_patient($1, $2) as rows', [facility, still.id]);
    return Number(went?.rows ?? 0);
  });
}

type Query = (text: string, values: readonly unknown[]) => Promise<Record<string, unknown>[]>;

/** What moved nobody is rolled back, so that it takes no number. */
function inTransaction<T>(own: Scoped, work: (query: Query) => Promise<T>): Promise<T> {
  return own.borrow(async (client) => {
    await client.query(BEGIN);
    const result = await work(
      async (text, values) => (await client.query(text, [...values])).rows as Record<string, unknown>[],
    );
    await client.query(result === 0 ? 'rollback' : 'commit');
    return result;
  });
}

/** The hour of the night, and the day, at a hospital. */
export function hourAt(timeZone: string, now: Date): { hour: number; today: string } {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
  }).formatToParts(now);
  const of = (type: string) => parts.find((part) => part.type === type)?.value ?? '';
  return { hour: Number(of('hour')), today: `${of('year')}-${of('month')}-${of('day')}` };
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** The hospitals of this database: their night, and how long nothing may have happened. */
export async function archiveWishes(db: Database, now: Date): Promise<(ArchiveWish & { hour: number })[]> {
  const { rows } = await db
    .of(null)
    .query<{ facility: string; time_zone: string; days: number | null }>('select * from archive_facilities()');
  return rows.map(({ facility, time_zone, days }) => ({
    facility,
    since: new Date(now.getTime() - (days ?? ARCHIVE_AFTER_DAYS) * DAY_MS),
    ...hourAt(time_zone, now),
  }));
}
