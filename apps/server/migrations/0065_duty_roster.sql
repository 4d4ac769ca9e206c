-- 0065_duty_roster.sql — Who is on call, as what, from when to when.

-- Ranges and plain values in one index: for the constraint that nobody has two duties at once.
create extension if not exists btree_gist;

create table duty_roster (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint duty_roster_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  user_id uuid not null,
  duty text not null,
  starts_at timestamptz(3) not null,
  ends_at timestamptz(3) not null,
  phone varchar(20),
  overlap_reason varchar(300),
  constraint duty_roster_facility_id_id_key unique (facility_id, id),
  constraint duty_roster_user_id_fkey foreign key (facility_id, user_id) references users (facility_id, id),
  constraint duty_roster_duty_choice check (duty in ('First on call', 'Second on call', 'Third on call', 'Consultant on call', 'Ward', 'Theatre', 'Clinic')),
  constraint duty_roster_ends_after_start check (ends_at > starts_at),
  constraint duty_roster_one_at_a_time exclude using gist (facility_id with =, user_id with =, tstzrange(starts_at, ends_at) with &&) where (not deleted and overlap_reason is null)
);
create index duty_roster_user_id_idx on duty_roster (facility_id, user_id);
create index duty_roster_starts_at_idx on duty_roster (facility_id, starts_at);
create trigger duty_roster_kept before delete or truncate on duty_roster for each statement execute function record_kept();
create trigger duty_roster_guard before update on duty_roster for each row execute function record_guard();
create constraint trigger duty_roster_stamp after insert or update on duty_roster deferrable initially deferred
  for each row execute function sync_stamp('ref');
select secure_record('duty_roster');
