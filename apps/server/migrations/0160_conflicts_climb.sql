-- 0160_conflicts_climb.sql — A conflict names its patient, what the values were before, what was done although it was open, and who was
-- told of it (docs/sync.md, S26, S34, S35).

alter table sync_conflicts
  add column patient_id varchar(36),
  add column before jsonb,
  add column device_name varchar(100),
  add column theirs_device varchar(100),
  add column theirs_device_name varchar(100),
  add column overruled jsonb,
  add column climbed integer constraint sync_conflicts_climbed_range check (climbed between 0 and 2),
  add column climbed_at timestamptz(3);
create index sync_conflicts_patient_id_idx on sync_conflicts (facility_id, patient_id);

-- Of those that stand open, the patient is that of their record.
do $$
declare
  conflict record;
  patient text;
begin
  for conflict in select id, facility_id, kind, record_id from sync_conflicts where status = 'Open' loop
    if conflict.kind = 'patients' then
      patient := conflict.record_id;
    elsif exists (select from information_schema.columns where table_schema = 'public' and table_name = conflict.kind and column_name = 'patient_id') then
      execute format('select patient_id::text from %I where facility_id = $1 and id::text = $2', conflict.kind)
        into patient using conflict.facility_id, conflict.record_id;
    else
      patient := null;
    end if;
    if patient is not null then
      update sync_conflicts set patient_id = patient where id = conflict.id;
    end if;
  end loop;
end $$;

-- The devices by their names, which are sent to no other device, and what the author had read: of each field that clashes, the value of the last mutation up to that version. `->` alone: what was refused may
-- hold characters that jsonb cannot.
create function conflict_before() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare
  base constant integer := (new.base_version #>> '{}')::integer;
  found jsonb;
begin
  select jsonb_object_agg(f, was.value::jsonb) into found
  from unnest(new.fields) f cross join lateral (
    select m.mutation -> 'patch' -> f as value
    from sync_mutation m
    where m.facility_id = new.facility_id and m.record_id = new.record_id::uuid and m.kind = new.kind
      and m.status in ('applied', 'merged') and (m.result ->> 'version')::integer <= base
      and (m.mutation -> 'patch' -> f is not null or (m.mutation -> 'op')::text = '"create"')
    order by (m.result ->> 'version')::integer desc limit 1) was;
  if tg_op = 'UPDATE' then
    found := coalesce(found, '{}') || coalesce(old.before, '{}');
  end if;
  new.before := nullif(found, '{}');
  select d.name into new.device_name from devices d 
    where d.facility_id = new.facility_id and d.id = case when new.device_id ~ '^[0-9a-f-]{36}$' then new.device_id::uuid end;
  select d.name into new.theirs_device_name from devices d 
    where d.facility_id = new.facility_id and d.id = new.theirs_device::uuid;
  return new;
end $$;
create trigger sync_conflicts_before_insert before insert on sync_conflicts for each row execute function conflict_before();
create trigger sync_conflicts_before_update before update on sync_conflicts for each row
  when (new.fields is distinct from old.fields or new.base_version is distinct from old.base_version
    or new.theirs_device is distinct from old.theirs_device)
  execute function conflict_before();

-- Tells people that a conflict waits, and remembers how high it has climbed: 0 its author, 1 registrars, 2 consultants. Whoever of several
-- server processes comes first wins; nobody is told twice. @returns whether this call told them.
create unique index notifications_conflict_once on notifications (facility_id, user_id, record_id)
  where kind = 'Conflict' and record_kind = 'sync_conflicts';

create function conflict_climb(facility uuid, conflict uuid, step integer, at timestamptz, say text, people uuid[])
    returns boolean language plpgsql security definer set search_path = public, pg_temp as $$
declare
  patient text;
begin
  if facility is distinct from psa_facility() then
    raise exception 'This connection works for another facility.' using errcode = 'insufficient_privilege';
  end if;
  update sync_conflicts set climbed = step, climbed_at = at
    where facility_id = facility and id = conflict and status = 'Open' and severity = 'high' and coalesce(climbed, -1) < step
    returning patient_id into patient;
  if not found then
    return false;
  end if;
  insert into notifications (facility_id, user_id, kind, message, record_kind, record_id, patient_id)
    select facility, person, 'Conflict', left(say, 500), 'sync_conflicts', conflict::text, patient::uuid
    from unnest(people) person
    on conflict (facility_id, user_id, record_id) where kind = 'Conflict' and record_kind = 'sync_conflicts' do nothing;
  return true;
end $$;
revoke execute on function conflict_climb(uuid, uuid, integer, timestamptz, text, uuid[]) from public;
grant execute on function conflict_climb(uuid, uuid, integer, timestamptz, text, uuid[]) to psa_server;

-- Facilities in which somebody may have to be told: the server sees one at a time.
create function conflict_facilities() returns setof uuid language sql stable security definer set search_path = public, pg_temp as $$
  select distinct facility_id from sync_conflicts where status = 'Open' and severity = 'high' and coalesce(climbed, -1) < 2
$$;
revoke execute on function conflict_facilities() from public;
grant execute on function conflict_facilities() to psa_server;

-- What is settled needs nobody any more.
create function conflict_settled() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update notifications set deleted = true
    where facility_id = new.facility_id and kind = 'Conflict' and record_kind = 'sync_conflicts' and record_id = new.id::text and not deleted;
  return null;
end $$;
create trigger sync_conflicts_settled after update on sync_conflicts for each row
  when (new.status = 'Resolved' and old.status = 'Open') execute function conflict_settled();
