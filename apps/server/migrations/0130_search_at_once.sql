-- 0130_search_at_once.sql — a search is one statement: what was typed and, when that finds few, other spellings of it
-- (docs/decisions/0014-search-on-the-server.md).

-- How many names of a facility came into use so far. Spellings that a server remembers are right as long as this number stays. Whoever
-- brings a new name holds the row until the commit, so that nobody reads a number that others have read with fewer names behind it.
create table patient_names_known (
  facility_id uuid primary key,
  n bigint not null
) with (fillfactor = 10);

create function patient_names_grew(facility uuid, many bigint) returns void language sql as $$
  insert into patient_names_known values (facility, many)
    on conflict (facility_id) do update set n = patient_names_known.n + excluded.n
$$;
revoke execute on function patient_names_grew(uuid, bigint) from public;

create or replace function patients_searchable() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare
  grown record;
begin
  insert into patient_search
    select s.* from added a, patient_search_of(row(a.*)::patients) s where not a.deleted;
  -- In one order, so that two writers of the same new names do not wait for each other in a circle. Who sends several statements
  -- may; that deadlock is ended by PostgreSQL and the loser tries again.
  for grown in
    with fresh as (
      insert into patient_names
        select distinct a.facility_id, w
        from added a, unnest(name_words(a.last_name) || name_words(a.first_name) || name_words(a.other_names)) w
        where not a.deleted and length(w) >= 3 order by 1, 2 on conflict do nothing returning facility_id)
    select facility_id, count(*) as many from fresh group by 1 order by 1
  loop
    perform patient_names_grew(grown.facility_id, grown.many);
  end loop;
  return null;
end $$;

create or replace function patient_searchable_again() returns trigger language plpgsql security definer
    set search_path = public, pg_temp as $$
declare
  fresh bigint;
begin
  if new.deleted then
    delete from patient_search s where s.facility_id = new.facility_id and s.patient_id = new.id;
    return null;
  end if;
  insert into patient_search select * from patient_search_of(new)
    on conflict (facility_id, patient_id) do update set number = excluded.number, digits = excluded.digits,
      phone = excluded.phone, names = excluded.names, given = excluded.given, words = excluded.words;
  insert into patient_names
    select distinct new.facility_id, w
    from unnest(name_words(new.last_name) || name_words(new.first_name) || name_words(new.other_names)) w where length(w) >= 3
    order by 2 on conflict do nothing;
  get diagnostics fresh = row_count;
  if fresh > 0 then perform patient_names_grew(new.facility_id, fresh); end if;
  return null;
end $$;

-- How many names of this facility came into use, as of the statement that asks.
create function names_known() returns bigint language sql stable security definer set search_path = public, pg_temp as
  $$ select coalesce((select n from patient_names_known where facility_id = psa_facility()), 0) $$;

drop function find_patients(text, text, text[], text, text, text[], text, int);
drop function patients_with_words(uuid, tsquery, text[], text);

-- Names in use in this facility that begin with each of these words: all of them, or one more than `most`. Where they are few, a search
-- that names them reads their lists one beside the other; a beginning would have to be gathered from all of them first.
create function names_longer(words text[], most int) returns table (typed text, word text) language plpgsql stable security definer rows 100
    set search_path = public, pg_temp set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
begin
  return query select w, b.word from unnest(words) w, lateral (
    select n.word from patient_names n where n.facility_id = psa_facility() and n.word >= w and n.word < w || chr(1114111)
    order by n.word limit most + 1) b;
end $$;

-- What a typed text leads to, best first, each patient once (apps/server/src/db/search-plan.ts says what may be asked): the first `exact`
-- of `ids` hold what was typed. `otherwise` leads to these and to others, which follow when these are fewer than `enough`: if it was
-- made of as many names as are in use now; if not, `known` is another number than `names`. A null `names` is for whoever takes it as it is.
-- Row-level security would keep these operators from the indexes: the owner looks, in the facility that the connection named, and
-- answers ids only. Everything is bounded by what is wanted, not by what is like it: ordered lists are read from where they begin to
-- match, and of those whom the words lead to only the first few hundred are compared. `is true` keeps the planner from any index but
-- that of the words.
create function search_patients(whole_number text, whole_phone text, starts text[], begin_given text, query text, narrow text[],
    typed text, otherwise text, names bigint, enough int, most int, out ids uuid[], out exact int, out known bigint)
  language plpgsql stable security definer
  set search_path = public, pg_temp set plan_cache_mode = force_generic_plan set enable_seqscan = off
  set max_parallel_workers_per_gather = 0 as $$
declare
  compared constant int := 300;
  here constant uuid := psa_facility();
  beyond constant text := chr(1114111);
  numbers constant text := nullif(whole_number, '');
  leads constant tsquery := query::tsquery;
  whole constant tsquery := replace(query, ':*', '')::tsquery;
  begun uuid[];
  others uuid[] := '{}';
  looked int := 0;
  next_id uuid;
  holds boolean;
