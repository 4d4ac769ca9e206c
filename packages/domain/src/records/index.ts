import type { RecordDef } from '../record.ts';
import { audit_logs } from './audit_logs.ts';
import { devices } from './devices.ts';
import { facilities } from './facilities.ts';
import { patient_admissions } from './patient_admissions.ts';
import { patient_allergies } from './patient_allergies.ts';
import { patients } from './patients.ts';
import { surgical_consumables } from './surgical_consumables.ts';
import { sync_conflicts } from './sync_conflicts.ts';
import { users } from './users.ts';
import { wards } from './wards.ts';

/** Every record type, parents before children. A new record is one line here, one file beside it and one migration. */
export const RECORDS = {
  facilities,
  users,
  wards,
  surgical_consumables,
  patients,
  patient_allergies,
  patient_admissions,
  sync_conflicts,
  devices,
  audit_logs,
} as const;

export type Kind = keyof typeof RECORDS;

/** All declarations, parents before children. */
export const RECORD_LIST: readonly RecordDef[] = Object.values(RECORDS) as readonly RecordDef[];

/** Declarations that travel to devices. */
export const SYNCED: readonly RecordDef[] = RECORD_LIST.filter((def) => def.scope !== 'none');

/** The declaration of a kind, or undefined when there is none of that name. */
export function recordOf(kind: string): RecordDef | undefined {
  return Object.hasOwn(RECORDS, kind) ? (RECORDS[kind as Kind] as unknown as RecordDef) : undefined;
}
