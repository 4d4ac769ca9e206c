-- 0002_facilities.sql — A hospital. Every other row belongs to one.

create table facilities (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint facilities_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  name varchar(200) not null,
  short_name varchar(20) not null,
  country varchar(100) not null,
  time_zone varchar(60) not null,
  offline_lease_hours integer,
  constraint facilities_facility_id_id_key unique (facility_id, id),
  constraint facilities_offline_lease_hours_range check (offline_lease_hours between 1 and 720),
  constraint facilities_own_facility check (facility_id = id)
);
create trigger facilities_kept before delete or truncate on facilities for each statement execute function record_kept();
create trigger facilities_guard before update on facilities for each row execute function record_guard();
create constraint trigger facilities_stamp after insert or update on facilities deferrable initially deferred
  for each row execute function sync_stamp('ref');
select secure_record('facilities');
