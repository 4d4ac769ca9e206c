-- 0150_archive.sql — Patients with whom nothing has happened for long: their rows go to scopes that devices fetch when somebody opens the
-- patient, and come back with the first write about them (docs/sync.md, S70–S73; docs/decisions/0027-archive-by-patient.md).

alter table facilities
  add column archive_after_days integer,
  add constraint facilities_archive_after_days_range check (archive_after_days between 30 and 3650);

-- Who is in the archive. Moved by the functions below only.
create table archived_patients (
  facility_id uuid not null,
  patient_id uuid not null,
  archived_at timestamptz(3) not null default date_trunc('milliseconds', clock_timestamp()),
  primary key (facility_id, patient_id),
  constraint archived_patients_patient_id_fkey foreign key (facility_id, patient_id) references patients (facility_id, id)
);
select secure_record('archived_patients', false, false);

-- The number of the transaction that is under way (S41): the next of the facility, taken once and held until the commit is visible.
create function sync_number(facility uuid) returns bigint language plpgsql security definer set search_path = public, pg_temp as $$
declare
  setting constant text := 'psa.seq_' || replace(facility::text, '-', '');
  number bigint := nullif(current_setting(setting, true), '')::bigint;
begin
  if number is not null then return number; end if;
  -- The place in the audit chain comes before the number, always: whoever took them the other way round would wait in a circle.
  perform pg_advisory_xact_lock(hashtextextended(facility::text, 7229004));
  update sync_head set seq = seq + 1 where facility_id = facility returning seq into number;
  if not found then
    insert into sync_head values (facility, 1)
      on conflict (facility_id) do update set seq = sync_head.seq + 1 returning seq into number;
    insert into sync_epoch values (facility, gen_random_uuid(), null) on conflict do nothing;
  end if;
  perform set_config(setting, number::text, true);
  perform pg_notify('sync', facility || ':' || number);
  return number;
end $$;
revoke execute on function sync_number(uuid) from public;

-- The scope that rows of this one lie in while their patient is in the archive; null when they go to none.
create function archive_scope(scope text, patient uuid) returns text language sql immutable parallel safe as $$
  select case when scope = 'identity' then 'known' when scope in ('clinical', 'orders', 'medicines') then scope || '/' || patient end $$;

-- One statement over every table whose rows go to the archive with patient $2 of facility $1. → kind, id, home, version, deleted
create function archive_rows() returns text language sql stable set search_path = public, pg_temp as $$
  select string_agg(format('select %L as kind, id, %L as home, row_version as version, deleted from %I where facility_id = $1 and %I = $2',
      c.relname, split_part(encode(t.tgargs, 'escape'), '\000', 1), c.relname, a.attname), ' union all ')
  from pg_trigger t
  join pg_class c on c.oid = t.tgrelid
  join pg_attribute a on a.attrelid = c.oid and a.attname = case when c.relname = 'patients' then 'id' else 'patient_id' end
  where t.tgfoid = 'sync_stamp()'::regprocedure and not t.tgisinternal
    and split_part(encode(t.tgargs, 'escape'), '\000', 1) in ('identity', 'clinical', 'orders', 'medicines') $$;

-- Moves every row of a patient at this number: gone from the scope it left, there in the other (S44). How many there were.
create function archive_move(facility uuid, patient uuid, number bigint, away boolean) returns integer
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
  rows_moved integer;
begin
  execute format($move$
    with moved as materialized (%s),
    gone as (
      update sync_entity e set seq = $3, op = 'X', version = m.version from moved m
      where e.facility_id = $1 and e.kind = m.kind and e.id = m.id and e.op = 'U'
        and e.scope = case when $4 then m.home else archive_scope(m.home, $2) end)
    insert into sync_entity (facility_id, kind, id, scope, seq, op, version)
    select $1, m.kind, m.id, case when $4 then archive_scope(m.home, $2) else m.home end, $3, 'U', m.version
    from moved m where not m.deleted
    on conflict (facility_id, kind, id, scope) do update set seq = excluded.seq, op = excluded.op, version = excluded.version
  $move$, archive_rows()) using facility, patient, number, away;
  get diagnostics rows_moved = row_count;
  return rows_moved;
end $$;
revoke execute on function archive_move(uuid, uuid, bigint, boolean) from public;

-- Before it is asked whether it is time for a patient: from here to the end of the transaction nobody else's commit takes a number.
create function archive_begin(facility uuid) returns void language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if facility is distinct from psa_facility() then
    raise exception 'Another facility.' using errcode = 'insufficient_privilege';
  end if;
  perform sync_number(facility);
