-- 0054_body_measurements.sql — A weight or height, and how it was obtained: doses are computed from these.

create table body_measurements (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint body_measurements_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  patient_id uuid not null,
  measured_at timestamptz(3) not null,
  weight numeric(5, 2),
  weight_basis text,
  height numeric(4, 1),
  height_basis text,
  recorded_by uuid,
  constraint body_measurements_facility_id_id_key unique (facility_id, id),
  constraint body_measurements_patient_id_fkey foreign key (facility_id, patient_id) references patients (facility_id, id),
  constraint body_measurements_weight_range check (weight between 0.3 and 400),
  constraint body_measurements_weight_basis_choice check (weight_basis in ('Measured', 'Stated', 'Estimated')),
  constraint body_measurements_height_range check (height between 20 and 260),
  constraint body_measurements_height_basis_choice check (height_basis in ('Measured', 'Stated', 'Estimated')),
  constraint body_measurements_recorded_by_fkey foreign key (facility_id, recorded_by) references users (facility_id, id),
  constraint body_measurements_something_measured check (num_nonnulls(weight, height) > 0),
  constraint body_measurements_weight_basis check ((weight is null) = (weight_basis is null)),
  constraint body_measurements_height_basis check ((height is null) = (height_basis is null))
);
create index body_measurements_patient_id_idx on body_measurements (facility_id, patient_id);
create index body_measurements_recorded_by_idx on body_measurements (facility_id, recorded_by);
create index body_measurements_measured_at_idx on body_measurements (facility_id, measured_at);
create trigger body_measurements_kept before delete or truncate on body_measurements for each statement execute function record_kept();
create trigger body_measurements_guard before update on body_measurements for each row execute function record_guard();
create constraint trigger body_measurements_stamp after insert or update on body_measurements deferrable initially deferred
  for each row execute function sync_stamp('medicines');
select secure_record('body_measurements');
