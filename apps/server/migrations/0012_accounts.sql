-- 0012_accounts.sql — what signing in needs and no device ever receives: password hashes, sessions, keys of devices.

create table user_credentials (
  user_id uuid primary key constraint user_credentials_user_id_fkey references users (id),
  password_hash text not null,
  -- The password is one of the published trial passwords: the server then listens on loopback only.
  is_default_password boolean not null default false,
  failed_count integer not null default 0,
  locked_until timestamptz(3),
  changed_at timestamptz(3) not null default now()
);
create index user_credentials_default on user_credentials (user_id) where is_default_password;

create table sessions (
  id uuid primary key,
  user_id uuid not null constraint sessions_user_id_fkey references users (id),
  device_id uuid constraint sessions_device_id_fkey references devices (id),
  created_at timestamptz(3) not null default now(),
  expires_at timestamptz(3) not null,
  ended_at timestamptz(3),
  ip_address varchar(45),
  user_agent varchar(300)
);
create index sessions_user_id_idx on sessions (user_id);
create index sessions_device_id_idx on sessions (device_id);

-- Made once for each device and purpose: 'outbox', 'scope:<scope>', 'author:<user_id>'. 32 random bytes.
create table device_keys (
  device_id uuid not null constraint device_keys_device_id_fkey references devices (id),
  name varchar(60) not null,
  key bytea not null,
  created_at timestamptz(3) not null default now(),
  primary key (device_id, name)
);
