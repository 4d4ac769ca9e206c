-- 0011_audit_logs.sql — Who did or read what, when, from where, before and after. Only ever added to, one table a month, and each
-- entry holds the hash of the one before: a changed, removed or reordered entry shows (docs/decisions/0011-audit-chain.md).

-- Where the chain of each facility ends. Rewritten with every write: room on its page keeps that cheap. `before` is the hash that
-- `hash` was made with.
create table audit_heads (
  facility_id uuid primary key constraint audit_heads_facility_id_fkey references facilities (id),
  n bigint not null,
  before bytea not null,
  hash bytea not null
) with (fillfactor = 10);
select secure_record('audit_heads', false, false);

create table audit_logs (
  id uuid not null default gen_random_uuid(),
  facility_id uuid not null,
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  n bigint not null,
  prev_hash bytea not null,
  entry_hash bytea not null,
  user_id uuid,
  action varchar(100) not null,
  table_name varchar(100),
  record_id varchar(100),
  old_values jsonb,
  new_values jsonb,
  device_id varchar(100),
  mutation_id varchar(100),
  ip_address varchar(45),
  user_agent varchar(300),
  at timestamptz(3) not null,
  constraint audit_logs_pkey primary key (facility_id, n, at),
  constraint audit_logs_user_id_fkey foreign key (facility_id, user_id) references users (facility_id, id)
) partition by range (at);
create index audit_logs_user_id_idx on audit_logs (facility_id, user_id, at);
create index audit_logs_record_id_idx on audit_logs (facility_id, record_id, at);
create index audit_logs_table_name_idx on audit_logs (facility_id, table_name, at);
create index audit_logs_action_idx on audit_logs (facility_id, action, at);
create index audit_logs_at_idx on audit_logs (facility_id, at);
create trigger audit_logs_kept before delete or truncate on audit_logs for each statement execute function record_kept();
create trigger audit_logs_append_only before update on audit_logs for each statement execute function record_append_only();
-- Triggers of a statement do not watch the partitions; those of a row do.
create trigger audit_logs_rows_kept before update or delete on audit_logs for each row execute function record_append_only();
-- Entries are written by audit_write() alone.
select secure_record('audit_logs', false, false);

-- What the hash of an entry is made of: every column but its place in the chain (`n`), which the hashes themselves hold. Moments are
-- milliseconds since 1970, so that no setting of a connection changes the text; `json` prints it without building it first.
create function audit_text(e audit_logs) returns text language sql stable as $$
  select json_build_array(e.id, e.facility_id, e.created_by, e.updated_by,
    (extract(epoch from e.created_at) * 1000)::bigint, (extract(epoch from e.updated_at) * 1000)::bigint,
    e.deleted, e.row_version, e.field_ver, e.user_id, e.action, e.table_name, e.record_id, e.old_values, e.new_values,
    e.device_id, e.mutation_id, e.ip_address, e.user_agent, (extract(epoch from e.at) * 1000)::bigint)::text
$$;

-- The hash before the first entry of a facility.
create function audit_root(facility uuid) returns bytea language sql immutable as $$
  select sha256(convert_to('audit_logs ' || facility, 'UTF8'))
$$;

-- Writes entries, in their order, as the next links of the facility's chain: the only way in. The head is read and moved once, however
-- many they are. It stays locked until the commit, so numbers and commits have one order; a writer does this last, and all that needs no
-- place in the chain before it takes the lock. The advisory lock is only a better queue: whoever waits for a row looks again at each new
-- version of it, whoever waits here is woken once. A person who is none of this facility stays out of the link; what was claimed is in
-- the quarantine. Runs as the owner, for the facility that the connection named; the owner itself may write for any.
create function audit_write(facility uuid, ids uuid[], people uuid[], actions text[], tables text[], records text[], befores text[],
    afters text[], devices text[], mutations text[], addresses text[], agents text[], times timestamptz[]) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  entry audit_logs;
  entries audit_logs[] := '{}';
  texts bytea[] := '{}';
  links audit_logs[] := '{}';
  head audit_heads;
begin
  if facility is distinct from psa_facility() and not pg_has_role(session_user, current_user, 'member') then
    raise exception 'This connection works for another facility.' using errcode = 'insufficient_privilege';
  end if;
  for entry in
    select x.id, facility, u.id, u.id, x.at, x.at, false, 1, '{}'::jsonb, 0, null, null, u.id, x.action, x.table_name, x.record_id,
      x.old_values::jsonb, x.new_values::jsonb, x.device_id, x.mutation_id, left(x.ip_address, 45), left(x.user_agent, 300), x.at
    from unnest(ids, people, actions, tables, records, befores, afters, devices, mutations, addresses, agents, times) with ordinality
      as x (id, user_id, action, table_name, record_id, old_values, new_values, device_id, mutation_id, ip_address, user_agent, at, place)
    left join users u on u.facility_id = facility and u.id = x.user_id
    order by x.place
  loop
    entries := entries || entry;
    texts := texts || convert_to(audit_text(entry), 'UTF8');
  end loop;
  perform pg_advisory_xact_lock(hashtextextended(facility::text, 7229004));
  select * into head from audit_heads h where h.facility_id = facility;
  if not found then
    head := (facility, 0, audit_root(facility), audit_root(facility));
    insert into audit_heads select head.*;
  end if;
  for i in 1 .. cardinality(entries) loop
    head.n := head.n + 1;
    head.before := head.hash;
    head.hash := sha256(head.before || texts[i]);
    entry := entries[i];
    entry.n := head.n;
    entry.prev_hash := head.before;
    entry.entry_hash := head.hash;
    links := links || entry;
  end loop;
  insert into audit_logs select * from unnest(links);
  update audit_heads h set n = head.n, before = head.before, hash = head.hash where h.facility_id = facility;
