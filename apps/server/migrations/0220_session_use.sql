-- 0220_session_use.sql — when a session was last used, for the person whose it is; and by what it was opened.

alter table sessions
  add column last_seen_at timestamptz(3),
  -- What beside the password: null for nothing.
  add column second_factor varchar(10),
  add constraint sessions_second_factor_check check (second_factor in ('totp', 'passkey', 'recovery'));
