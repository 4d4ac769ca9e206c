-- 0001_sync.sql — who may see and write what; the order of commits, what each of them touched, the log of mutations and the quarantine
-- (docs/sync.md, docs/decisions/0009-server-role-and-row-level-security.md).

-- The server works as psa_server, which owns nothing. Roles belong to the whole cluster: another database may have made it already.
do $$ begin
  if not exists (select from pg_roles where rolname = 'psa_server') then
    create role psa_server login;
  end if;
exception
  when duplicate_object or unique_violation then null;
  when insufficient_privilege then
    raise exception 'The role psa_server is missing, and % may not make it.', current_user
      using errcode = 'insufficient_privilege', hint = 'A superuser runs: create role psa_server login;';
end $$;
revoke create on schema public from public;
grant usage on schema public to psa_server;
-- The ledger of migrations is there before the first of them: the server asks whether it fits this database.
grant select on schema_migrations to psa_server;

-- The facility that this connection works for; null sees and writes nothing.
create function psa_facility() returns uuid language sql stable parallel safe as
  $$ select nullif(current_setting('psa.facility', true), '')::uuid $$;

-- Every table that holds a facility's data ends with this: the server sees and writes rows of the facility it named, and may neither
-- delete nor truncate. FORCE binds the owner to policies too; its own lets migrations, seeding and work by hand see everything.
-- `may_update` false: rows are only ever added. `may_insert` false: only functions of the owner write.
create function secure_record(of regclass, may_update boolean default true, may_insert boolean default true)
    returns void language plpgsql as $$
begin
  execute format('alter table %s enable row level security, force row level security', of);
  execute format('create policy facility on %s to psa_server using (facility_id = psa_facility()) with check (facility_id = psa_facility())', of);
  execute format('create policy owner on %s to current_user using (true) with check (true)', of);
  execute format('grant select on %s to psa_server', of);
  if may_insert then execute format('grant insert on %s to psa_server', of); end if;
  if may_update then execute format('grant update on %s to psa_server', of); end if;
end $$;
revoke execute on function secure_record(regclass, boolean, boolean) from public;

-- The number of the last commit of each facility. One row each, rewritten at every commit: room on its page keeps that cheap.
create table sync_head (
  facility_id uuid primary key,
  seq bigint not null
) with (fillfactor = 10);

-- A new epoch after a restore from a backup tells devices that numbers may have gone back (S48).
create table sync_epoch (
  facility_id uuid primary key,
  epoch uuid not null,
  restored_to timestamptz(3),
  -- A row changed before this moment was not changed in this epoch (S49).
  since timestamptz(3) not null default date_trunc('milliseconds', clock_timestamp()),
  -- The epochs that this one goes on from, oldest first: [{"epoch": …, "until": …, "restored_to": …}].
  earlier jsonb not null default '[]'
);

