-- 0231_names_once.sql — What a patient is found by is made once for each that is written
-- (docs/decisions/0014-search-on-the-server.md).

-- As before; a name that was not given is told at once: of the four names that are looked at, most patients have two.
create or replace function name_words(name text) returns text[] language plpgsql immutable parallel safe as $$
declare
  words text[] := '{}';
  word text;
  parts text[];
begin
  if name is null or name = '' then return words; end if;
  if name ~ '^[A-Za-z]+$' then return array[lower(name)]; end if;
  foreach word in array regexp_split_to_array(name, '[\s\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]+') loop
    parts := regexp_split_to_array(word, '[-‐–/.]');
    if cardinality(parts) > 1 then parts := word || parts; end if;
    foreach word in array parts loop
      word := plain_word(word);
      if word <> '' then words := words || word; end if;
    end loop;
  end loop;
  return words;
end $$;

-- As before; the names of a new patient are those of its line, which holds all of them unless it had to be cut.
create or replace function patients_searchable() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare
  cut constant int := 300;
  grown record;
begin
  -- In one order, so that two writers of the same new names do not wait for each other in a circle. Who sends several statements
  -- may; that deadlock is ended by PostgreSQL and the loser tries again.
  for grown in
    with lines as (
      insert into patient_search
        select s.* from added a, patient_search_of(row(a.*)::patients) s where not a.deleted
        returning facility_id, patient_id, names),
    fresh as (
      insert into patient_names
        select distinct l.facility_id, w
        from lines l, unnest(case when length(l.names) < cut then string_to_array(l.names, ' ') else (
          select name_words(a.last_name) || name_words(a.first_name) || name_words(a.other_names)
          from added a where a.facility_id = l.facility_id and a.id = l.patient_id) end) w
        where length(w) >= 3 order by 1, 2 on conflict do nothing returning facility_id)
    select facility_id, count(*) as many from fresh group by 1 order by 1
  loop
    perform patient_names_grew(grown.facility_id, grown.many);
  end loop;
  return null;
end $$;
