-- 0023_preoperative_assessments.sql — What was found when a patient was assessed for an operation, and whether the patient is fit for it.

create table preoperative_assessments (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint preoperative_assessments_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  patient_id uuid not null,
  admission_id uuid,
  surgery_booking_id uuid,
  assessed_at timestamptz(3) not null,
  asa_class text,
  asa_emergency boolean,
  medical_history text,
  previous_anaesthesia text,
  current_medicines text,
  anticoagulants text[],
  anticoagulant_last_dose_at timestamptz(3),
  anticoagulant_plan text,
  mallampati text,
  mouth_opening_mm integer,
  airway_findings text,
  difficult_airway_expected boolean,
  last_food_at timestamptz(3),
  last_clear_fluid_at timestamptz(3),
  pulse_bpm integer,
  systolic_mmhg integer,
  diastolic_mmhg integer,
  spo2_percent integer,
  weight_kg numeric(5, 2),
  height_cm numeric(4, 1),
  examination text,
  investigations_reviewed text[],
  investigations_outstanding text[],
  pregnancy_excluded text,
  last_menstrual_period date,
  blood_arranged text,
  blood_units integer,
  anaesthetic_plan text,
  fitness_decision text,
  fitness_reason text,
  decided_by uuid,
  decided_at timestamptz(3),
  constraint preoperative_assessments_facility_id_id_key unique (facility_id, id),
  constraint preoperative_assessments_patient_id_fkey foreign key (facility_id, patient_id) references patients (facility_id, id),
  constraint preoperative_assessments_admission_id_fkey foreign key (facility_id, admission_id) references patient_admissions (facility_id, id),
  constraint preoperative_assessments_surgery_booking_id_fkey foreign key (facility_id, surgery_booking_id) references surgery_bookings (facility_id, id),
  constraint preoperative_assessments_asa_class_choice check (asa_class in ('I', 'II', 'III', 'IV', 'V', 'VI')),
  constraint preoperative_assessments_medical_history_length check (char_length(medical_history) <= 10000),
  constraint preoperative_assessments_previous_anaesthesia_length check (char_length(previous_anaesthesia) <= 10000),
  constraint preoperative_assessments_current_medicines_length check (char_length(current_medicines) <= 10000),
  constraint preoperative_assessments_anticoagulant_plan_length check (char_length(anticoagulant_plan) <= 2000),
  constraint preoperative_assessments_mallampati_choice check (mallampati in ('I', 'II', 'III', 'IV')),
  constraint preoperative_assessments_mouth_opening_mm_range check (mouth_opening_mm between 0 and 80),
  constraint preoperative_assessments_airway_findings_length check (char_length(airway_findings) <= 2000),
  constraint preoperative_assessments_pulse_bpm_range check (pulse_bpm between 0 and 350),
  constraint preoperative_assessments_systolic_mmhg_range check (systolic_mmhg between 0 and 350),
  constraint preoperative_assessments_diastolic_mmhg_range check (diastolic_mmhg between 0 and 250),
  constraint preoperative_assessments_spo2_percent_range check (spo2_percent between 0 and 100),
  constraint preoperative_assessments_weight_kg_range check (weight_kg between 0.3 and 400),
  constraint preoperative_assessments_height_cm_range check (height_cm between 20 and 260),
  constraint preoperative_assessments_examination_length check (char_length(examination) <= 10000),
  constraint preoperative_assessments_pregnancy_excluded_choice check (pregnancy_excluded in ('Test negative', 'Test positive', 'Not tested', 'Not applicable')),
  constraint preoperative_assessments_blood_arranged_choice check (blood_arranged in ('Not needed', 'Group and save', 'Crossmatched', 'Asked for, not ready')),
  constraint preoperative_assessments_blood_units_range check (blood_units between 0 and 50),
  constraint preoperative_assessments_anaesthetic_plan_length check (char_length(anaesthetic_plan) <= 4000),
  constraint preoperative_assessments_fitness_decision_choice check (fitness_decision in ('Fit', 'Fit with conditions', 'Not fit yet', 'Not fit')),
  constraint preoperative_assessments_fitness_reason_length check (char_length(fitness_reason) <= 2000),
  constraint preoperative_assessments_decided_by_fkey foreign key (facility_id, decided_by) references users (facility_id, id),
  constraint preoperative_assessments_decision_explained check (fitness_decision is null or fitness_decision = 'Fit' or fitness_reason is not null),
  constraint preoperative_assessments_pressure_order check (systolic_mmhg is null or diastolic_mmhg is null or diastolic_mmhg <= systolic_mmhg),
  constraint preoperative_assessments_asa_six check (asa_class is distinct from 'VI' or asa_emergency is not true)
);
create index preoperative_assessments_patient_id_idx on preoperative_assessments (facility_id, patient_id);
create index preoperative_assessments_admission_id_idx on preoperative_assessments (facility_id, admission_id);
create index preoperative_assessments_surgery_booking_id_idx on preoperative_assessments (facility_id, surgery_booking_id);
create index preoperative_assessments_decided_by_idx on preoperative_assessments (facility_id, decided_by);
create index preoperative_assessments_assessed_at_idx on preoperative_assessments (facility_id, assessed_at);
create trigger preoperative_assessments_kept before delete or truncate on preoperative_assessments for each statement execute function record_kept();
create trigger preoperative_assessments_guard before update on preoperative_assessments for each row execute function record_guard();
create constraint trigger preoperative_assessments_stamp after insert or update on preoperative_assessments deferrable initially deferred
  for each row execute function sync_stamp('clinical');
