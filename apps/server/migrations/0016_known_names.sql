-- 0016_known_names.sql — which words of a text are somebody's name: before a text leaves for a language model, they are taken out.

-- Words of the names of next of kin and of people with an account, and those of patients that patient_names leaves out as too short to
-- be searched by. Words stay when a name is corrected: better one too many.
create table other_names (
  facility_id uuid not null,
  word text collate "C" not null,
  primary key (facility_id, word)
);
select secure_record('other_names', false, false);

create function learn_names(facility uuid, names text[]) returns void language sql as $$
  insert into other_names
    select distinct facility, w from unnest(names) n, unnest(name_words(n)) w where length(w) >= 2
    order by 2 on conflict do nothing
$$;
revoke execute on function learn_names(uuid, text[]) from public;

-- Patients that were registered: however many a statement brings, their names are learnt at once.
create function patients_learn_names() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into other_names
    select distinct facility_id, w from (
      select a.facility_id, w from added a, unnest(name_words(a.emergency_contact_name)) w
        where a.emergency_contact_name is not null and length(w) >= 2
      union all
      select a.facility_id, w
        from added a, unnest(name_words(a.last_name) || name_words(a.first_name) || name_words(a.other_names)) w
        where length(w) = 2) n
    order by 1, 2 on conflict do nothing;
  return null;
end $$;
revoke execute on function patients_learn_names() from public;

create function patient_learn_names_again() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform learn_names(new.facility_id, array[new.emergency_contact_name] || array(
    select w from unnest(name_words(new.last_name) || name_words(new.first_name) || name_words(new.other_names)) w where length(w) = 2));
  return null;
end $$;
revoke execute on function patient_learn_names_again() from public;

create function users_learn_names() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform learn_names(new.facility_id, array[new.full_name]);
  return null;
end $$;
revoke execute on function users_learn_names() from public;

create trigger patients_names_known after insert on patients referencing new table as added
  for each statement execute function patients_learn_names();
create trigger patients_names_known_again after update on patients for each row
  when (new.emergency_contact_name is distinct from old.emergency_contact_name or new.last_name is distinct from old.last_name
    or new.first_name is distinct from old.first_name or new.other_names is distinct from old.other_names)
  execute function patient_learn_names_again();
create trigger users_names_known after insert on users for each row execute function users_learn_names();
create trigger users_names_known_again after update on users for each row
  when (new.full_name is distinct from old.full_name) execute function users_learn_names();

do $$
declare
  p record;
begin
  for p in select facility_id, full_name from users loop perform learn_names(p.facility_id, array[p.full_name]); end loop;
  for p in select facility_id, emergency_contact_name from patients where emergency_contact_name is not null loop
    perform learn_names(p.facility_id, array[p.emergency_contact_name]);
  end loop;
end $$;

-- Of these folded words, those that are a name of any patient, next of kin or person of the facility that the connection named.
create function known_names(words text[]) returns setof text language sql stable security definer
    set search_path = public, pg_temp set plan_cache_mode = force_generic_plan as $$
  select word from patient_names where facility_id = psa_facility() and word = any (words)
  union
  select word from other_names where facility_id = psa_facility() and word = any (words)
$$;
revoke execute on function known_names(text[]) from public;
grant execute on function known_names(text[]) to psa_server;

-- The patients that have one of these hospital numbers (without signs) or phones (in national form).
create function patients_numbered(numbers text[], phones text[]) returns setof uuid language sql stable security definer
    set search_path = public, pg_temp set plan_cache_mode = force_generic_plan as $$
  select patient_id from patient_search where facility_id = psa_facility() and number = any (numbers)
  union
  select patient_id from patient_search where facility_id = psa_facility() and phone = any (phones) and phone <> ''
$$;
revoke execute on function patients_numbered(text[], text[]) from public;
grant execute on function patients_numbered(text[], text[]) to psa_server;
