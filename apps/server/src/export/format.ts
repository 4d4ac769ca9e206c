import { createHash } from 'node:crypto';
import { type AnyRow, type Json, RECORD_LIST, type RecordDef } from '@psa/domain';
import { z } from 'zod';

/** Raised with every change that an older import would take wrongly. */
export const FORMAT = 1;

/** First entry of the archive: what follows, as of one moment. */
export const HEAD = 'export.json';
/** Last entry: what went before, so that nothing can be cut off or changed unseen. */
export const END = 'end.json';
/** The lines of a kind: a row of JSON each, in pieces that are cut anywhere. */
export const ROWS = /^rows\/([a-z0-9_]{1,60})\/\d+$/;

export const exportHead = z.object({
  format: z.number().int(),
  app_version: z.string(),
  made_at: z.string(),
  facility: z.object({ id: z.string(), name: z.string() }),
  /** The number of the last commit it holds. */
  head: z.number().int(),
  /** In the order in which they follow: what a row points to comes before it. */
  kinds: z.array(z.object({ kind: z.string(), rows: z.number().int() })),
});
export type ExportHead = z.infer<typeof exportHead>;

export const exportEnd = z.object({
  kinds: z.record(z.string(), z.object({ rows: z.number().int(), bytes: z.number().int(), sha256: z.string() })),
});
export type ExportEnd = z.infer<typeof exportEnd>;

/** What is in the file and is not taken in elsewhere, and why. Everything else is. */
export const LEFT: Readonly<Record<string, string>> = {
  devices: 'A device belongs to the server it signed in at; it signs in anew.',
  ai_settings: 'The key of a language model stays with its server; set it up anew.',
  record_views: 'Who has read what stands in the trail of the server where it was read.',
  audit_logs: 'The trail of another server stays in the file; here the import begins its own.',
};

/** Fields that PostgreSQL counts from other rows. */
const COUNTED: Readonly<Record<string, readonly string[]>> = { surgical_consumables: ['stock_on_hand'] };

/** The declared fields that are carried over. */
export const carriedFields = (def: RecordDef): string[] =>
  Object.keys(def.fields).filter((field) => !COUNTED[def.name]?.includes(field));

/** Kinds about no patient of which a hospital has one of a name or number: such a row may be here already under another id. */
export const SHARED: readonly RecordDef[] = RECORD_LIST.filter(
  ({ name, unique }) =>
    unique !== undefined && (['users', 'wards', 'surgical_consumables'].includes(name) || name.startsWith('reference_')),
);

/** What two servers must agree in for a row to be the same: all but when and by whom it was last written there, and how often. */
export function contentOf(def: RecordDef, row: Readonly<Record<string, Json>>): string {
  const fields = ['id', 'created_by', 'created_at', 'deleted', ...carriedFields(def)].sort();
  return JSON.stringify(fields.map((field) => [field, sorted(row[field] ?? null)]));
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  const keys = Object.keys(value).sort();
  return keys.map((key) => [key, sorted(value[key] ?? null)]);
}

const MODULUS = 2n ** 256n;

/** A digest of rows, the same in whatever order they come. */
export class Digest {
  #sum = 0n;

  add(content: string): void {
    this.#sum = (this.#sum + BigInt(`0x${createHash('sha256').update(content).digest('hex')}`)) % MODULUS;
  }

  get hex(): string {
    return this.#sum.toString(16).padStart(64, '0');
  }
}

/** A row of a file, as far as it must be one to be looked at. */
export const isRow = (value: unknown): value is AnyRow =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && typeof (value as { id?: unknown }).id === 'string';
