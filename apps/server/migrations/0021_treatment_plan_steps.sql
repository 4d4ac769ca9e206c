-- 0021_treatment_plan_steps.sql — One numbered step of a treatment plan: what is due, when, who does it, and whether it was done.

create table treatment_plan_steps (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint treatment_plan_steps_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  patient_id uuid,
  treatment_plan_id uuid not null,
  step_number integer not null,
  step_name varchar(255) not null,
  step_type text,
  description text,
  scheduled_date date,
  completed_date date,
  completed_by uuid,
  status text not null,
  assigned_to uuid,
  notes text,
  constraint treatment_plan_steps_facility_id_id_key unique (facility_id, id),
  constraint treatment_plan_steps_patient_id_fkey foreign key (facility_id, patient_id) references patients (facility_id, id),
  constraint treatment_plan_steps_treatment_plan_id_fkey foreign key (facility_id, treatment_plan_id) references treatment_plans (facility_id, id),
  constraint treatment_plan_steps_step_number_range check (step_number between 1 and 999),
  constraint treatment_plan_steps_step_type_choice check (step_type in ('Investigation', 'Procedure', 'Medication', 'Monitoring', 'Other')),
  constraint treatment_plan_steps_description_length check (char_length(description) <= 10000),
  constraint treatment_plan_steps_completed_by_fkey foreign key (facility_id, completed_by) references users (facility_id, id),
  constraint treatment_plan_steps_status_choice check (status in ('Pending', 'In Progress', 'Completed', 'Cancelled', 'Deferred')),
  constraint treatment_plan_steps_assigned_to_fkey foreign key (facility_id, assigned_to) references users (facility_id, id),
  constraint treatment_plan_steps_notes_length check (char_length(notes) <= 10000),
  constraint treatment_plan_steps_done_when_completed check (completed_date is null or status = 'Completed')
);
create unique index treatment_plan_steps_number_once on treatment_plan_steps (facility_id, treatment_plan_id, step_number) where not deleted;
create index treatment_plan_steps_patient_id_idx on treatment_plan_steps (facility_id, patient_id);
create index treatment_plan_steps_treatment_plan_id_idx on treatment_plan_steps (facility_id, treatment_plan_id);
create index treatment_plan_steps_completed_by_idx on treatment_plan_steps (facility_id, completed_by);
create index treatment_plan_steps_assigned_to_idx on treatment_plan_steps (facility_id, assigned_to);
create index treatment_plan_steps_status_idx on treatment_plan_steps (facility_id, status);
create index treatment_plan_steps_scheduled_date_idx on treatment_plan_steps (facility_id, scheduled_date);
create trigger treatment_plan_steps_kept before delete or truncate on treatment_plan_steps for each statement execute function record_kept();
create trigger treatment_plan_steps_guard before update on treatment_plan_steps for each row execute function record_guard();
create constraint trigger treatment_plan_steps_stamp after insert or update on treatment_plan_steps deferrable initially deferred
  for each row execute function sync_stamp('clinical');
-- The patient is the one of the plan; who writes need not name it.
create trigger treatment_plan_steps_patient before insert on treatment_plan_steps for each row
  when (new.patient_id is null) execute function record_patient('treatment_plan_id', 'treatment_plans');
select record_same('treatment_plan_steps_same_patient', 'patient_id', 'treatment_plan_id', 'treatment_plans');
create trigger treatment_plan_steps_same_patient after insert or update on treatment_plan_steps
  for each row execute function treatment_plan_steps_same_patient();
select secure_record('treatment_plan_steps');
