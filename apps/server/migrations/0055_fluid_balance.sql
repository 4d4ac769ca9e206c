-- 0055_fluid_balance.sql — One intake or output. Balances are computed from these entries, never typed.

create table fluid_balance (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint fluid_balance_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  patient_id uuid not null,
  admission_id uuid,
  measured_at timestamptz(3) not null,
  direction text not null,
  route text not null,
  volume integer not null,
  fluid varchar(200),
  site varchar(100),
  recorded_by uuid,
  constraint fluid_balance_facility_id_id_key unique (facility_id, id),
  constraint fluid_balance_patient_id_fkey foreign key (facility_id, patient_id) references patients (facility_id, id),
  constraint fluid_balance_admission_id_fkey foreign key (facility_id, admission_id) references patient_admissions (facility_id, id),
  constraint fluid_balance_direction_choice check (direction in ('Intake', 'Output')),
  constraint fluid_balance_route_choice check (route in ('Oral', 'Intravenous', 'Nasogastric feed', 'Blood product', 'Irrigation in', 'Urine', 'Drain', 'Vomit', 'Nasogastric aspirate', 'Stool', 'Blood loss', 'Irrigation out')),
  constraint fluid_balance_volume_range check (volume between 0 and 20000),
  constraint fluid_balance_recorded_by_fkey foreign key (facility_id, recorded_by) references users (facility_id, id),
  constraint fluid_balance_route_of_direction check ((direction = 'Intake') = (route in ('Oral', 'Intravenous', 'Nasogastric feed', 'Blood product', 'Irrigation in')))
);
create index fluid_balance_patient_id_idx on fluid_balance (facility_id, patient_id);
create index fluid_balance_admission_id_idx on fluid_balance (facility_id, admission_id);
create index fluid_balance_recorded_by_idx on fluid_balance (facility_id, recorded_by);
create index fluid_balance_measured_at_idx on fluid_balance (facility_id, measured_at);
create trigger fluid_balance_kept before delete or truncate on fluid_balance for each statement execute function record_kept();
create trigger fluid_balance_guard before update on fluid_balance for each row execute function record_guard();
create constraint trigger fluid_balance_stamp after insert or update on fluid_balance deferrable initially deferred
  for each row execute function sync_stamp('clinical');
select record_same('fluid_balance_same_patient', 'patient_id', 'admission_id', 'patient_admissions');
create trigger fluid_balance_same_patient after insert or update on fluid_balance
  for each row execute function fluid_balance_same_patient();
select secure_record('fluid_balance');
