-- 0094_medication_administrations.sql — One dose that was given, withheld or refused, when, and by whom.

create table medication_administrations (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint medication_administrations_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  patient_id uuid not null,
  admission_id uuid,
  prescription_item_id uuid,
  medication_name varchar(255) not null,
  outcome text not null,
  reason text,
  dose_given varchar(100),
  route varchar(50),
  site varchar(100),
  given_at timestamptz(3) not null,
  given_by uuid,
  checked_by uuid,
  constraint medication_administrations_facility_id_id_key unique (facility_id, id),
  constraint medication_administrations_patient_id_fkey foreign key (facility_id, patient_id) references patients (facility_id, id),
  constraint medication_administrations_admission_id_fkey foreign key (facility_id, admission_id) references patient_admissions (facility_id, id),
  constraint medication_administrations_prescription_item_id_fkey foreign key (facility_id, prescription_item_id) references prescription_items (facility_id, id),
  constraint medication_administrations_outcome_choice check (outcome in ('Given', 'Withheld', 'Refused')),
  constraint medication_administrations_reason_length check (char_length(reason) <= 1000),
  constraint medication_administrations_given_by_fkey foreign key (facility_id, given_by) references users (facility_id, id),
  constraint medication_administrations_checked_by_fkey foreign key (facility_id, checked_by) references users (facility_id, id),
  constraint medication_administrations_dose_said check (outcome <> 'Given' or dose_given is not null),
  constraint medication_administrations_nothing_given check (outcome = 'Given' or dose_given is null),
  constraint medication_administrations_reason_said check (outcome = 'Given' or reason is not null),
  constraint medication_administrations_two_people check (checked_by is null or given_by is null or checked_by <> given_by)
);
create index medication_administrations_patient_id_idx on medication_administrations (facility_id, patient_id);
create index medication_administrations_admission_id_idx on medication_administrations (facility_id, admission_id);
create index medication_administrations_prescription_item_id_idx on medication_administrations (facility_id, prescription_item_id);
create index medication_administrations_given_by_idx on medication_administrations (facility_id, given_by);
create index medication_administrations_checked_by_idx on medication_administrations (facility_id, checked_by);
create index medication_administrations_given_at_idx on medication_administrations (facility_id, given_at);
create index medication_administrations_outcome_idx on medication_administrations (facility_id, outcome);
create trigger medication_administrations_kept before delete or truncate on medication_administrations for each statement execute function record_kept();
create trigger medication_administrations_guard before update on medication_administrations for each row execute function record_guard();
create constraint trigger medication_administrations_stamp after insert or update on medication_administrations deferrable initially deferred
  for each row execute function sync_stamp('medicines');
select record_same('medication_administrations_same_patient', 'patient_id', 'admission_id', 'patient_admissions', 'prescription_item_id', 'prescription_items');
create trigger medication_administrations_same_patient after insert or update on medication_administrations
  for each row execute function medication_administrations_same_patient();
select secure_record('medication_administrations');
