-- 0064_tasks.sql — Something that somebody must do by a certain time, mostly for a patient.

create table tasks (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint tasks_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  title varchar(200) not null,
  patient_id uuid,
  admission_id uuid,
  details text,
  due_at timestamptz(3),
  priority text,
  assigned_to uuid,
  status text not null,
  outcome text,
  done_by uuid,
  done_at timestamptz(3),
  constraint tasks_facility_id_id_key unique (facility_id, id),
  constraint tasks_patient_id_fkey foreign key (facility_id, patient_id) references patients (facility_id, id),
  constraint tasks_admission_id_fkey foreign key (facility_id, admission_id) references patient_admissions (facility_id, id),
  constraint tasks_details_length check (char_length(details) <= 2000),
  constraint tasks_priority_choice check (priority in ('Routine', 'Soon', 'Urgent')),
  constraint tasks_assigned_to_fkey foreign key (facility_id, assigned_to) references users (facility_id, id),
  constraint tasks_status_choice check (status in ('Open', 'In progress', 'Done', 'Cancelled')),
  constraint tasks_outcome_length check (char_length(outcome) <= 2000),
  constraint tasks_done_by_fkey foreign key (facility_id, done_by) references users (facility_id, id)
);
create index tasks_patient_id_idx on tasks (facility_id, patient_id);
create index tasks_admission_id_idx on tasks (facility_id, admission_id);
create index tasks_assigned_to_idx on tasks (facility_id, assigned_to);
create index tasks_done_by_idx on tasks (facility_id, done_by);
create index tasks_due_at_idx on tasks (facility_id, due_at);
create index tasks_status_idx on tasks (facility_id, status);
create trigger tasks_kept before delete or truncate on tasks for each statement execute function record_kept();
create trigger tasks_guard before update on tasks for each row execute function record_guard();
create constraint trigger tasks_stamp after insert or update on tasks deferrable initially deferred
  for each row execute function sync_stamp('clinical');
select record_same('tasks_same_patient', 'patient_id', 'admission_id', 'patient_admissions');
create trigger tasks_same_patient after insert or update on tasks
  for each row execute function tasks_same_patient();
select secure_record('tasks');
