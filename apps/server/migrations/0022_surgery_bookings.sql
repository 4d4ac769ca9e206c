-- 0022_surgery_bookings.sql — One operation: when and where it is planned, who takes part, what is needed, and how it went.

-- Exclusion constraints over equal values and periods.
create extension if not exists btree_gist;

create table surgery_bookings (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint surgery_bookings_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  patient_id uuid not null,
  admission_id uuid,
  treatment_plan_id uuid,
  procedure_name varchar(255) not null,
  procedure_code varchar(50),
  procedure_type varchar(100),
  laterality text,
  urgency text,
  scheduled_date date not null,
  scheduled_time time(0) not null,
  estimated_duration integer,
  theatre_number varchar(50),
  overlap_reason text,
  ward varchar(100),
  ward_id uuid,
  primary_surgeon_id uuid,
  assistant_surgeon_id uuid,
  anaesthetist_id uuid,
  scrub_nurse_id uuid,
  pre_op_diagnosis text,
  planned_procedure text,
  special_requirements text[],
  consent_obtained boolean,
  consent_date timestamptz(3),
  status text not null,
  status_reason text,
  actual_start_time timestamptz(3),
  actual_end_time timestamptz(3),
  anaesthesia_type varchar(100),
  findings text,
  procedure_performed text,
  complications text,
  post_op_diagnosis text,
  post_op_instructions text,
  constraint surgery_bookings_facility_id_id_key unique (facility_id, id),
  constraint surgery_bookings_patient_id_fkey foreign key (facility_id, patient_id) references patients (facility_id, id),
  constraint surgery_bookings_admission_id_fkey foreign key (facility_id, admission_id) references patient_admissions (facility_id, id),
  constraint surgery_bookings_treatment_plan_id_fkey foreign key (facility_id, treatment_plan_id) references treatment_plans (facility_id, id),
  constraint surgery_bookings_laterality_choice check (laterality in ('Left', 'Right', 'Bilateral', 'Midline', 'Not applicable')),
  constraint surgery_bookings_urgency_choice check (urgency in ('Elective', 'Urgent', 'Emergency')),
  constraint surgery_bookings_estimated_duration_range check (estimated_duration between 1 and 2880),
  constraint surgery_bookings_overlap_reason_length check (char_length(overlap_reason) <= 500),
  constraint surgery_bookings_ward_id_fkey foreign key (facility_id, ward_id) references wards (facility_id, id),
  constraint surgery_bookings_primary_surgeon_id_fkey foreign key (facility_id, primary_surgeon_id) references users (facility_id, id),
  constraint surgery_bookings_assistant_surgeon_id_fkey foreign key (facility_id, assistant_surgeon_id) references users (facility_id, id),
  constraint surgery_bookings_anaesthetist_id_fkey foreign key (facility_id, anaesthetist_id) references users (facility_id, id),
  constraint surgery_bookings_scrub_nurse_id_fkey foreign key (facility_id, scrub_nurse_id) references users (facility_id, id),
  constraint surgery_bookings_pre_op_diagnosis_length check (char_length(pre_op_diagnosis) <= 4000),
  constraint surgery_bookings_planned_procedure_length check (char_length(planned_procedure) <= 4000),
  constraint surgery_bookings_status_choice check (status in ('Scheduled', 'Confirmed', 'In Progress', 'Completed', 'Cancelled', 'Postponed')),
  constraint surgery_bookings_status_reason_length check (char_length(status_reason) <= 1000),
  constraint surgery_bookings_findings_length check (char_length(findings) <= 10000),
  constraint surgery_bookings_procedure_performed_length check (char_length(procedure_performed) <= 10000),
  constraint surgery_bookings_complications_length check (char_length(complications) <= 10000),
  constraint surgery_bookings_post_op_diagnosis_length check (char_length(post_op_diagnosis) <= 4000),
  constraint surgery_bookings_post_op_instructions_length check (char_length(post_op_instructions) <= 10000),
  constraint surgery_bookings_status_explained check (status not in ('Cancelled', 'Postponed') or status_reason is not null),
  constraint surgery_bookings_ends_after_start check (actual_end_time is null or coalesce(actual_end_time >= actual_start_time, false)),
  constraint surgery_bookings_consent_dated check (consent_date is null or coalesce(consent_obtained, false)),
  constraint surgery_bookings_theatre_free exclude using gist (
    facility_id with =, lower(theatre_number) with =,
    tsrange(scheduled_date + scheduled_time, scheduled_date + scheduled_time + make_interval(mins => estimated_duration)) with &&
  ) where (not deleted and overlap_reason is null and theatre_number is not null and estimated_duration is not null
    and status in ('Scheduled', 'Confirmed', 'In Progress'))
);
create index surgery_bookings_patient_id_idx on surgery_bookings (facility_id, patient_id);
create index surgery_bookings_admission_id_idx on surgery_bookings (facility_id, admission_id);
create index surgery_bookings_treatment_plan_id_idx on surgery_bookings (facility_id, treatment_plan_id);
create index surgery_bookings_ward_id_idx on surgery_bookings (facility_id, ward_id);
create index surgery_bookings_primary_surgeon_id_idx on surgery_bookings (facility_id, primary_surgeon_id);
create index surgery_bookings_assistant_surgeon_id_idx on surgery_bookings (facility_id, assistant_surgeon_id);
create index surgery_bookings_anaesthetist_id_idx on surgery_bookings (facility_id, anaesthetist_id);
create index surgery_bookings_scrub_nurse_id_idx on surgery_bookings (facility_id, scrub_nurse_id);
create index surgery_bookings_scheduled_date_idx on surgery_bookings (facility_id, scheduled_date);
create index surgery_bookings_status_idx on surgery_bookings (facility_id, status);
create trigger surgery_bookings_kept before delete or truncate on surgery_bookings for each statement execute function record_kept();
create trigger surgery_bookings_guard before update on surgery_bookings for each row execute function record_guard();
create constraint trigger surgery_bookings_stamp after insert or update on surgery_bookings deferrable initially deferred
  for each row execute function sync_stamp('clinical');
