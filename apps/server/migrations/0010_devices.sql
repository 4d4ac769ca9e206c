-- 0010_devices.sql — A browser that keeps a copy and sends writes. What it last reported, and whether it may still connect.

create table devices (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint devices_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  name varchar(100) not null,
  state text not null,
  state_reason varchar(500),
  last_user_id uuid,
  last_seen_at timestamptz(3),
  cursor_seq bigint,
  outbox_depth integer,
  oldest_pending_at timestamptz(3),
  clock_offset_ms integer,
  schema_version integer,
  storage_persisted boolean,
  constraint devices_facility_id_id_key unique (facility_id, id),
  constraint devices_state_choice check (state in ('active', 'drain', 'revoked', 'wiped')),
  constraint devices_state_explained check (state = 'active' or state_reason is not null),
  constraint devices_last_user_id_fkey foreign key (facility_id, last_user_id) references users (facility_id, id),
  constraint devices_cursor_seq_range check (cursor_seq between 0 and 9007199254740991),
  constraint devices_outbox_depth_range check (outbox_depth between 0 and 1000000),
  constraint devices_clock_offset_ms_range check (clock_offset_ms between -2000000000 and 2000000000),
  constraint devices_schema_version_range check (schema_version between 1 and 10000)
);
create index devices_last_user_id_idx on devices (facility_id, last_user_id);
create trigger devices_kept before delete or truncate on devices for each statement execute function record_kept();
create trigger devices_guard before update on devices for each row execute function record_guard();
select secure_record('devices');
