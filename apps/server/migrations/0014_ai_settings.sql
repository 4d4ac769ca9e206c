-- 0014_ai_settings.sql — Which language model may be asked, and whether. Its key is kept apart, sealed, and never leaves the server.

create table ai_settings (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint ai_settings_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  provider text not null,
  endpoint varchar(300) not null,
  model varchar(200) not null,
  other_models text[],
  is_enabled boolean not null,
  constraint ai_settings_facility_id_id_key unique (facility_id, id),
  constraint ai_settings_provider_choice check (provider in ('OpenAI-compatible'))
);
create unique index ai_settings_provider_once on ai_settings (facility_id, provider) where not deleted;
create trigger ai_settings_kept before delete or truncate on ai_settings for each statement execute function record_kept();
create trigger ai_settings_guard before update on ai_settings for each row execute function record_guard();
select secure_record('ai_settings');

-- The key of the provider: nonce, ciphertext and tag of AES-256-GCM under a key that follows from the server's secrets, which are not in
-- the database. Null in `sealed`: it was taken away.
create table ai_keys (
  facility_id uuid not null,
  settings_id uuid not null,
  sealed bytea,
  changed_at timestamptz(3) not null default now(),
  primary key (facility_id, settings_id),
  constraint ai_keys_settings_id_fkey foreign key (facility_id, settings_id) references ai_settings (facility_id, id)
);
select secure_record('ai_keys');

-- What each person asked of the model on a day (UTC): the limits count here, for all processes together.
create table ai_usage (
  facility_id uuid not null,
  user_id uuid not null,
  day date not null,
  requests integer not null,
  tokens bigint not null,
  primary key (facility_id, user_id, day),
  constraint ai_usage_user_id_fkey foreign key (facility_id, user_id) references users (facility_id, id)
);
select secure_record('ai_usage');
