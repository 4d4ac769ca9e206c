-- 0221_second_factors.sql — what a person can show beside the password. No device ever receives any of it.

create table second_factors (
  id uuid primary key,
  facility_id uuid not null,
  user_id uuid not null,
  kind varchar(10) not null,
  name varchar(100) not null,
  -- Of an authenticator app: its secret, sealed under a key of the server, and the last step of 30 s whose code was taken.
  sealed bytea,
  last_step bigint,
  -- Of a passkey: its id, its public key, how often it said it was used, and the name of the site it belongs to.
  credential_id varchar(1400),
  public_key bytea,
  counter bigint,
  transports text[],
  rp_id varchar(255),
  created_at timestamptz(3) not null default now(),
  last_used_at timestamptz(3),
  removed_at timestamptz(3),
  constraint second_factors_user_id_fkey foreign key (facility_id, user_id) references users (facility_id, id),
  constraint second_factors_kind_check check (kind in ('totp', 'passkey')),
  constraint second_factors_whole check (
    case kind
      when 'totp' then sealed is not null and last_step is not null and credential_id is null
      else credential_id is not null and public_key is not null and counter is not null and rp_id is not null and sealed is null
    end)
);
create index second_factors_user_id_idx on second_factors (facility_id, user_id) where removed_at is null;
-- One authenticator app a person, and a passkey once.
create unique index second_factors_totp on second_factors (facility_id, user_id) where kind = 'totp' and removed_at is null;
create unique index second_factors_credential on second_factors (facility_id, credential_id) where removed_at is null;
select secure_record('second_factors');

-- Codes for the day the telephone is lost: each counts once. Only hashes are kept (argon2id).
create table recovery_codes (
  facility_id uuid not null,
  user_id uuid not null,
  n integer not null,
  code_hash text not null,
  used_at timestamptz(3),
  made_at timestamptz(3) not null default now(),
  primary key (facility_id, user_id, n),
  constraint recovery_codes_user_id_fkey foreign key (facility_id, user_id) references users (facility_id, id)
);
select secure_record('recovery_codes');

-- What a passkey is to sign: one question a person and purpose, answered once, for a few minutes.
create table passkey_questions (
  facility_id uuid not null,
  user_id uuid not null,
  purpose varchar(10) not null,
  challenge varchar(200),
  expires_at timestamptz(3) not null,
  primary key (facility_id, user_id, purpose),
  constraint passkey_questions_user_id_fkey foreign key (facility_id, user_id) references users (facility_id, id),
  constraint passkey_questions_purpose_check check (purpose in ('sign_in', 'add'))
);
select secure_record('passkey_questions');

-- Which roles of the hospital must have a second factor to sign in.
alter table facilities add column second_factor_roles text[];
