-- 0092_prescriptions.sql — The head of a prescription: for whom, by whom, for what; its lines name the medicines.

create table prescriptions (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint prescriptions_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  patient_id uuid not null,
  treatment_plan_id uuid,
  admission_id uuid,
  prescription_type text,
  diagnosis text,
  status text not null,
  hold_reason text,
  held_by uuid,
  held_at timestamptz(3),
  notes text,
  prescribed_by uuid,
  prescribed_date timestamptz(3),
  constraint prescriptions_facility_id_id_key unique (facility_id, id),
  constraint prescriptions_patient_id_fkey foreign key (facility_id, patient_id) references patients (facility_id, id),
  constraint prescriptions_treatment_plan_id_fkey foreign key (facility_id, treatment_plan_id) references treatment_plans (facility_id, id),
  constraint prescriptions_admission_id_fkey foreign key (facility_id, admission_id) references patient_admissions (facility_id, id),
  constraint prescriptions_prescription_type_choice check (prescription_type in ('Inpatient', 'Outpatient', 'Discharge')),
  constraint prescriptions_diagnosis_length check (char_length(diagnosis) <= 2000),
  constraint prescriptions_status_choice check (status in ('Active', 'Completed', 'Cancelled', 'On Hold')),
  constraint prescriptions_hold_reason_length check (char_length(hold_reason) <= 1000),
  constraint prescriptions_held_by_fkey foreign key (facility_id, held_by) references users (facility_id, id),
  constraint prescriptions_notes_length check (char_length(notes) <= 4000),
  constraint prescriptions_prescribed_by_fkey foreign key (facility_id, prescribed_by) references users (facility_id, id),
  constraint prescriptions_hold_explained check ((status = 'On Hold') = (hold_reason is not null))
);
create index prescriptions_patient_id_idx on prescriptions (facility_id, patient_id);
create index prescriptions_treatment_plan_id_idx on prescriptions (facility_id, treatment_plan_id);
create index prescriptions_admission_id_idx on prescriptions (facility_id, admission_id);
create index prescriptions_held_by_idx on prescriptions (facility_id, held_by);
create index prescriptions_prescribed_by_idx on prescriptions (facility_id, prescribed_by);
create index prescriptions_status_idx on prescriptions (facility_id, status);
create index prescriptions_prescribed_date_idx on prescriptions (facility_id, prescribed_date);
create trigger prescriptions_kept before delete or truncate on prescriptions for each statement execute function record_kept();
create trigger prescriptions_guard before update on prescriptions for each row execute function record_guard();
create constraint trigger prescriptions_stamp after insert or update on prescriptions deferrable initially deferred
  for each row execute function sync_stamp('medicines');
select record_same('prescriptions_same_patient', 'patient_id', 'admission_id', 'patient_admissions', 'treatment_plan_id', 'treatment_plans');
create trigger prescriptions_same_patient after insert or update on prescriptions
  for each row execute function prescriptions_same_patient();
select secure_record('prescriptions');
