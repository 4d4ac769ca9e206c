-- The tables of the earlier app's PostgreSQL, written anew from their description: names, types, states and defaults are a contract.
create table users (
  id uuid primary key default gen_random_uuid(), email varchar(255) not null unique, password varchar(255) not null,
  full_name varchar(255) not null, role varchar(50) not null, department varchar(100), specialization varchar(100),
  license_number varchar(50), phone varchar(20), is_approved boolean default false, is_active boolean default true,
  created_at timestamptz default now(), updated_at timestamptz default now());
create table ai_settings (
  id uuid primary key default gen_random_uuid(), setting_key varchar(100) not null unique, setting_value text,
  is_encrypted boolean default true, updated_by uuid references users, created_at timestamptz default now(), updated_at timestamptz default now());
create table patients (
  id uuid primary key default gen_random_uuid(), hospital_number varchar(50) not null unique, first_name varchar(100) not null,
  last_name varchar(100) not null, other_names varchar(100), date_of_birth date not null,
  gender varchar(20) not null check (gender in ('Male', 'Female', 'Other')), phone varchar(20), email varchar(100), address text,
  city varchar(100), state varchar(100), country varchar(100) default 'Nigeria', emergency_contact_name varchar(200),
  emergency_contact_phone varchar(20), emergency_contact_relationship varchar(100), blood_group varchar(10), genotype varchar(10),
  allergies text, chronic_conditions text, current_medications text, created_by uuid references users, updated_by uuid references users,
  deleted boolean default false, synced boolean default false, created_at timestamptz default now(), updated_at timestamptz default now());
create table patient_admissions (
  id uuid primary key default gen_random_uuid(), patient_id uuid not null references patients on delete cascade,
  admission_number varchar(50) not null unique, admission_date timestamptz not null, discharge_date timestamptz,
  admission_type varchar(50), ward varchar(100), bed_number varchar(20), consultant_id uuid references users, presenting_complaint text,
  history_of_presenting_complaint text, past_medical_history text, past_surgical_history text, family_history text, social_history text,
  examination_findings text, provisional_diagnosis text, ai_summary text, ai_generated_at timestamptz,
  status varchar(50) default 'Active', created_by uuid references users, updated_by uuid references users, deleted boolean default false,
  synced boolean default false, created_at timestamptz default now(), updated_at timestamptz default now());
create table treatment_plans (
  id uuid primary key default gen_random_uuid(), patient_id uuid not null references patients on delete cascade,
  admission_id uuid references patient_admissions on delete set null, plan_name varchar(255) not null, diagnosis text not null,
  plan_type varchar(50), priority varchar(50), treatment_goals text, expected_outcomes text, start_date date, target_completion_date date,
  actual_completion_date date, status varchar(50) default 'Draft', primary_surgeon_id uuid references users,
  assisting_surgeon_id uuid references users, responsible_resident_id uuid references users, ai_recommendations text, risk_assessment text,
  deleted boolean default false, created_at timestamptz default now(), updated_at timestamptz default now());
create table treatment_plan_steps (
  id uuid primary key default gen_random_uuid(), treatment_plan_id uuid not null references treatment_plans on delete cascade,
  step_number integer not null, step_name varchar(255) not null, step_type varchar(50), description text, scheduled_date date,
  completed_date date, status varchar(50) default 'Pending', assigned_to uuid references users, notes text, deleted boolean default false,
  created_at timestamptz default now(), updated_at timestamptz default now(), unique (treatment_plan_id, step_number));
create table surgery_bookings (
  id uuid primary key default gen_random_uuid(), patient_id uuid not null references patients on delete cascade,
  treatment_plan_id uuid references treatment_plans on delete set null, procedure_name varchar(255) not null, procedure_code varchar(50),
  procedure_type varchar(100), scheduled_date date not null, scheduled_time time not null, estimated_duration integer,
  theatre_number varchar(50), ward varchar(100), primary_surgeon_id uuid references users, assistant_surgeon_id uuid references users,
  anaesthetist_id uuid references users, scrub_nurse_id uuid references users, pre_op_diagnosis text, planned_procedure text,
  consent_obtained boolean default false, consent_date timestamptz, actual_start_time timestamptz, actual_end_time timestamptz,
  anaesthesia_type varchar(100), findings text, procedure_performed text, complications text, post_op_diagnosis text,
  post_op_instructions text, status varchar(50) default 'Scheduled', deleted boolean default false, created_at timestamptz default now(),
  updated_at timestamptz default now());
create table surgical_checklists (
  id uuid primary key default gen_random_uuid(), surgery_booking_id uuid not null references surgery_bookings on delete cascade,
  sign_in_completed boolean default false, sign_in_completed_by uuid references users, sign_in_completed_at timestamptz,
  time_out_completed boolean default false, time_out_completed_by uuid references users, time_out_completed_at timestamptz,
  sign_out_completed boolean default false, sign_out_completed_by uuid references users, sign_out_completed_at timestamptz,
  patient_identity_confirmed boolean default false, site_marked boolean default false, consent_confirmed boolean default false,
  allergies_checked boolean default false, equipment_issues_check boolean default false, team_introductions boolean default false,
  procedure_confirmed boolean default false, critical_steps_reviewed boolean default false, anticipated_events boolean default false,
  procedure_recorded boolean default false, instrument_count_correct boolean default false, specimen_labeled boolean default false,
  equipment_problems boolean default false, notes text, created_at timestamptz default now(), updated_at timestamptz default now());
