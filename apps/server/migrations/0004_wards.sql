-- 0004_wards.sql — A ward, the other names it is known by, and its beds.

create table wards (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint wards_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  name varchar(100) not null,
  code varchar(20) not null,
  aliases text[],
  beds text[],
  is_active boolean not null,
  constraint wards_facility_id_id_key unique (facility_id, id)
);
create unique index wards_name_once on wards (facility_id, name) where not deleted;
create unique index wards_code_once on wards (facility_id, code) where not deleted;
create trigger wards_kept before delete or truncate on wards for each statement execute function record_kept();
create trigger wards_guard before update on wards for each row execute function record_guard();
create constraint trigger wards_stamp after insert or update on wards deferrable initially deferred
  for each row execute function sync_stamp('ref');
select secure_record('wards');