create trigger preoperative_assessments_decided before update on preoperative_assessments for each row
  when (old.fitness_decision in ('Fit', 'Fit with conditions', 'Not fit') and (new.admission_id is distinct from old.admission_id or new.surgery_booking_id is distinct from old.surgery_booking_id or new.assessed_at is distinct from old.assessed_at or new.asa_class is distinct from old.asa_class or new.asa_emergency is distinct from old.asa_emergency or new.medical_history is distinct from old.medical_history or new.previous_anaesthesia is distinct from old.previous_anaesthesia or new.current_medicines is distinct from old.current_medicines or new.anticoagulants is distinct from old.anticoagulants or new.anticoagulant_last_dose_at is distinct from old.anticoagulant_last_dose_at or new.anticoagulant_plan is distinct from old.anticoagulant_plan or new.mallampati is distinct from old.mallampati or new.mouth_opening_mm is distinct from old.mouth_opening_mm or new.airway_findings is distinct from old.airway_findings or new.difficult_airway_expected is distinct from old.difficult_airway_expected or new.last_food_at is distinct from old.last_food_at or new.last_clear_fluid_at is distinct from old.last_clear_fluid_at or new.pulse_bpm is distinct from old.pulse_bpm or new.systolic_mmhg is distinct from old.systolic_mmhg or new.diastolic_mmhg is distinct from old.diastolic_mmhg or new.spo2_percent is distinct from old.spo2_percent or new.weight_kg is distinct from old.weight_kg or new.height_cm is distinct from old.height_cm or new.examination is distinct from old.examination or new.investigations_reviewed is distinct from old.investigations_reviewed or new.investigations_outstanding is distinct from old.investigations_outstanding or new.pregnancy_excluded is distinct from old.pregnancy_excluded or new.last_menstrual_period is distinct from old.last_menstrual_period or new.blood_arranged is distinct from old.blood_arranged or new.blood_units is distinct from old.blood_units or new.anaesthetic_plan is distinct from old.anaesthetic_plan or new.fitness_decision is distinct from old.fitness_decision or new.fitness_reason is distinct from old.fitness_reason or new.decided_by is distinct from old.decided_by or new.decided_at is distinct from old.decided_at)) execute function record_locked();
select record_same('preoperative_assessments_same_patient', 'patient_id', 'admission_id', 'patient_admissions', 'surgery_booking_id', 'surgery_bookings');
create trigger preoperative_assessments_same_patient after insert or update on preoperative_assessments
  for each row execute function preoperative_assessments_same_patient();
select secure_record('preoperative_assessments');
