import type { Actor } from '@psa/domain';
import { Database } from '../../db/database.ts';
import { realTarget, trialTarget } from '../../db/target.ts';
import type { Hospital } from '../../testing/hospital.ts';
import { NO_CORRECTIONS } from '../corrections.ts';
import { MemoryLedger, PgLedger } from '../ledger.ts';
import { type Migration, migrate } from '../migrate.ts';
import type { TableReport } from '../report.ts';
import type { Source } from '../source.ts';

/** `trial`: nothing is written. `after`: stopped after so many rows. */
export type Wish = Partial<Pick<Migration, 'corrections' | 'restAsDocuments' | 'name' | 'zone'>> & {
  trial?: boolean;
  after?: number;
};

/** One run of the migration into a hospital of a test; closes the source. */
export async function runMigration(h: Hospital, source: Source, wish: Wish = {}): Promise<TableReport[]> {
  const { trial = false, after, ...options } = wish;
  const name = options.name ?? 'old';
  const actor: Actor = { user_id: h.admin, facility_id: h.facility, role: 'super_admin' };
  const real = realTarget(new Database(h.pool), h.facility, { now: h.writer.now, newId: h.writer.newId });
  const kept = new PgLedger(h.pool, h.facility, name);
  const stop = new AbortController();
  let rows = 0;
  try {
    const report = await migrate({
      source,
      target: trial ? await trialTarget(real) : real,
      ledger: trial ? new MemoryLedger(await kept.handled()) : kept,
      actor,
      corrections: NO_CORRECTIONS,
      zone: 'Africa/Lagos',
      home: 'Africa/Lagos',
      today: '2026-01-01',
      restAsDocuments: false,
      ...options,
      name,
      progress: () => ++rows === after && stop.abort(),
      signal: stop.signal,
    });
    return report.tables();
  } finally {
    await source.close();
  }
}

/** What became of the rows of each table, by number. */
export const outcomesOf = (tables: readonly TableReport[]) =>
  Object.fromEntries(
    tables.map(({ table, outcomes }) => [table, Object.fromEntries(Object.entries(outcomes).filter(([, n]) => n > 0))]),
  );

/** Every reason that a table's report gives. */
export const reasonsOf = (tables: readonly TableReport[], table: string): string[] =>
  tables
    .filter((t) => t.table === table)
    .flatMap((t) => [...t.changed, ...t.refused].map(({ field, why }) => `${field}: ${why}`));