-- What the backup holds was written before it was taken, whatever the clock says by now: the earlier of the two moments also counts
-- where the clock was put back, or runs ahead of the one that stamps rows.
create function sync_epoch_begins() returns trigger language plpgsql as $$
begin
  new.since := date_trunc('milliseconds', least(clock_timestamp(), new.restored_to));
  new.earlier := old.earlier || jsonb_build_object('epoch', old.epoch,
    'until', to_char(new.since at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'restored_to', to_char(new.restored_to at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'));
  return new;
end $$;

create trigger sync_epoch_begins before update on sync_epoch for each row
  when (new.epoch is distinct from old.epoch) execute function sync_epoch_begins();

-- Where each synced row last moved in that order: U it is there, D it was retracted, X it left this scope.
create table sync_entity (
  facility_id uuid not null,
  kind text not null,
  id uuid not null,
  scope text not null,
  seq bigint not null,
  op char(1) not null constraint sync_entity_op_choice check (op in ('U', 'D', 'X')),
  version integer not null,
  primary key (facility_id, kind, id, scope)
);
create index sync_entity_order on sync_entity (facility_id, seq);

-- Every mutation ever judged, with its answer. `json`, not `jsonb`: kept letter for letter, whatever characters it holds.
create table sync_mutation (
  facility_id uuid not null,
  mid uuid not null,
  group_id uuid not null,
  ordinal integer not null,
  device_id uuid,
  cseq bigint,
  author_id uuid not null,
  kind text not null,
  record_id uuid not null,
  mutation json not null,
  status text not null constraint sync_mutation_status_choice
    check (status in ('applied', 'merged', 'conflict', 'deferred', 'refused')),
  result json not null,
  clock_offset_ms bigint,
  schema_version integer not null,
  received_at timestamptz(3) not null default now(),
  primary key (facility_id, mid)
);
create index sync_mutation_of_record on sync_mutation (facility_id, record_id);

-- What was refused or waits for something refused, in full (S28). The payload is the mutation, or the raw group, as sent.
create table sync_quarantine (
  facility_id uuid not null,
  mid uuid not null,
  group_id uuid not null,
  device_id uuid,
  author_id uuid,
  code text not null,
  state text not null constraint sync_quarantine_state_choice
    check (state in ('open', 'deferred', 'repaired', 'withdrawn', 'judged')),
  kind text,
  record_id uuid,
  -- The op of the payload when that is one mutation: what points to a record whose create waits here must wait too.
  op text,
  detail json not null,
  payload json not null,
  created_at timestamptz(3) not null default now(),
  closed_at timestamptz(3),
  primary key (facility_id, mid)
);
create index sync_quarantine_waiting on sync_quarantine (facility_id, record_id) where state in ('open', 'deferred');

-- S41. Runs as the last act of a transaction, once for each row it wrote. The first call takes the next number of the facility
-- and holds the row of sync_head until the commit is visible, so numbers and commits have one order; later calls reuse it.
-- Argument: the record's scope, 'row' when the row names its own, or 'person:<field>' when it is that person's.
-- Runs as the owner: the server itself can alter neither the numbers nor what they say was touched.
create function sync_stamp() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare
  setting constant text := 'psa.seq_' || replace(new.facility_id::text, '-', '');
  number bigint := nullif(current_setting(setting, true), '')::bigint;
  scope_now text := tg_argv[0];
  scope_before text := tg_argv[0];
begin
  if number is null then
    -- The place in the audit chain comes before the number, always: whoever took them the other way round would wait in a circle.
    perform pg_advisory_xact_lock(hashtextextended(new.facility_id::text, 7229004));
    update sync_head set seq = seq + 1 where facility_id = new.facility_id returning seq into number;
    if not found then
      insert into sync_head values (new.facility_id, 1)
        on conflict (facility_id) do update set seq = sync_head.seq + 1 returning seq into number;
      insert into sync_epoch values (new.facility_id, gen_random_uuid(), null) on conflict do nothing;
    end if;
    perform set_config(setting, number::text, true);
    perform pg_notify('sync', new.facility_id || ':' || number);
  end if;
  if tg_argv[0] like 'person:%' then
    scope_now := 'user:' || (to_jsonb(new) ->> substr(tg_argv[0], 8));
  elsif tg_argv[0] = 'row' then
    scope_now := to_jsonb(new) ->> 'scope';
    scope_before := case when tg_op = 'UPDATE' then to_jsonb(old) ->> 'scope' else scope_now end;
    if scope_before <> scope_now then
      update sync_entity set seq = number, op = 'X', version = new.row_version
        where facility_id = new.facility_id and kind = tg_table_name and id = new.id and scope = scope_before;
    end if;
  end if;
  insert into sync_entity values (new.facility_id, tg_table_name, new.id, scope_now, number,
      case when new.deleted then 'D' else 'U' end, new.row_version)
    on conflict (facility_id, kind, id, scope)
    do update set seq = excluded.seq, op = excluded.op, version = excluded.version;
  return null;
end $$;

-- A row stays what it is and where it is. The one way in raises row_version itself; for SQL run by hand it is raised here and the
-- changed fields are marked as written by nobody's device, so that no device overwrites them unseen (S23).
create function record_guard() returns trigger language plpgsql as $$
begin
  if new.id <> old.id or new.facility_id <> old.facility_id or new.created_at <> old.created_at then
    raise exception 'The id, facility and creation time of a row of % never change.', tg_table_name
      using errcode = 'integrity_constraint_violation';
  end if;
  if new.row_version = old.row_version then
    new.row_version := old.row_version + 1;
    new.updated_at := clock_timestamp();
    new.field_ver := old.field_ver || coalesce((
      select jsonb_object_agg(now_.key, jsonb_build_array(new.row_version, null))
      from jsonb_each(to_jsonb(new)) now_
      where now_.value is distinct from to_jsonb(old) -> now_.key
        and now_.key not in ('row_version', 'updated_at', 'updated_by', 'field_ver')), '{}');
  elsif new.row_version < old.row_version then
    raise exception 'The version of a row of % never goes back.', tg_table_name
      using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;

-- Nothing leaves the database: a row is retracted (deleted = true).
create function record_kept() returns trigger language plpgsql as $$
begin
  raise exception 'Rows of % are never removed; retract them (deleted = true).', tg_table_name
    using errcode = 'integrity_constraint_violation';
end $$;

create function record_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'Rows of % are never changed; add a new one.', tg_table_name
    using errcode = 'integrity_constraint_violation';
end $$;

-- What a signature or a closing holds as it is. Each trigger is named like the declared lock and says in its WHEN what it holds.
create function record_locked() returns trigger language plpgsql as $$
begin
  raise exception 'This was signed or closed and stays as it is.'
    using errcode = 'check_violation', table = tg_table_name, constraint = tg_name;
end $$;

-- What a row points to is of the same patient as the row itself, whoever named that one. Makes the trigger function of such a rule, named
-- like the declared rule: plain SQL, planned once a connection, that looks only when the row is new or one of the two was changed.
-- Arguments: the rule, the field that must be the same, then each link and the table it points to.
create function record_same(rule name, same name, variadic links name[]) returns void language plpgsql as $$
declare
  looks text := '';
begin
  for i in 1 .. cardinality(links) by 2 loop
    looks := looks || format($look$
  if new.%1$I is not null and (new.%1$I is distinct from old.%1$I or new.%2$I is distinct from old.%2$I) then
    wrong := wrong or exists (
      select from %3$I t where t.facility_id = new.facility_id and t.id = new.%1$I and t.%2$I <> new.%2$I);
  end if;$look$, links[i], same, links[i + 1]);
  end loop;
  execute format($function$create function %I() returns trigger language plpgsql as $body$
declare
  wrong boolean := false;
begin%s
  if wrong then
    raise exception 'This points to what is of another patient.'
      using errcode = 'check_violation', table = tg_table_name, constraint = tg_name;
  end if;
  return null;
end $body$ $function$, rule, looks);
end $$;
revoke execute on function record_same(name, name, name[]) from public;

-- The patient is the one of what the row points to; who writes need not name it. Arguments: the link and the table it points to.
create function record_patient() returns trigger language plpgsql as $$
begin
  execute format('select patient_id from %I where facility_id = $1 and id = $2', tg_argv[1])
    into new.patient_id using new.facility_id, (to_jsonb(new) ->> tg_argv[0])::uuid;
  return new;
end $$;

-- The answer to a mutation is final; only one that waited (deferred) gets another (S21).
create function sync_mutation_guard() returns trigger language plpgsql as $$
begin
  if old.status <> 'deferred' or new.facility_id <> old.facility_id or new.mid <> old.mid
      or new.mutation::text <> old.mutation::text or new.author_id <> old.author_id then
    raise exception 'An answered mutation is never changed.' using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;

create trigger sync_mutation_guard before update on sync_mutation for each row execute function sync_mutation_guard();
create trigger sync_mutation_kept before delete or truncate on sync_mutation for each statement execute function record_kept();
create trigger sync_quarantine_kept before delete or truncate on sync_quarantine for each statement execute function record_kept();
create trigger sync_entity_kept before delete or truncate on sync_entity for each statement execute function record_kept();

-- A write that found less than it read (or a mutation that was answered meanwhile) has lost a race: load and judge again.
create function sync_must_write(written bigint, wanted bigint) returns void language plpgsql as $$
begin
  if written <> wanted then
    raise exception 'Something was changed meanwhile.' using errcode = 'serialization_failure';
  end if;
end $$;

select secure_record('sync_head', false, false);
select secure_record('sync_epoch', false);
select secure_record('sync_entity', false, false);
select secure_record('sync_mutation', false);
grant update (status, result) on sync_mutation to psa_server;
select secure_record('sync_quarantine');