begin
  ids := '{}';
  if numbers ~ '[0-9]' then
    for next_id in
      select f.id from (
        (select s.patient_id as id from patient_search s where s.facility_id = here and s.number = numbers order by s.patient_id limit most)
        union all
        (select s.patient_id from patient_search s where s.facility_id = here and s.phone = whole_phone and s.phone <> ''
         order by s.patient_id limit most)
        union all
        (select s.patient_id from patient_search s where s.facility_id = here and s.number > numbers
           and s.number < numbers || beyond order by s.number, s.patient_id limit most)
        union all
        (select s.patient_id from patient_search s where numbers ~ '^[0-9]' and s.facility_id = here and s.digits >= numbers
           and s.digits < numbers || beyond and s.digits <> s.number order by s.digits, s.patient_id limit most)
        union all
        (select s.patient_id from patient_search s where s.facility_id = here and s.phone > whole_phone
           and s.phone < whole_phone || beyond and s.phone <> '' order by s.phone, s.patient_id limit most)
      ) f
    loop
      if next_id <> all (ids) then ids := ids || next_id; end if;
      exit when cardinality(ids) >= most;
    end loop;
  else
    for next_id in
      select f.id from (
        (select s.patient_id as id from patient_search s where s.facility_id = here and s.number = numbers order by s.patient_id limit most)
        union all
        (select n.patient_id from unnest(starts) with ordinality as t (start, place), lateral (
           select s.patient_id, s.names from patient_search s where s.facility_id = here and s.names >= t.start
             and s.names < t.start || beyond order by s.names, s.patient_id limit most) n
         order by t.place, n.names, n.patient_id)
        union all
        (select s.patient_id from patient_search s where s.facility_id = here and s.given >= begin_given
           and s.given < begin_given || beyond order by s.given, s.patient_id limit most)
        union all
        (select s.patient_id from patient_search s where s.facility_id = here and s.number > numbers
           and s.number < numbers || beyond order by s.number, s.patient_id limit most)
      ) f
    loop
      if next_id <> all (ids) then ids := ids || next_id; end if;
      exit when cardinality(ids) >= most;
    end loop;
  end if;
  exact := cardinality(ids);
  known := names;
  if exact >= most then return; end if;

  -- Whole words come before their beginnings, then those whose names are more like what was typed.
  if otherwise is not null and exact < enough and (names is null or names = names_known()) then
    begun := ids;
    for next_id, holds in
      select c.patient_id, c.holds from (
        select s.patient_id, s.names, s.words, coalesce(s.words @@ leads, false) as holds from patient_search s
        where s.words @@ otherwise::tsquery and (s.facility_id = here) is true and (narrow = '{}' or not exists (
          select from unnest(narrow) w where position(w in concat(' ', s.names, ' ', s.number, ' ', s.phone)) = 0))
        limit compared) c
      order by c.holds desc, c.holds and c.words @@ whole desc, similarity(c.names, typed) desc, c.names, c.patient_id
    loop
      looked := looked + 1;
      continue when next_id = any (ids);
      if holds then ids := ids || next_id; else others := others || next_id; end if;
    end loop;
    if looked = compared then
      -- More than are compared: those that hold what was typed may be among the rest.
      ids := begun;
    else
      query := null;
    end if;
  end if;
  if query is not null then
    for next_id in
      select c.patient_id from (
        select s.patient_id, s.names, s.words from patient_search s
        where s.words @@ leads and (s.facility_id = here) is true and (narrow = '{}' or not exists (
          select from unnest(narrow) w where position(w in concat(' ', s.names, ' ', s.number, ' ', s.phone)) = 0))
        limit compared) c
      order by c.words @@ whole desc, similarity(c.names, typed) desc, c.names, c.patient_id
    loop
      if next_id <> all (ids) then ids := ids || next_id; end if;
      exit when cardinality(ids) >= most;
    end loop;
  end if;
  exact := least(cardinality(ids), most);
  if exact < enough then
    if names is not null then known := names_known(); end if;
    foreach next_id in array others loop
      if next_id <> all (ids) then ids := ids || next_id; end if;
    end loop;
  end if;
  ids := ids[:most];
end $$;

revoke execute on function search_patients(text, text, text[], text, text, text[], text, text, bigint, int, int), names_known(),
  names_longer(text[], int) from public;
grant execute on function search_patients(text, text, text[], text, text, text[], text, text, bigint, int, int), names_known(),
  names_longer(text[], int) to psa_server;

select secure_record('patient_names_known', false, false);
revoke all on patient_names_known from psa_server;
insert into patient_names_known select facility_id, count(*) from patient_names group by 1;
