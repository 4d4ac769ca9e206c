-- 0063_clinic_appointments.sql — One patient, one clinic, one slot, and whether they came.

create table clinic_appointments (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint clinic_appointments_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  patient_id uuid not null,
  clinic text not null,
  appointment_date date not null,
  appointment_time time(0),
  visit_type text,
  clinician_id uuid,
  status text not null,
  reason varchar(300),
  findings text,
  constraint clinic_appointments_facility_id_id_key unique (facility_id, id),
  constraint clinic_appointments_patient_id_fkey foreign key (facility_id, patient_id) references patients (facility_id, id),
  constraint clinic_appointments_clinic_choice check (clinic in ('General plastic', 'Reconstructive', 'Aesthetic', 'Hand', 'Burns', 'Wound', 'Follow-up')),
  constraint clinic_appointments_visit_type_choice check (visit_type in ('New', 'Follow-up', 'Before operation', 'After operation', 'Consultation', 'Dressing')),
  constraint clinic_appointments_clinician_id_fkey foreign key (facility_id, clinician_id) references users (facility_id, id),
  constraint clinic_appointments_status_choice check (status in ('Booked', 'Arrived', 'Seen', 'No Show', 'Cancelled')),
  constraint clinic_appointments_findings_length check (char_length(findings) <= 6000)
);
create unique index clinic_appointments_one_slot on clinic_appointments (facility_id, patient_id, appointment_date, appointment_time) where not deleted and status = 'Booked';
create index clinic_appointments_patient_id_idx on clinic_appointments (facility_id, patient_id);
create index clinic_appointments_clinician_id_idx on clinic_appointments (facility_id, clinician_id);
create index clinic_appointments_appointment_date_idx on clinic_appointments (facility_id, appointment_date);
create trigger clinic_appointments_kept before delete or truncate on clinic_appointments for each statement execute function record_kept();
create trigger clinic_appointments_guard before update on clinic_appointments for each row execute function record_guard();
create constraint trigger clinic_appointments_stamp after insert or update on clinic_appointments deferrable initially deferred
  for each row execute function sync_stamp('clinical');
select secure_record('clinic_appointments');
