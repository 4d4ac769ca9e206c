import type { RecordDef } from '../record.ts';
import { ai_settings } from './ai_settings.ts';
import { audit_logs } from './audit_logs.ts';
import { blood_transfusion_observations } from './blood_transfusion_observations.ts';
import { blood_transfusions } from './blood_transfusions.ts';
import { body_measurements } from './body_measurements.ts';
import { burn_assessments } from './burn_assessments.ts';
import { clinic_appointments } from './clinic_appointments.ts';
import { clinical_documents } from './clinical_documents.ts';
import { clinical_photos } from './clinical_photos.ts';
import { cme_credits } from './cme_credits.ts';
import { cme_topics } from './cme_topics.ts';
import { consents } from './consents.ts';
import { consumable_usage } from './consumable_usage.ts';
import { devices } from './devices.ts';
import { discharges } from './discharges.ts';
import { duty_roster } from './duty_roster.ts';
import { facilities } from './facilities.ts';
import { flap_observations } from './flap_observations.ts';
import { fluid_balance } from './fluid_balance.ts';
import { lab_investigations } from './lab_investigations.ts';
import { mcq_keys } from './mcq_keys.ts';
import { mcq_questions } from './mcq_questions.ts';
import { mdt_attendances } from './mdt_attendances.ts';
import { mdt_cases } from './mdt_cases.ts';
import { mdt_meetings } from './mdt_meetings.ts';
import { medication_administrations } from './medication_administrations.ts';
import { notifications } from './notifications.ts';
import { nursing_notes } from './nursing_notes.ts';
import { operation_notes } from './operation_notes.ts';
import { patient_admissions } from './patient_admissions.ts';
import { patient_allergies } from './patient_allergies.ts';
import { patient_matches } from './patient_matches.ts';
import { patients } from './patients.ts';
import { preoperative_assessments } from './preoperative_assessments.ts';
import { prescription_items } from './prescription_items.ts';
import { prescriptions } from './prescriptions.ts';
import { record_views } from './record_views.ts';
import { reference_allergy_rules } from './reference_allergy_rules.ts';
import { reference_consumables } from './reference_consumables.ts';
import { reference_drugs } from './reference_drugs.ts';
import { reference_interactions } from './reference_interactions.ts';
import { reference_lab_tests } from './reference_lab_tests.ts';
import { reference_lessons } from './reference_lessons.ts';
import { reference_procedures } from './reference_procedures.ts';
import { reference_questions } from './reference_questions.ts';
import { risk_assessments } from './risk_assessments.ts';
import { shopping_list_items } from './shopping_list_items.ts';
import { shopping_lists } from './shopping_lists.ts';
import { stock_movements } from './stock_movements.ts';
import { surgery_bookings } from './surgery_bookings.ts';
import { surgical_checklists } from './surgical_checklists.ts';
import { surgical_consumables } from './surgical_consumables.ts';
import { sync_conflicts } from './sync_conflicts.ts';
import { tasks } from './tasks.ts';
import { treatment_plan_steps } from './treatment_plan_steps.ts';
import { treatment_plans } from './treatment_plans.ts';
import { user_assessments } from './user_assessments.ts';
import { users } from './users.ts';
import { vital_signs } from './vital_signs.ts';
import { ward_rounds } from './ward_rounds.ts';
import { wards } from './wards.ts';
import { wound_care_records } from './wound_care_records.ts';

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
  wound_care_records,
  burn_assessments,
  flap_observations,
  risk_assessments,
  clinical_photos,
  clinical_documents,
  discharges,
  clinic_appointments,
  tasks,
  duty_roster,
  stock_movements,
  consumable_usage,
  shopping_lists,
  shopping_list_items,
  lab_investigations,
  prescriptions,
  prescription_items,
  medication_administrations,
  blood_transfusions,
  blood_transfusion_observations,
  cme_topics,
  mcq_questions,
  mcq_keys,
  user_assessments,
  cme_credits,
  reference_drugs,
  reference_allergy_rules,
  reference_interactions,
  reference_lab_tests,
  reference_procedures,
  reference_consumables,
  reference_lessons,
  reference_questions,
  patient_matches,
  sync_conflicts,
  devices,
  ai_settings,
  record_views,
  audit_logs,
} as const;

export type Kind = keyof typeof RECORDS;

export { OFFLINE_LEASE_HOURS } from './facilities.ts';

/** All declarations, parents before children. */
export const RECORD_LIST: readonly RecordDef[] = Object.values(RECORDS) as unknown as readonly RecordDef[];

/** Declarations that travel to devices. */
export const SYNCED: readonly RecordDef[] = RECORD_LIST.filter((def) => def.scope !== 'none');

/** The declaration of a kind, or undefined when there is none of that name. */
export function recordOf(kind: string): RecordDef | undefined {
  return Object.hasOwn(RECORDS, kind) ? (RECORDS[kind as Kind] as unknown as RecordDef) : undefined;
}