create table surgical_consumables (
  id uuid primary key default gen_random_uuid(), item_name varchar(255) not null, item_code varchar(50) unique, category varchar(100),
  description text, unit varchar(50), minimum_stock_level integer default 0, reorder_level integer default 0, unit_cost numeric(10, 2),
  is_active boolean default true, created_at timestamptz default now(), updated_at timestamptz default now());
create table consumable_usage (
  id uuid primary key default gen_random_uuid(), consumable_id uuid not null references surgical_consumables,
  patient_id uuid references patients on delete set null, surgery_booking_id uuid references surgery_bookings on delete set null,
  quantity_used integer not null, usage_date timestamptz default now(), recorded_by uuid references users, notes text,
  created_at timestamptz default now());
create table lab_investigations (
  id uuid primary key default gen_random_uuid(), patient_id uuid not null references patients on delete cascade,
  treatment_plan_id uuid references treatment_plans on delete set null, investigation_type varchar(100) not null,
  test_name varchar(255) not null, ordered_date timestamptz default now(), ordered_by uuid references users, priority varchar(50),
  sample_type varchar(100), sample_collected boolean default false, sample_collection_date timestamptz, result_date timestamptz, results text,
  result_values jsonb, interpretation text, reference_ranges text, lab_number varchar(50), performed_by uuid references users,
  reviewed_by uuid references users, notes text, status varchar(50) default 'Ordered', deleted boolean default false,
  created_at timestamptz default now(), updated_at timestamptz default now());
create table prescriptions (
  id uuid primary key default gen_random_uuid(), patient_id uuid not null references patients on delete cascade,
  treatment_plan_id uuid references treatment_plans on delete set null, admission_id uuid references patient_admissions on delete set null,
  prescribed_by uuid references users, prescribed_date timestamptz default now(), prescription_type varchar(50), diagnosis text,
  status varchar(50) default 'Active', notes text, deleted boolean default false, created_at timestamptz default now(),
  updated_at timestamptz default now());
create table prescription_items (
  id uuid primary key default gen_random_uuid(), prescription_id uuid not null references prescriptions on delete cascade,
  medication_name varchar(255) not null, medication_type varchar(100), dosage varchar(100) not null, route varchar(50) not null,
  frequency varchar(100) not null, duration varchar(100), quantity integer, unit varchar(50), instructions text, special_instructions text,
  dispensed boolean default false, dispensed_date timestamptz, dispensed_by uuid references users, created_at timestamptz default now(),
  updated_at timestamptz default now());
create table wound_care_records (
  id uuid primary key default gen_random_uuid(), patient_id uuid not null references patients on delete cascade,
  treatment_plan_id uuid references treatment_plans on delete set null, wound_location varchar(255) not null, wound_type varchar(50),
  assessment_date timestamptz default now(), wound_dimensions varchar(100), wound_appearance text, exudate_type varchar(50),
  exudate_amount varchar(50), signs_of_infection boolean default false, treatment_performed text, dressing_type varchar(100),
  products_used text, healing_status varchar(50), next_dressing_date date, care_plan text, performed_by uuid references users, notes text,
  deleted boolean default false, created_at timestamptz default now(), updated_at timestamptz default now());
create table cme_topics (
  id uuid primary key default gen_random_uuid(), topic_name varchar(255) not null, category varchar(100), description text, content text,
  learning_objectives text, "references" text, ai_generated boolean default false, ai_generated_at timestamptz, difficulty_level varchar(50),
  estimated_duration integer, is_published boolean default false, published_at timestamptz, deleted boolean default false,
  created_at timestamptz default now(), updated_at timestamptz default now());
create table mcq_questions (
  id uuid primary key default gen_random_uuid(), cme_topic_id uuid references cme_topics on delete cascade, question_text text not null,
  question_type varchar(50) default 'Single Choice', options jsonb not null, difficulty varchar(50), explanation text,
  deleted boolean default false, created_at timestamptz default now(), updated_at timestamptz default now());
create table user_assessments (
  id uuid primary key default gen_random_uuid(), user_id uuid not null references users on delete cascade,
  cme_topic_id uuid not null references cme_topics on delete cascade, started_at timestamptz default now(), completed_at timestamptz,
  score numeric(5, 2), total_questions integer, correct_answers integer, answers jsonb, status varchar(50) default 'In Progress',
  created_at timestamptz default now(), updated_at timestamptz default now());
create table mdt_meetings (
  id uuid primary key default gen_random_uuid(), meeting_title varchar(255) not null, meeting_date date not null, meeting_time time not null,
  venue varchar(255), chairperson_id uuid references users, agenda text, minutes text, status varchar(50) default 'Scheduled',
  deleted boolean default false, created_at timestamptz default now(), updated_at timestamptz default now());
create table mdt_cases (
  id uuid primary key default gen_random_uuid(), mdt_meeting_id uuid not null references mdt_meetings on delete cascade,
  patient_id uuid not null references patients on delete cascade, case_summary text not null, presenting_clinician_id uuid references users,
  discussion_points text, recommendations text, action_plan text, follow_up_required boolean default false, follow_up_date date,
  created_at timestamptz default now(), updated_at timestamptz default now());
create table audit_logs (
  id uuid primary key default gen_random_uuid(), user_id uuid references users on delete set null, action varchar(100) not null,
  table_name varchar(100), record_id uuid, old_values jsonb, new_values jsonb, ip_address varchar(45), user_agent text,
  created_at timestamptz default now());
