import { mergeRuleOf, RECORD_LIST, type RecordDef } from '@psa/domain';
import { crc32 } from '../crc32.ts';

/** What a part of the unit writes. */
export const KINDS_OF = {
  theatre: [
    'surgery_bookings',
    'preoperative_assessments',
    'consents',
    'surgical_checklists',
    'operation_notes',
    'treatment_plans',
    'treatment_plan_steps',
  ],
  medicines: ['prescriptions', 'prescription_items', 'medication_administrations', 'body_measurements'],
  laboratory: ['lab_investigations', 'notifications'],
  ward: [
    'ward_rounds',
    'nursing_notes',
    'vital_signs',
    'fluid_balance',
    'wound_care_records',
    'burn_assessments',
    'flap_observations',
    'risk_assessments',
    'clinical_photos',
  ],
  letters: [
    'clinical_documents',
    'discharges',
    'clinic_appointments',
    'tasks',
    'blood_transfusions',
    'blood_transfusion_observations',
  ],
  meetings: ['mdt_meetings', 'mdt_attendances', 'mdt_cases', 'duty_roster', 'record_views'],
  stock: ['surgical_consumables', 'stock_movements', 'consumable_usage', 'shopping_lists', 'shopping_list_items'],
  learning: ['cme_topics', 'mcq_questions', 'mcq_keys', 'user_assessments'],
  reference: [
    'reference_drugs',
    'reference_allergy_rules',
    'reference_interactions',
    'reference_lab_tests',
    'reference_procedures',
    'reference_consumables',
    'reference_lessons',
    'reference_questions',
  ],
} as const;
export type Theme = keyof typeof KINDS_OF;
export const THEMES = Object.keys(KINDS_OF) as Theme[];

/** Written on every day. */
export const CORE = ['patients', 'patient_allergies', 'patient_admissions', 'wards'] as const;

/** Why no simulated device writes a kind. `kinds.test.ts` holds that every record is in one list. */
export const NOT_WRITTEN: Readonly<Record<string, string>> = {
  facilities: 'written by the server, when the hospital is founded',
  users: 'written by the server: roles change, accounts are closed',
  sync_conflicts: 'written by the judge, moved and settled here',
  patient_matches: 'written by the server, which alone looks at all patients',
  cme_credits: 'follows from a sitting that is passed',
  devices: 'written by the server and never sent: must not be seen',
  ai_settings: 'written by the server and never sent: must not be seen',
  audit_logs: 'written beside every write, in a table of its own',
};

/** Kinds from which triggers of PostgreSQL make other rows: what is answered does not tell of those, so only the memory store has them. */
export const FOLLOWED: ReadonlySet<string> = new Set([
  'stock_movements',
  'consumable_usage',
  'lab_investigations',
  'user_assessments',
  'notifications',
]);

/**
 * Fields that triggers of PostgreSQL fill in as a row is written: what is answered leaves them as they were read. Values a person had
 * read are only added to; names of devices follow their device.
 */
export const FILLED: Readonly<Record<string, readonly string[]>> = {
  sync_conflicts: ['before', 'device_name', 'theirs_device_name'],
};

/** Kinds that came with the upgrade of a day with an old client: nothing else points to them. */
const NEW_KINDS: ReadonlySet<string> = new Set(['flap_observations', 'tasks', 'mdt_attendances', 'shopping_list_items']);

const newFields = new WeakMap<RecordDef, ReadonlySet<string>>();

/** Fields that came with the upgrade: every third of those that no rule names. */
export function newFieldsOf(def: RecordDef): ReadonlySet<string> {
  const known = newFields.get(def);
  if (known) return known;
  const rules = [...(def.checks ?? []), ...(def.unique ?? []), ...(def.locks ?? []), ...(def.across ?? [])];
  const named = new Set([
    ...rules.flatMap((rule) => rule.fields),
    ...(def.locks ?? []).map((lock) => lock.when.field),
    ...(def.access.guards ?? []).flatMap((guard) => guard.fields),
    ...Object.keys(def.transitions ?? {}),
  ]);
  const free = Object.entries(def.fields).filter(
    ([name, f]) => !f.required && f.kind !== 'link' && mergeRuleOf(def, name) === 'field' && !named.has(name),
  );
  const found = new Set(free.map(([name]) => name).filter((name) => crc32(bytesOf(name)) % 3 === 0));
  newFields.set(def, found);
  return found;
}

const bytesOf = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0));

/** Whether an app of before the upgrade knows this kind. */
export const isOldKind = (kind: string): boolean => !NEW_KINDS.has(kind);

/** Every kind that devices write. */
export const WRITTEN: readonly string[] = RECORD_LIST.map((def) => def.name).filter((name) => !(name in NOT_WRITTEN));

/** Kinds whose rows are never edited: a wrong entry is retracted and made anew, in one group. */
export const CORRECTED: readonly string[] = RECORD_LIST.filter(
  (def) => def.merge === 'append' && def.scope !== 'none' && def.access.retract.length > 0 && WRITTEN.includes(def.name),
).map((def) => def.name);
