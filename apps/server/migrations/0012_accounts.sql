-- 0012_accounts.sql — what signing in needs and no device ever receives: password hashes, sessions, keys of devices.

create table user_credentials (
  facility_id uuid not null,
  user_id uuid not null,
  password_hash text not null,
  -- The password is one of the published trial passwords: the server then listens on loopback only.
  is_default_password boolean not null default false,
  failed_count integer not null default 0,
  locked_until timestamptz(3),
  changed_at timestamptz(3) not null default now(),
  primary key (facility_id, user_id),
  constraint user_credentials_user_id_fkey foreign key (facility_id, user_id) references users (facility_id, id)
);
create index user_credentials_default on user_credentials (user_id) where is_default_password;
select secure_record('user_credentials');

create table sessions (
  id uuid primary key,
  facility_id uuid not null,
  user_id uuid not null,
  device_id uuid,
  created_at timestamptz(3) not null default now(),
  expires_at timestamptz(3) not null,
  ended_at timestamptz(3),
  ip_address varchar(45),
  user_agent varchar(300),
  constraint sessions_user_id_fkey foreign key (facility_id, user_id) references users (facility_id, id),
  constraint sessions_device_id_fkey foreign key (facility_id, device_id) references devices (facility_id, id)
);
create index sessions_user_id_idx on sessions (facility_id, user_id);
create index sessions_device_id_idx on sessions (facility_id, device_id);
select secure_record('sessions');

-- Made once for each device and purpose: 'outbox', 'scope:<scope>', 'author:<user_id>'. 32 random bytes.
create table device_keys (
  facility_id uuid not null,
  device_id uuid not null,
  name varchar(60) not null,
  key bytea not null,
  created_at timestamptz(3) not null default now(),
  primary key (facility_id, device_id, name),
  constraint device_keys_device_id_fkey foreign key (facility_id, device_id) references devices (facility_id, id)
);
select secure_record('device_keys', false);

-- What is asked before a facility is known runs as the owner and answers ids only.

-- Whose e-mail this is, in lower case. Where two facilities know the same address, the older account.
create function account_of(wanted text) returns table (facility_id uuid, user_id uuid)
  language sql stable security definer set search_path = public, pg_temp as
  $$ select u.facility_id, u.id from users u where lower(u.email) = wanted and not u.deleted order by u.created_at limit 1 $$;

-- The facility that people without an account belong to: the first.
create function home_facility() returns uuid
  language sql stable security definer set search_path = public, pg_temp as
  $$ select f.id from facilities f where not f.deleted order by f.created_at, f.id limit 1 $$;

revoke execute on function account_of(text), home_facility() from public;
grant execute on function account_of(text), home_facility() to psa_server;
