import type { RecordDef } from '../record.ts';
import { ai_settings } from './ai_settings.ts';
import { audit_logs } from './audit_logs.ts';
import { body_measurements } from './body_measurements.ts';
import { burn_assessments } from './burn_assessments.ts';
import { clinic_appointments } from './clinic_appointments.ts';
import { clinical_documents } from './clinical_documents.ts';
import { consents } from './consents.ts';
import { devices } from './devices.ts';
import { discharges } from './discharges.ts';
import { duty_roster } from './duty_roster.ts';
import { facilities } from './facilities.ts';
import { fluid_balance } from './fluid_balance.ts';
import { mdt_attendances } from './mdt_attendances.ts';
import { mdt_cases } from './mdt_cases.ts';
import { mdt_meetings } from './mdt_meetings.ts';
import { notifications } from './notifications.ts';
import { nursing_notes } from './nursing_notes.ts';
import { operation_notes } from './operation_notes.ts';
import { patient_admissions } from './patient_admissions.ts';
import { patient_allergies } from './patient_allergies.ts';
import { patients } from './patients.ts';
import { preoperative_assessments } from './preoperative_assessments.ts';
import { risk_assessments } from './risk_assessments.ts';
import { surgery_bookings } from './surgery_bookings.ts';
import { surgical_checklists } from './surgical_checklists.ts';
import { surgical_consumables } from './surgical_consumables.ts';
import { sync_conflicts } from './sync_conflicts.ts';
import { tasks } from './tasks.ts';
import { treatment_plan_steps } from './treatment_plan_steps.ts';
import { treatment_plans } from './treatment_plans.ts';
import { users } from './users.ts';
import { vital_signs } from './vital_signs.ts';
import { ward_rounds } from './ward_rounds.ts';
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
  treatment_plans,
  treatment_plan_steps,
  surgery_bookings,
  preoperative_assessments,
  consents,
  surgical_checklists,
  operation_notes,
  mdt_meetings,
  mdt_attendances,
  mdt_cases,
  notifications,
  ward_rounds,
  nursing_notes,
  vital_signs,
  body_measurements,
  fluid_balance,
  burn_assessments,
  risk_assessments,
  clinical_documents,
  discharges,
  clinic_appointments,
  tasks,
  duty_roster,
  sync_conflicts,
  devices,
  ai_settings,
  audit_logs,
} as const;

export type Kind = keyof typeof RECORDS;

/** All declarations, parents before children. */
export const RECORD_LIST: readonly RecordDef[] = Object.values(RECORDS) as unknown as readonly RecordDef[];

/** Declarations that travel to devices. */
export const SYNCED: readonly RecordDef[] = RECORD_LIST.filter((def) => def.scope !== 'none');

/** The declaration of a kind, or undefined when there is none of that name. */
export function recordOf(kind: string): RecordDef | undefined {
  return Object.hasOwn(RECORDS, kind) ? (RECORDS[kind as Kind] as unknown as RecordDef) : undefined;
}
