-- 0097_blood_transfusion_observations.sql — One set of observations before, during or after a transfusion.

create table blood_transfusion_observations (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint blood_transfusion_observations_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  patient_id uuid not null,
  blood_transfusion_id uuid not null,
  stage text not null,
  observed_at timestamptz(3) not null,
  temperature numeric(3, 1),
  pulse integer,
  respiratory_rate integer,
  systolic_pressure integer,
  diastolic_pressure integer,
  oxygen_saturation integer,
  remarks text,
  observed_by uuid,
  constraint blood_transfusion_observations_facility_id_id_key unique (facility_id, id),
  constraint blood_transfusion_observations_patient_id_fkey foreign key (facility_id, patient_id) references patients (facility_id, id),
  constraint blood_transfusion_observations_blood_transfusion_id_fkey foreign key (facility_id, blood_transfusion_id) references blood_transfusions (facility_id, id),
  constraint blood_transfusion_observations_stage_choice check (stage in ('Before', '15 minutes', '30 minutes', 'Hourly', 'After', 'Reaction')),
  constraint blood_transfusion_observations_temperature_range check (temperature between 20 and 45),
  constraint blood_transfusion_observations_pulse_range check (pulse between 0 and 350),
  constraint blood_transfusion_observations_respiratory_rate_range check (respiratory_rate between 0 and 120),
  constraint blood_transfusion_observations_systolic_pressure_range check (systolic_pressure between 0 and 350),
  constraint blood_transfusion_observations_diastolic_pressure_range check (diastolic_pressure between 0 and 250),
  constraint blood_transfusion_observations_oxygen_saturation_range check (oxygen_saturation between 0 and 100),
  constraint blood_transfusion_observations_remarks_length check (char_length(remarks) <= 1000),
  constraint blood_transfusion_observations_observed_by_fkey foreign key (facility_id, observed_by) references users (facility_id, id),
  constraint blood_transfusion_observations_something_measured check (num_nonnulls(temperature, pulse, respiratory_rate, systolic_pressure, diastolic_pressure, oxygen_saturation) > 0),
  constraint blood_transfusion_observations_pressures_in_order check (diastolic_pressure is null or systolic_pressure is null or diastolic_pressure <= systolic_pressure)
);
create index blood_transfusion_observations_patient_id_idx on blood_transfusion_observations (facility_id, patient_id);
create index blood_transfusion_observations_blood_transfusion_id_idx on blood_transfusion_observations (facility_id, blood_transfusion_id);
create index blood_transfusion_observations_observed_by_idx on blood_transfusion_observations (facility_id, observed_by);
create index blood_transfusion_observations_observed_at_idx on blood_transfusion_observations (facility_id, observed_at);
create trigger blood_transfusion_observations_kept before delete or truncate on blood_transfusion_observations for each statement execute function record_kept();
create trigger blood_transfusion_observations_guard before update on blood_transfusion_observations for each row execute function record_guard();
create constraint trigger blood_transfusion_observations_stamp after insert or update on blood_transfusion_observations deferrable initially deferred
  for each row execute function sync_stamp('clinical');
select record_same('blood_transfusion_observations_same_patient', 'patient_id', 'blood_transfusion_id', 'blood_transfusions');
create trigger blood_transfusion_observations_same_patient after insert or update on blood_transfusion_observations
  for each row execute function blood_transfusion_observations_same_patient();
select secure_record('blood_transfusion_observations');