select record_same('surgery_bookings_same_patient', 'patient_id', 'admission_id', 'patient_admissions', 'treatment_plan_id', 'treatment_plans');
create trigger surgery_bookings_same_patient after insert or update on surgery_bookings
  for each row execute function surgery_bookings_same_patient();
select secure_record('surgery_bookings');

-- When each person is taken by an operation: follows from surgery_bookings, written by nothing else. The constraint is the rule
-- surgery_bookings_people_free, for all rows at all times.
create table surgery_booking_people (
  facility_id uuid not null,
  booking_id uuid not null,
  person_id uuid not null,
  period tsrange not null,
  primary key (facility_id, booking_id, person_id),
  constraint surgery_bookings_people_free exclude using gist (facility_id with =, person_id with =, period with &&)
);
select secure_record('surgery_booking_people', false, false);

-- Runs as the owner: the server itself cannot alter what follows from the bookings.
create function surgery_bookings_people_free() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if tg_op = 'UPDATE' and (new.deleted, new.status, new.overlap_reason, new.scheduled_date, new.scheduled_time, new.estimated_duration,
        new.primary_surgeon_id, new.assistant_surgeon_id, new.anaesthetist_id, new.scrub_nurse_id)
      is not distinct from (old.deleted, old.status, old.overlap_reason, old.scheduled_date, old.scheduled_time, old.estimated_duration,
        old.primary_surgeon_id, old.assistant_surgeon_id, old.anaesthetist_id, old.scrub_nurse_id) then
    return null;
  end if;
  delete from surgery_booking_people where facility_id = new.facility_id and booking_id = new.id;
  if not new.deleted and new.overlap_reason is null and new.status in ('Scheduled', 'Confirmed', 'In Progress') then
    insert into surgery_booking_people (facility_id, booking_id, person_id, period)
    select distinct new.facility_id, new.id, person, tsrange(new.scheduled_date + new.scheduled_time,
      new.scheduled_date + new.scheduled_time + make_interval(mins => new.estimated_duration))
    from unnest(array[new.primary_surgeon_id, new.assistant_surgeon_id, new.anaesthetist_id, new.scrub_nurse_id]) person
    where person is not null and new.estimated_duration is not null;
  end if;
  return null;
end $$;

create trigger surgery_bookings_people_free after insert or update on surgery_bookings
  for each row execute function surgery_bookings_people_free();
