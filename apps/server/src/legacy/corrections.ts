import { z } from 'zod';
import { idsOf, type LegacyRow, NotLegacy } from './source.ts';
import { plainWord } from './words.ts';

const shape = z.strictObject({
  /** Fields to put in place of what stands in a row: by table, by id (`*`: in every row in which the field is empty). */
  rows: z.record(z.string(), z.record(z.string(), z.record(z.string(), z.unknown()))).default({}),
  /** Names of wards in the earlier app, and how the ward is called here (name, code or alias). */
  wards: z.record(z.string(), z.string()).default({}),
  /** Roles in the earlier app, and the role here. */
  roles: z.record(z.string(), z.string()).default({}),
});

/** What whoever runs the migration decided, in a file of their own: nothing of it is guessed. */
export type Corrections = z.infer<typeof shape>;

export const NO_CORRECTIONS: Corrections = { rows: {}, wards: {}, roles: {} };

/** Reads a file of corrections. Throws NotLegacy with what is wrong in it. */
export function readCorrections(json: unknown): Corrections {
  const read = shape.safeParse(json);
  if (read.success) return read.data;
  throw new NotLegacy(`The corrections cannot be read: ${z.prettifyError(read.error)}`);
}

/** The row with its corrections, and the names of the fields that were corrected. */
export function corrected(corrections: Corrections, table: string, row: LegacyRow): { row: LegacyRow; fields: string[] } {
  const ofTable = corrections.rows[table] ?? {};
  const empty = (field: string) => row[field] === null || row[field] === undefined || row[field] === '';
  const everywhere = Object.entries(ofTable['*'] ?? {}).filter(([field]) => empty(field));
  const own = idsOf(row).flatMap((id) => Object.entries(ofTable[id] ?? {}));
  const role = table === 'users' ? renamed(corrections.roles, row.role) : undefined;
  const changes = Object.fromEntries([...everywhere, ...(role === undefined ? [] : [['role', role] as const]), ...own]);
  return { row: { ...row, ...changes }, fields: Object.keys(changes) };
}

const renamed = (names: Readonly<Record<string, string>>, value: unknown): string | undefined =>
  typeof value === 'string' ? Object.entries(names).find(([name]) => plainWord(name) === plainWord(value))?.[1] : undefined;
