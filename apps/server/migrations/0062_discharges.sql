-- 0062_discharges.sql — How a stay ends: outcome, where to, what to take, when to come back. Ending the admission itself is a step of its own.

create table discharges (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint discharges_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  patient_id uuid not null,
  admission_id uuid not null,
  planned_for date,
  outcome text not null,
  destination text,
  destination_name varchar(200),
  final_diagnosis text,
  procedures_done text,
  hospital_course text,
  medicines_to_take_home text,
  wound_care text,
  diet text,
  activity text,
  warning_signs text,
  follow_up_date date,
  follow_up_clinic text,
  against_advice_reason text,
  against_advice_signed_by varchar(200),
  is_final boolean,
  finalised_by uuid,
  finalised_at timestamptz(3),
  constraint discharges_facility_id_id_key unique (facility_id, id),
  constraint discharges_patient_id_fkey foreign key (facility_id, patient_id) references patients (facility_id, id),
  constraint discharges_admission_id_fkey foreign key (facility_id, admission_id) references patient_admissions (facility_id, id),
  constraint discharges_outcome_choice check (outcome in ('Improved', 'Recovered', 'Transferred', 'Against medical advice', 'Deceased')),
  constraint discharges_destination_choice check (destination in ('Home', 'Another facility', 'Mortuary', 'Other')),
  constraint discharges_final_diagnosis_length check (char_length(final_diagnosis) <= 2000),
  constraint discharges_procedures_done_length check (char_length(procedures_done) <= 4000),
  constraint discharges_hospital_course_length check (char_length(hospital_course) <= 8000),
  constraint discharges_medicines_to_take_home_length check (char_length(medicines_to_take_home) <= 4000),
  constraint discharges_wound_care_length check (char_length(wound_care) <= 2000),
  constraint discharges_diet_length check (char_length(diet) <= 1000),
  constraint discharges_activity_length check (char_length(activity) <= 1000),
  constraint discharges_warning_signs_length check (char_length(warning_signs) <= 2000),
  constraint discharges_follow_up_clinic_choice check (follow_up_clinic in ('Outpatient', 'Hand', 'Burns', 'Wound', 'Reconstructive')),
  constraint discharges_against_advice_reason_length check (char_length(against_advice_reason) <= 2000),
  constraint discharges_finalised_by_fkey foreign key (facility_id, finalised_by) references users (facility_id, id),
  constraint discharges_against_advice_explained check (outcome <> 'Against medical advice' or is_final is not true or num_nonnulls(against_advice_reason, against_advice_signed_by) = 2),
  constraint discharges_death_and_mortuary check (destination is distinct from 'Mortuary' or outcome = 'Deceased'),
  constraint discharges_final_whole check (is_final is not true or num_nonnulls(final_diagnosis, destination) = 2)
);
create unique index discharges_one_per_stay on discharges (facility_id, admission_id) where not deleted;
create index discharges_patient_id_idx on discharges (facility_id, patient_id);
create index discharges_admission_id_idx on discharges (facility_id, admission_id);
create index discharges_finalised_by_idx on discharges (facility_id, finalised_by);
create index discharges_follow_up_date_idx on discharges (facility_id, follow_up_date);
create trigger discharges_kept before delete or truncate on discharges for each statement execute function record_kept();
create trigger discharges_guard before update on discharges for each row execute function record_guard();
create constraint trigger discharges_stamp after insert or update on discharges deferrable initially deferred
  for each row execute function sync_stamp('clinical');
create trigger discharges_final before update on discharges for each row
  when (old.is_final in (true) and (new.outcome is distinct from old.outcome or new.destination is distinct from old.destination or new.destination_name is distinct from old.destination_name or new.final_diagnosis is distinct from old.final_diagnosis or new.procedures_done is distinct from old.procedures_done or new.hospital_course is distinct from old.hospital_course or new.medicines_to_take_home is distinct from old.medicines_to_take_home or new.wound_care is distinct from old.wound_care or new.diet is distinct from old.diet or new.activity is distinct from old.activity or new.warning_signs is distinct from old.warning_signs or new.follow_up_date is distinct from old.follow_up_date or new.follow_up_clinic is distinct from old.follow_up_clinic or new.against_advice_reason is distinct from old.against_advice_reason or new.against_advice_signed_by is distinct from old.against_advice_signed_by or new.is_final is distinct from old.is_final)) execute function record_locked();
select record_same('discharges_same_patient', 'patient_id', 'admission_id', 'patient_admissions');
create trigger discharges_same_patient after insert or update on discharges
  for each row execute function discharges_same_patient();
select secure_record('discharges');
