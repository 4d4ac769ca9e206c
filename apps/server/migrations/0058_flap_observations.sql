-- 0058_flap_observations.sql — One check of a flap, graft or replant: colour, warmth, refill, turgor, signal, and what was done.

create table flap_observations (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint flap_observations_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  patient_id uuid not null,
  admission_id uuid,
  surgery_booking_id uuid,
  observed_at timestamptz(3) not null,
  site varchar(200) not null,
  colour text not null,
  temperature text,
  surface_temperature numeric(3, 1),
  capillary_refill numeric(3, 1),
  turgor text,
  doppler text,
  pinprick text,
  drain_output integer,
  action text,
  informed uuid,
  recorded_by uuid,
  constraint flap_observations_facility_id_id_key unique (facility_id, id),
  constraint flap_observations_patient_id_fkey foreign key (facility_id, patient_id) references patients (facility_id, id),
  constraint flap_observations_admission_id_fkey foreign key (facility_id, admission_id) references patient_admissions (facility_id, id),
  constraint flap_observations_surgery_booking_id_fkey foreign key (facility_id, surgery_booking_id) references surgery_bookings (facility_id, id),
  constraint flap_observations_colour_choice check (colour in ('Pink', 'Pale', 'Mottled', 'Blue', 'Dusky', 'Congested')),
  constraint flap_observations_temperature_choice check (temperature in ('Warm', 'Cool', 'Cold')),
  constraint flap_observations_surface_temperature_range check (surface_temperature between 10 and 45),
  constraint flap_observations_capillary_refill_range check (capillary_refill between 0 and 20),
  constraint flap_observations_turgor_choice check (turgor in ('Soft', 'Full', 'Tense', 'Flat')),
  constraint flap_observations_doppler_choice check (doppler in ('Arterial and venous', 'Arterial only', 'Venous only', 'No signal', 'Not done')),
  constraint flap_observations_pinprick_choice check (pinprick in ('Bright red', 'Dark', 'None', 'Not done')),
  constraint flap_observations_drain_output_range check (drain_output between 0 and 5000),
  constraint flap_observations_action_length check (char_length(action) <= 1000),
  constraint flap_observations_informed_fkey foreign key (facility_id, informed) references users (facility_id, id),
  constraint flap_observations_recorded_by_fkey foreign key (facility_id, recorded_by) references users (facility_id, id)
);
create index flap_observations_patient_id_idx on flap_observations (facility_id, patient_id);
create index flap_observations_admission_id_idx on flap_observations (facility_id, admission_id);
create index flap_observations_surgery_booking_id_idx on flap_observations (facility_id, surgery_booking_id);
create index flap_observations_informed_idx on flap_observations (facility_id, informed);
create index flap_observations_recorded_by_idx on flap_observations (facility_id, recorded_by);
create index flap_observations_observed_at_idx on flap_observations (facility_id, observed_at);
create trigger flap_observations_kept before delete or truncate on flap_observations for each statement execute function record_kept();
create trigger flap_observations_guard before update on flap_observations for each row execute function record_guard();
create constraint trigger flap_observations_stamp after insert or update on flap_observations deferrable initially deferred
  for each row execute function sync_stamp('clinical');
select record_same('flap_observations_same_patient', 'patient_id', 'admission_id', 'patient_admissions', 'surgery_booking_id', 'surgery_bookings');
create trigger flap_observations_same_patient after insert or update on flap_observations
  for each row execute function flap_observations_same_patient();
select secure_record('flap_observations');