end $$;

-- The patient goes to the archive with all that is theirs. How many rows that were; none when they are there already.
create function archive_patient(facility uuid, patient uuid) returns integer language plpgsql security definer
    set search_path = public, pg_temp as $$
begin
  if facility is distinct from psa_facility() then
    raise exception 'Another facility.' using errcode = 'insufficient_privilege';
  end if;
  insert into archived_patients (facility_id, patient_id) values (facility, patient) on conflict do nothing;
  if not found then return 0; end if;
  return archive_move(facility, patient, sync_number(facility), true);
end $$;

-- The hospitals of this database with their night and their wish, for the server that looks after all of them.
create function archive_facilities() returns table (facility uuid, time_zone text, days integer)
    language sql stable security definer set search_path = public, pg_temp as $$
  select id, f.time_zone, archive_after_days from facilities f where not deleted order by id $$;

-- S41, S71. Runs as the last act of a transaction, once for each row it wrote. The first call takes the number. Whoever is written about comes
-- out of the archive, in the same commit.
-- Argument: the record's scope, 'row' when the row names its own, or 'person:<field>' when it is that person's.
-- Runs as the owner: the server itself can alter neither the numbers nor what they say was touched.
create or replace function sync_stamp() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare
  number constant bigint := sync_number(new.facility_id);
  scope_now text := tg_argv[0];
  scope_before text := tg_argv[0];
  patient uuid;
begin
  if tg_argv[0] like 'person:%' then
    scope_now := 'user:' || (to_jsonb(new) ->> substr(tg_argv[0], 8));
  elsif tg_argv[0] = 'row' then
    scope_now := to_jsonb(new) ->> 'scope';
    scope_before := case when tg_op = 'UPDATE' then to_jsonb(old) ->> 'scope' else scope_now end;
    if scope_before <> scope_now then
      update sync_entity set seq = number, op = 'X', version = new.row_version
        where facility_id = new.facility_id and kind = tg_table_name and id = new.id and scope = scope_before;
    end if;
    -- What two people changed apart is shown to somebody who can see what it is about.
    if to_jsonb(new) ->> 'status' = 'Open' then
      patient := archive_patient_of(new.facility_id, to_jsonb(new) ->> 'kind', to_jsonb(new) ->> 'record_id');
    end if;
  elsif tg_table_name = 'patients' then
    patient := new.id;
  elsif tg_argv[0] in ('identity', 'clinical', 'orders', 'medicines') then
    if exists (select from pg_attribute where attrelid = tg_relid and attname = 'patient_id' and not attisdropped) then
      patient := new.patient_id;
    end if;
  end if;
  if patient is not null then
    delete from archived_patients a where a.facility_id = new.facility_id and a.patient_id = patient;
    if found then perform archive_move(new.facility_id, patient, number, false); end if;
  end if;
  insert into sync_entity values (new.facility_id, tg_table_name, new.id, scope_now, number,
      case when new.deleted then 'D' else 'U' end, new.row_version)
    on conflict (facility_id, kind, id, scope)
    do update set seq = excluded.seq, op = excluded.op, version = excluded.version;
  return null;
end $$;

-- The patient of a record that somebody names by kind and id; null when it has none.
create function archive_patient_of(facility uuid, kind text, id text) returns uuid language plpgsql security definer
    set search_path = public, pg_temp as $$
declare
  patient uuid;
begin
  if kind = 'patients' then return id::uuid; end if;
  if not exists (select from pg_attribute where attrelid = to_regclass(kind) and attname = 'patient_id' and not attisdropped) then return null; end if;
  execute format('select patient_id from %I where facility_id = $1 and id = $2::uuid', kind) into patient using facility, id;
  return patient;
end $$;
revoke execute on function archive_patient_of(uuid, text, text) from public;

-- Patients about whom a conflict is open: it is shown beside what it is about.
create function archive_held(facility uuid) returns setof uuid language sql stable security definer set search_path = public, pg_temp as $$
  select archive_patient_of(c.facility_id, c.kind, c.record_id) from sync_conflicts c
  where c.facility_id = facility and facility = psa_facility() and c.status = 'Open' and not c.deleted $$;

revoke execute on function archive_begin(uuid), archive_patient(uuid, uuid), archive_facilities(), archive_held(uuid) from public;
grant execute on function archive_begin(uuid), archive_patient(uuid, uuid), archive_facilities(), archive_held(uuid) to psa_server;
