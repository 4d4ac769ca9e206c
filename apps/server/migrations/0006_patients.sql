-- 0006_patients.sql — Who the patient is, how to reach them and their next of kin, and what never changes about their blood.

create table patients (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint patients_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  hospital_number varchar(50) not null,
  first_name varchar(100) not null,
  last_name varchar(100) not null,
  other_names varchar(100),
  date_of_birth date,
  date_of_birth_precision text,
  gender text not null,
  phone varchar(20),
  email varchar(100),
  address text,
  city varchar(100),
  state varchar(100),
  country varchar(100),
  local_government_area varchar(100),
  occupation varchar(100),
  marital_status text,
  payer text,
  emergency_contact_name varchar(200),
  emergency_contact_phone varchar(20),
  emergency_contact_relationship varchar(100),
  blood_group text,
  genotype text,
  allergies text,
  chronic_conditions text,
  current_medications text,
  constraint patients_facility_id_id_key unique (facility_id, id),
  constraint patients_date_of_birth_precision_choice check (date_of_birth_precision in ('Exact', 'Estimated', 'Unknown')),
  constraint patients_gender_choice check (gender in ('Male', 'Female', 'Other')),
  constraint patients_address_length check (char_length(address) <= 1000),
  constraint patients_marital_status_choice check (marital_status in ('Single', 'Married', 'Widowed', 'Divorced', 'Separated')),
  constraint patients_payer_choice check (payer in ('NHIS', 'Private insurance', 'Company', 'Self')),
  constraint patients_blood_group_choice check (blood_group in ('A+', 'A-', 'B+', 'B-', 'AB+', 'AB-', 'O+', 'O-')),
  constraint patients_genotype_choice check (genotype in ('AA', 'AS', 'SS', 'AC', 'SC')),
  constraint patients_allergies_length check (char_length(allergies) <= 2000),
  constraint patients_chronic_conditions_length check (char_length(chronic_conditions) <= 4000),
  constraint patients_current_medications_length check (char_length(current_medications) <= 4000),
  constraint patients_birth_known_or_said_unknown check ((date_of_birth is null) = (date_of_birth_precision is not distinct from 'Unknown'))
);
create unique index patients_hospital_number_once on patients (facility_id, hospital_number) where not deleted;
create index patients_last_name_idx on patients (facility_id, last_name);
create index patients_phone_idx on patients (facility_id, phone);
create trigger patients_kept before delete or truncate on patients for each statement execute function record_kept();
create trigger patients_guard before update on patients for each row execute function record_guard();
create constraint trigger patients_stamp after insert or update on patients deferrable initially deferred
  for each row execute function sync_stamp('identity');
select secure_record('patients');
