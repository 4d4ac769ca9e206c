import { z } from 'zod';
import { type LegacyRow, NotLegacy, type Source, type SourceTable } from './source.ts';

const rows = z.array(z.record(z.string(), z.unknown()));

/** What a Dexie export holds: a list of tables with their rows. */
const dexie = z.object({
  formatName: z.literal('dexie'),
  data: z.object({ data: z.array(z.object({ tableName: z.string(), rows })) }),
});
/** The backup that the earlier app's own code writes, which names four of its stores otherwise. */
const backup = z.object({ version: z.string(), data: z.record(z.string(), rows) });
const stores = z.record(z.string(), rows);

const BACKUP_NAMES: Readonly<Record<string, string>> = {
  treatmentPlans: 'treatment_plans',
  labResults: 'lab_results',
  surgeryBookings: 'surgery_bookings',
};

/**
 * Reads what a browser kept, from the JSON of an export of IndexedDB: a Dexie export, the earlier app's backup, or plain
 * `{"<store>": [rows]}`. Throws NotLegacy with a sentence for anything else.
 */
export function readLegacyBrowser(json: unknown): Source {
  const tables = tablesOf(json);
  if (tables.size === 0) throw new NotLegacy('This file holds no store of the earlier app.');
  return {
    flavour: 'browser',
    zone: null,
    tables: [...tables].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, all]) => tableOf(name, all)),
    close: async () => undefined,
  };
}

function tablesOf(json: unknown): Map<string, LegacyRow[]> {
  const exported = dexie.safeParse(json);
  if (exported.success) return new Map(exported.data.data.data.map(({ tableName, rows: all }) => [tableName, all]));
  const saved = backup.safeParse(json);
  const plain = saved.success ? saved : stores.safeParse(json);
  if (!plain.success)
    throw new NotLegacy('This file is no export of the earlier app: expected stores by name, each a list of rows.');
  const named = (saved.success ? saved.data.data : plain.data) as Record<string, LegacyRow[]>;
  return new Map(Object.entries(named).map(([name, all]) => [BACKUP_NAMES[name] ?? name, all]));
}

function tableOf(name: string, all: readonly LegacyRow[]): SourceTable {
  return {
    name,
    count: async () => all.length,
    async *rows() {
      yield* all;
    },
  };
}
