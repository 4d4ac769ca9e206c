/** A row of an earlier app, as its database or file gave it: days and moments as text, numbers and booleans as they are. */
export type LegacyRow = Readonly<Record<string, unknown>>;

/**
 * Which of the earlier apps: the PostgreSQL schema with UUIDs, the MySQL before it (its names, ids that are words), the later one with
 * numbers as ids, or what a browser kept for itself.
 */
export type Flavour = 'first' | 'mysql' | 'later' | 'browser';

export interface SourceTable {
  name: string;
  /** In the order of their ids, so that two readings are alike. */
  rows(): AsyncIterable<LegacyRow>;
  count(): Promise<number>;
}

export interface Source {
  flavour: Flavour;
  tables: readonly SourceTable[];
  /** How a time that names no zone is meant, unless whoever runs it says otherwise: an IANA name; null: as in the hospital. */
  zone: string | null;
  close(): Promise<void>;
}

/** What cannot be read as an earlier app, in a sentence for the person at the terminal. */
export class NotLegacy extends Error {}

/** Fields that hold secrets: they are read by nobody and kept nowhere. */
const SECRETS = ['password', 'password_hash', 'setting_value', 'openai_api_key', 'token'];

/** The row without its secrets. */
export const withoutSecrets = (row: LegacyRow): LegacyRow =>
  Object.fromEntries(Object.entries(row).filter(([field]) => !SECRETS.includes(field)));

/** The ids by which other rows may name this one, in small letters: its own, and the server's that a browser noted beside it. */
export const idsOf = (row: LegacyRow): string[] =>
  [row.id, row.serverId]
    .filter((id) => typeof id === 'string' || typeof id === 'number')
    .map((id) => String(id).trim().toLowerCase())
    .filter((id) => id !== '');
