-- The tables of the later variant that hold what was entered of patients, written anew from their description: numbers as ids, times
-- without a zone, states that nothing checks.
create table users (
  id serial primary key, username varchar(100) not null unique, password_hash varchar(255) not null, email varchar(255),
  full_name varchar(255), role varchar(50) default 'intern', training_level varchar(50) default 'house_officer',
  is_approved boolean default false, is_active boolean default true, last_login timestamp, created_at timestamp default now());
create table patients (
  id serial primary key, hospital_number varchar(50) unique, first_name varchar(100), last_name varchar(100), full_name varchar(200),
  dob date, gender varchar(20), phone varchar(50), email varchar(255), address text, blood_group varchar(10), allergies text,
  medical_history text, ward varchar(100), bed_number varchar(20), emergency_contact varchar(255), emergency_phone varchar(50),
  created_by integer, created_at timestamp default now(), updated_at timestamp default now());
create table admissions (
  id serial primary key, patient_id integer references patients on delete cascade, admission_date timestamp not null,
  discharge_date timestamp, ward varchar(100), bed_number varchar(20), admitting_diagnosis text, discharge_diagnosis text,
  status varchar(50) default 'admitted', notes text, created_at timestamp default now(), updated_at timestamp default now());
create table treatment_plans (
  id serial primary key, patient_id integer references patients on delete cascade, diagnosis text not null, treatment_type varchar(100),
  description text, objectives jsonb, procedures jsonb, medications jsonb, follow_up_schedule jsonb, status varchar(50) default 'draft',
  created_at timestamp default now(), updated_at timestamp default now());
create table surgeries (
  id serial primary key, patient_id integer references patients on delete cascade, procedure_name varchar(255) not null,
  procedure_type varchar(100), scheduled_date timestamp not null, estimated_duration integer, surgeon_id integer,
  anesthesia_type varchar(100), operating_room varchar(50), pre_op_notes text, post_op_notes text, required_equipment jsonb,
  status varchar(50) default 'scheduled', actual_start_time timestamp, actual_end_time timestamp, created_at timestamp default now());
create table lab_orders (
  id serial primary key, patient_id integer references patients on delete cascade, test_type varchar(100) not null,
  test_name varchar(255), priority varchar(50) default 'routine', clinical_notes text, status varchar(50) default 'pending', results jsonb,
  ordered_by integer, ordered_at timestamp default now(), completed_at timestamp);
create table prescriptions (
  id serial primary key, patient_id integer references patients on delete cascade, medication_name varchar(255) not null,
  dosage varchar(100), frequency varchar(100), duration varchar(100), route varchar(50), instructions text,
  status varchar(50) default 'active', prescribed_by integer, prescribed_at timestamp default now());
create table wound_care_records (
  id serial primary key, patient_id integer references patients on delete cascade, location varchar(255), type varchar(100),
  wound_size varchar(100), wound_stage varchar(50), treatment_provided text, dressing_used varchar(255), observations text,
  next_dressing_date date, images jsonb, recorded_by integer, recorded_at timestamp default now());
create table discharge_summaries (
  id serial primary key, patient_id integer references patients on delete cascade, primary_diagnosis text not null,
  secondary_diagnoses jsonb, hospital_course text, discharge_medications jsonb, warning_symptoms jsonb,
  condition_on_discharge varchar(100), status varchar(50) default 'draft', created_at timestamp default now());
create table sync_queue (
  id serial primary key, entity_type varchar(50), entity_id varchar(50), action varchar(20), data jsonb, status varchar(20),
  error_message text, created_at timestamp default now());
