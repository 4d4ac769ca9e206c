-- 0017_record_views.sql — That a person opened a patient's record on a device, told by the device when it can.

create table record_views (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint record_views_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  patient_id uuid not null,
  viewed_at timestamptz(3) not null,
  constraint record_views_patient_id_fkey foreign key (facility_id, patient_id) references patients (facility_id, id)
);
create index record_views_patient_id_idx on record_views (facility_id, patient_id);
create trigger record_views_kept before delete or truncate on record_views for each statement execute function record_kept();
create trigger record_views_append_only before update on record_views for each statement execute function record_append_only();
select secure_record('record_views', false);
