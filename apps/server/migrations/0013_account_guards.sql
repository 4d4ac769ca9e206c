-- 0013_account_guards.sql — who loses access is out at once and every process hears of it; one administrator always remains.

-- Other processes keep what they read of accounts for a few seconds: this tells them to read again.
create function account_changed() returns trigger language plpgsql as $$
begin
  perform pg_notify('account', tg_table_name || ':' || new.id);
  return null;
end $$;

-- However an account is closed (a route, a mutation, SQL by hand), its sessions end in the same transaction.
create function users_lose_sessions() returns trigger language plpgsql as $$
begin
  update sessions set ended_at = now() where user_id = new.id and ended_at is null;
  return null;
end $$;

create trigger users_changed after update on users for each row
  when (old.role <> new.role or old.is_active <> new.is_active or old.is_approved <> new.is_approved or old.deleted <> new.deleted)
  execute function account_changed();
create trigger users_lose_sessions after update on users for each row
  when (not new.is_active or not new.is_approved or new.deleted)
  execute function users_lose_sessions();
create trigger sessions_changed after update on sessions for each row
  when (old.ended_at is distinct from new.ended_at)
  execute function account_changed();
create trigger devices_changed after update on devices for each row
  when (old.state <> new.state)
  execute function account_changed();

-- Two administrators who close each other at the same moment come one after the other here, and the second is refused.
create function users_last_admin() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock(7229002, hashtext(new.facility_id::text));
  if not exists (select from users
      where facility_id = new.facility_id and role = 'super_admin' and is_active and is_approved and not deleted) then
    raise exception 'This is the last active administrator and cannot be removed.'
      using errcode = 'check_violation', table = 'users', constraint = 'users_last_admin';
  end if;
  return null;
end $$;
create trigger users_last_admin after update on users for each row
  when (old.role = 'super_admin' and old.is_active and old.is_approved and not old.deleted
    and not (new.role = 'super_admin' and new.is_active and new.is_approved and not new.deleted))
  execute function users_last_admin();

-- People type e-mail addresses in any case; sign-in looks them up in lower case.
create index users_email_lower on users (lower(email)) where not deleted;

-- One row that the health check writes: a database that refuses it is not ready. Unlogged: it costs no disk and means nothing later.
create unlogged table server_health (id integer primary key, checked_at timestamptz not null);
grant select, insert, update on server_health to psa_server;