end $$;
revoke execute on function audit_write(uuid, uuid[], uuid[], text[], text[], text[], text[], text[], text[], text[], text[], text[],
  timestamptz[]) from public;
grant execute on function audit_write(uuid, uuid[], uuid[], text[], text[], text[], text[], text[], text[], text[], text[], text[],
  timestamptz[]) to psa_server;

-- The months. They stand in a schema of their own, on which nobody but the owner has any right: entries are reached through
-- audit_logs only. `other` takes what belongs to no month that was made yet, and stays empty as long as months are made in time.
create schema audit_months;
create table audit_months.other partition of audit_logs default;
create trigger other_kept before truncate on audit_months.other for each statement execute function record_kept();

-- Makes the tables of this month and of those ahead, as far as they are not there; the server asks at its start and once a day.
-- Attaching waits for nobody who writes entries; for writers of users, to whom each month has a link, and for readers of `other` it
-- waits two seconds at most. A month that has entries in `other` already stays there. Answers how many were made.
create function audit_make_months(ahead integer default 3) returns integer
language plpgsql security definer set search_path = pg_catalog, public, pg_temp set lock_timeout = '2s' as $$
declare
  month timestamp;
  made integer := 0;
  name text;
begin
  perform pg_advisory_xact_lock(7229003, 1);
  for i in 0 .. least(greatest(ahead, 0), 24) loop
    month := date_trunc('month', clock_timestamp() at time zone 'UTC') + make_interval(months => i);
    name := to_char(month, '"m"YYYY_MM');
    continue when to_regclass('audit_months.' || name) is not null;
    begin
      execute format('create table audit_months.%I (like public.audit_logs including defaults including constraints)', name);
      execute format('create trigger %I before truncate on audit_months.%I for each statement execute function public.record_kept()',
        name || '_kept', name);
      execute format('alter table public.audit_logs attach partition audit_months.%I for values from (%L) to (%L)',
        name, month at time zone 'UTC', (month + interval '1 month') at time zone 'UTC');
      made := made + 1;
    exception when check_violation then
      raise warning 'Entries of % stand in audit_months.other already.', name;
    end;
  end loop;
  return made;
end $$;
revoke execute on function audit_make_months(integer) from public;
grant execute on function audit_make_months(integer) to psa_server;
select audit_make_months();

-- An entry for what the database wrote by itself (stock, scores, notices): what changed because of what `person` did. It takes the
-- chain until the commit: call it last, or use the deferred trigger below.
create function audit_derived(facility uuid, person uuid, table_name text, record_id text, before jsonb, after jsonb) returns void
language plpgsql as $$
declare
  now_ constant timestamptz := date_trunc('milliseconds', clock_timestamp());
begin
  perform audit_write(facility, array[encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
      placing substring(int8send((extract(epoch from now_) * 1000)::bigint) from 3) from 1 for 6), 52, 1), 53, 1), 'hex')::uuid],
    array[person], array['derive'], array[table_name], array[record_id], array[before::text], array[after::text],
    array[null], array[null], array[null], array[null], array[now_]);
end $$;

-- The same for a table whose rows, or some of whose fields, only triggers write:
--   create constraint trigger stock_audit after insert or update on stock deferrable initially deferred
--     for each row execute function audit_derived_row();
-- Arguments name the derived fields; without any, all fields are.
create function audit_derived_row() returns trigger language plpgsql as $$
declare
  was jsonb := case when tg_op = 'UPDATE' then to_jsonb(old) else '{}' end;
  before jsonb;
  after jsonb;
begin
  select jsonb_object_agg(f.key, was -> f.key), jsonb_object_agg(f.key, f.value) into before, after
    from jsonb_each(to_jsonb(new)) f
    where f.value is distinct from coalesce(was -> f.key, 'null')
      and f.key not in ('id', 'facility_id', 'created_by', 'updated_by', 'created_at', 'updated_at', 'row_version', 'field_ver')
      and (tg_nargs = 0 or f.key = any (tg_argv));
  if after is not null then
    perform audit_derived(new.facility_id, new.updated_by, tg_table_name, new.id::text,
      case when tg_op = 'UPDATE' then before end, after);
  end if;
  return null;
end $$;
