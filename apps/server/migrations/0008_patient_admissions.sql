-- 0008_patient_admissions.sql — One stay in hospital: where, why, under whom, and how it ended.

create table patient_admissions (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint patient_admissions_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  patient_id uuid not null,
  admission_number varchar(50) not null,
  admission_date timestamptz(3) not null,
  discharge_date timestamptz(3),
  admission_type text not null,
  ward_id uuid,
  bed_number varchar(20),
  consultant_id uuid,
  status text not null,
  discharge_note text,
  presenting_complaint text,
  history_of_presenting_complaint text,
  past_medical_history text,
  past_surgical_history text,
  family_history text,
  social_history text,
  examination_findings text,
  provisional_diagnosis text,
  ai_summary text,
  ai_generated_at timestamptz(3),
  constraint patient_admissions_facility_id_id_key unique (facility_id, id),
  constraint patient_admissions_patient_id_fkey foreign key (facility_id, patient_id) references patients (facility_id, id),
  constraint patient_admissions_admission_type_choice check (admission_type in ('Emergency', 'Elective', 'Transfer')),
  constraint patient_admissions_ward_id_fkey foreign key (facility_id, ward_id) references wards (facility_id, id),
  constraint patient_admissions_consultant_id_fkey foreign key (facility_id, consultant_id) references users (facility_id, id),
  constraint patient_admissions_status_choice check (status in ('Active', 'Discharged', 'Transferred', 'Deceased')),
  constraint patient_admissions_discharge_note_length check (char_length(discharge_note) <= 4000),
  constraint patient_admissions_presenting_complaint_length check (char_length(presenting_complaint) <= 10000),
  constraint patient_admissions_history_of_presenting_complaint_length check (char_length(history_of_presenting_complaint) <= 10000),
  constraint patient_admissions_past_medical_history_length check (char_length(past_medical_history) <= 10000),
  constraint patient_admissions_past_surgical_history_length check (char_length(past_surgical_history) <= 10000),
  constraint patient_admissions_family_history_length check (char_length(family_history) <= 10000),
  constraint patient_admissions_social_history_length check (char_length(social_history) <= 10000),
  constraint patient_admissions_examination_findings_length check (char_length(examination_findings) <= 10000),
  constraint patient_admissions_provisional_diagnosis_length check (char_length(provisional_diagnosis) <= 10000),
  constraint patient_admissions_ai_summary_length check (char_length(ai_summary) <= 10000),
  constraint patient_admissions_ends_after_start check (discharge_date is null or discharge_date >= admission_date),
  constraint patient_admissions_end_dated check ((status = 'Active') = (discharge_date is null)),
  constraint patient_admissions_bed_in_ward check (bed_number is null or ward_id is not null)
);
create unique index patient_admissions_one_open on patient_admissions (facility_id, patient_id) where not deleted and status = 'Active';
create unique index patient_admissions_one_in_bed on patient_admissions (facility_id, ward_id, bed_number) where not deleted and status = 'Active';
create unique index patient_admissions_number_once on patient_admissions (facility_id, admission_number) where not deleted;
create index patient_admissions_patient_id_idx on patient_admissions (facility_id, patient_id);
create index patient_admissions_ward_id_idx on patient_admissions (facility_id, ward_id);
create index patient_admissions_consultant_id_idx on patient_admissions (facility_id, consultant_id);
create index patient_admissions_admission_date_idx on patient_admissions (facility_id, admission_date);
create trigger patient_admissions_kept before delete or truncate on patient_admissions for each statement execute function record_kept();
create trigger patient_admissions_guard before update on patient_admissions for each row execute function record_guard();
create constraint trigger patient_admissions_stamp after insert or update on patient_admissions deferrable initially deferred
  for each row execute function sync_stamp('clinical');
select secure_record('patient_admissions');
