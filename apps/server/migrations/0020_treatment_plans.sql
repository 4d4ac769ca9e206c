-- 0020_treatment_plans.sql — What is meant to be done for a patient, why, by whom, until when, and who approved it.

create table treatment_plans (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint treatment_plans_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  patient_id uuid not null,
  admission_id uuid,
  plan_name varchar(255) not null,
  diagnosis text not null,
  plan_type text,
  priority text,
  treatment_goals text,
  expected_outcomes text,
  risk_assessment text,
  start_date date,
  target_completion_date date,
  actual_completion_date date,
  status text not null,
  status_reason text,
  primary_surgeon_id uuid,
  assisting_surgeon_id uuid,
  responsible_resident_id uuid,
  approved boolean,
  approval_note text,
  approved_by uuid,
  approved_at timestamptz(3),
  ai_recommendations text,
  constraint treatment_plans_facility_id_id_key unique (facility_id, id),
  constraint treatment_plans_patient_id_fkey foreign key (facility_id, patient_id) references patients (facility_id, id),
  constraint treatment_plans_admission_id_fkey foreign key (facility_id, admission_id) references patient_admissions (facility_id, id),
  constraint treatment_plans_diagnosis_length check (char_length(diagnosis) <= 4000),
  constraint treatment_plans_plan_type_choice check (plan_type in ('Surgical', 'Conservative', 'Combined')),
  constraint treatment_plans_priority_choice check (priority in ('Elective', 'Urgent', 'Emergency')),
  constraint treatment_plans_treatment_goals_length check (char_length(treatment_goals) <= 10000),
  constraint treatment_plans_expected_outcomes_length check (char_length(expected_outcomes) <= 10000),
  constraint treatment_plans_risk_assessment_length check (char_length(risk_assessment) <= 10000),
  constraint treatment_plans_status_choice check (status in ('Draft', 'Active', 'Completed', 'Cancelled', 'On Hold')),
  constraint treatment_plans_status_reason_length check (char_length(status_reason) <= 1000),
  constraint treatment_plans_primary_surgeon_id_fkey foreign key (facility_id, primary_surgeon_id) references users (facility_id, id),
  constraint treatment_plans_assisting_surgeon_id_fkey foreign key (facility_id, assisting_surgeon_id) references users (facility_id, id),
  constraint treatment_plans_responsible_resident_id_fkey foreign key (facility_id, responsible_resident_id) references users (facility_id, id),
  constraint treatment_plans_approval_note_length check (char_length(approval_note) <= 2000),
  constraint treatment_plans_approved_by_fkey foreign key (facility_id, approved_by) references users (facility_id, id),
  constraint treatment_plans_ai_recommendations_length check (char_length(ai_recommendations) <= 10000),
  constraint treatment_plans_target_after_start check (start_date is null or target_completion_date is null or target_completion_date >= start_date),
  constraint treatment_plans_finished_after_start check (start_date is null or actual_completion_date is null or actual_completion_date >= start_date),
  constraint treatment_plans_finished_when_completed check (actual_completion_date is null or status = 'Completed')
);
create index treatment_plans_patient_id_idx on treatment_plans (facility_id, patient_id);
create index treatment_plans_admission_id_idx on treatment_plans (facility_id, admission_id);
create index treatment_plans_primary_surgeon_id_idx on treatment_plans (facility_id, primary_surgeon_id);
create index treatment_plans_assisting_surgeon_id_idx on treatment_plans (facility_id, assisting_surgeon_id);
create index treatment_plans_responsible_resident_id_idx on treatment_plans (facility_id, responsible_resident_id);
create index treatment_plans_approved_by_idx on treatment_plans (facility_id, approved_by);
create index treatment_plans_status_idx on treatment_plans (facility_id, status);
create trigger treatment_plans_kept before delete or truncate on treatment_plans for each statement execute function record_kept();
create trigger treatment_plans_guard before update on treatment_plans for each row execute function record_guard();
create constraint trigger treatment_plans_stamp after insert or update on treatment_plans deferrable initially deferred
  for each row execute function sync_stamp('clinical');
create trigger treatment_plans_approval_stands before update on treatment_plans for each row
  when (old.approved in (true) and (new.plan_name is distinct from old.plan_name or new.diagnosis is distinct from old.diagnosis or new.plan_type is distinct from old.plan_type or new.priority is distinct from old.priority or new.treatment_goals is distinct from old.treatment_goals or new.expected_outcomes is distinct from old.expected_outcomes or new.risk_assessment is distinct from old.risk_assessment or new.primary_surgeon_id is distinct from old.primary_surgeon_id or new.approved is distinct from old.approved or new.approval_note is distinct from old.approval_note or new.approved_by is distinct from old.approved_by or new.approved_at is distinct from old.approved_at)) execute function record_locked();
select record_same('treatment_plans_same_patient', 'patient_id', 'admission_id', 'patient_admissions');
create trigger treatment_plans_same_patient after insert or update on treatment_plans
  for each row execute function treatment_plans_same_patient();
select secure_record('treatment_plans');
