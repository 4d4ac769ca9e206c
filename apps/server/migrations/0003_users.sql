-- 0003_users.sql — Someone with an account. The password is kept apart and never leaves the server.

create table users (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint users_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  email varchar(255) not null,
  full_name varchar(255) not null,
  role text not null,
  department varchar(100),
  specialization varchar(100),
  license_number varchar(50),
  phone varchar(20),
  is_approved boolean not null,
  is_active boolean not null,
  constraint users_facility_id_id_key unique (facility_id, id),
  constraint users_role_choice check (role in ('super_admin', 'consultant', 'senior_registrar', 'junior_registrar', 'house_officer', 'medical_officer', 'anaesthetist', 'nursing', 'lab', 'pharmacy'))
);
create unique index users_email_once on users (facility_id, email) where not deleted;
create trigger users_kept before delete or truncate on users for each statement execute function record_kept();
create trigger users_guard before update on users for each row execute function record_guard();
create constraint trigger users_stamp after insert or update on users deferrable initially deferred
  for each row execute function sync_stamp('ref');
select secure_record('users');
