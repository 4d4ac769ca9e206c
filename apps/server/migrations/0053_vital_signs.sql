-- 0053_vital_signs.sql — One set of observations. Early-warning scores are computed from it, never typed.

create table vital_signs (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint vital_signs_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  patient_id uuid not null,
  admission_id uuid,
  observed_at timestamptz(3) not null,
  temperature numeric(3, 1),
  pulse integer,
  respiratory_rate integer,
  systolic_pressure integer,
  diastolic_pressure integer,
  oxygen_saturation integer,
  supplemental_oxygen boolean,
  oxygen_flow numeric(3, 1),
  consciousness text,
  pain_score integer,
  glucose numeric(3, 1),
  urine_output integer,
  remarks text,
  recorded_by uuid,
  constraint vital_signs_facility_id_id_key unique (facility_id, id),
  constraint vital_signs_patient_id_fkey foreign key (facility_id, patient_id) references patients (facility_id, id),
  constraint vital_signs_admission_id_fkey foreign key (facility_id, admission_id) references patient_admissions (facility_id, id),
  constraint vital_signs_temperature_range check (temperature between 20 and 45),
  constraint vital_signs_pulse_range check (pulse between 0 and 350),
  constraint vital_signs_respiratory_rate_range check (respiratory_rate between 0 and 120),
  constraint vital_signs_systolic_pressure_range check (systolic_pressure between 0 and 350),
  constraint vital_signs_diastolic_pressure_range check (diastolic_pressure between 0 and 250),
  constraint vital_signs_oxygen_saturation_range check (oxygen_saturation between 0 and 100),
  constraint vital_signs_oxygen_flow_range check (oxygen_flow between 0 and 60),
  constraint vital_signs_consciousness_choice check (consciousness in ('Alert', 'New confusion', 'Responds to voice', 'Responds to pain', 'Unresponsive')),
  constraint vital_signs_pain_score_range check (pain_score between 0 and 10),
  constraint vital_signs_glucose_range check (glucose between 0 and 80),
  constraint vital_signs_urine_output_range check (urine_output between 0 and 3000),
  constraint vital_signs_remarks_length check (char_length(remarks) <= 1000),
  constraint vital_signs_recorded_by_fkey foreign key (facility_id, recorded_by) references users (facility_id, id),
  constraint vital_signs_something_measured check (num_nonnulls(temperature, pulse, respiratory_rate, systolic_pressure, diastolic_pressure, oxygen_saturation, consciousness, pain_score, glucose, urine_output) > 0),
  constraint vital_signs_pressures_in_order check (diastolic_pressure is null or systolic_pressure is null or diastolic_pressure <= systolic_pressure),
  constraint vital_signs_flow_on_oxygen check (oxygen_flow is null or supplemental_oxygen is true)
);
create index vital_signs_patient_id_idx on vital_signs (facility_id, patient_id);
create index vital_signs_admission_id_idx on vital_signs (facility_id, admission_id);
create index vital_signs_recorded_by_idx on vital_signs (facility_id, recorded_by);
create index vital_signs_observed_at_idx on vital_signs (facility_id, observed_at);
create trigger vital_signs_kept before delete or truncate on vital_signs for each statement execute function record_kept();
create trigger vital_signs_guard before update on vital_signs for each row execute function record_guard();
create constraint trigger vital_signs_stamp after insert or update on vital_signs deferrable initially deferred
  for each row execute function sync_stamp('clinical');
select record_same('vital_signs_same_patient', 'patient_id', 'admission_id', 'patient_admissions');
create trigger vital_signs_same_patient after insert or update on vital_signs
  for each row execute function vital_signs_same_patient();
select secure_record('vital_signs');
