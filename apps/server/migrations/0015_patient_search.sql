-- 0015_patient_search.sql — finding a patient by name, hospital number or phone, at the cost of the answer and not of the table
-- (docs/decisions/0014-search-on-the-server.md).

do $$ begin
  create extension if not exists pg_trgm;
exception
  when undefined_file or feature_not_supported then
    raise exception 'This PostgreSQL lacks pg_trgm; install its contrib modules (Debian: postgresql-contrib) and start again.';
  when insufficient_privilege then
    raise exception 'The extension pg_trgm is missing, and % may not add it; a superuser runs in this database: create extension pg_trgm;',
      current_user using errcode = 'feature_not_supported';
end $$;

-- Lower case without accents, dots below or hooks, as fold() does on a device. Marks go first: lower() of a plain letter needs no locale.
create function fold_name(name text) returns text language sql immutable parallel safe as $$
  select case when octet_length(name) = length(name) then lower(name) else
    lower(translate(regexp_replace(normalize(name, nfd),
        '[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0670\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]', '', 'g'),
      'ɓɗƙƴŋɛɔəıøłƁƊƘƳŊƐƆƏØŁ', 'bdkyneoeiolbdkyneoeol')) end
$$;

-- A word without signs, as plainWord() does. Beyond ASCII only signs are named, so that letters of any script stay.
create function plain_word(word text) returns text language sql immutable parallel safe as $$
  select regexp_replace(fold_name(word),
    case when octet_length(word) = length(word) then '[^a-z0-9]'
      else '[\u0001-/:-@\[-`{-\u00a9\u00ab-\u00b1\u00b4\u00b6-\u00b8\u00bb\u00bf\u00d7\u00f7\u2000-\u206f\u20a0-\u20cf\u3000-\u3003\ufeff]' end,
    '', 'g')
$$;

-- The words of a name, as nameWords() does: parts of a double name alone and joined.
create function name_words(name text) returns text[] language plpgsql immutable parallel safe as $$
declare
  words text[] := '{}';
  word text;
  parts text[];
begin
  if name ~ '^[A-Za-z]+$' then return array[lower(name)]; end if;
  foreach word in array regexp_split_to_array(coalesce(name, ''), '[\s\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]+') loop
    parts := regexp_split_to_array(word, '[-‐–/.]');
    if cardinality(parts) > 1 then parts := word || parts; end if;
    foreach word in array parts loop
      word := plain_word(word);
      if word <> '' then words := words || word; end if;
    end loop;
  end loop;
  return words;
end $$;

-- The digits of a phone number in national form, as nationalPhone() does.
create function national_phone(phone text) returns text language plpgsql immutable parallel safe as $$
declare
  digits constant text := regexp_replace(coalesce(phone, ''), '[^0-9]', '', 'g');
begin
  return case when digits ~ '^234\d{3}' then '0' || regexp_replace(substr(digits, 4), '^0', '') else digits end;
end $$;

-- The parts of a hospital number that may be typed alone: from each of its first six runs of digits on, each run, and the last one
-- without its noughts: UNTH/2024/00123 → {202400123, 2024, 00123, 123}. Plain expressions: this runs for every patient that is written.
create function number_words(number text) returns text[] language plpgsql immutable parallel safe as $$
declare
  rest text := coalesce(fold_name(number), '');
  digits text;
  tail text;
  bare text := '';
  words text[] := '{}';
begin
  foreach digits in array (string_to_array(trim(regexp_replace(rest, '[^0-9]+', ' ', 'g')), ' '))[:6] loop
    rest := substr(rest, strpos(rest, digits));
    tail := plain_word(rest);
    if tail <> all (words) then words := words || tail; end if;
    if digits <> all (words) then words := words || digits; end if;
    bare := coalesce(nullif(ltrim(digits, '0'), ''), bare);
    rest := substr(rest, length(digits) + 1);
  end loop;
  return case when bare = '' or bare = any (words) then words else words || bare end;
end $$;

-- One line for each patient that was not retracted, kept by a trigger. Nobody but the functions below reads it.
create table patient_search (
  facility_id uuid not null,
  patient_id uuid not null,
  -- Hospital number and phone without signs, in order of their bytes, so that a beginning is a range.
  number text collate "C" not null,
  -- The number from its first digit on.
  digits text collate "C" not null,
  phone text collate "C" not null,
  -- Words of the names: surname first, and given names first.
  names text collate "C" not null,
  given text collate "C" not null,
  -- Every word a patient is found by, behind the mark of the facility: one hospital's searches do not read another's lists.
  words tsvector not null,
  primary key (facility_id, patient_id)
);
create index patient_search_number on patient_search (facility_id, number, patient_id);
create index patient_search_digits on patient_search (facility_id, digits, patient_id) where digits <> number;
create index patient_search_phone on patient_search (facility_id, phone, patient_id) where phone <> '';
create index patient_search_names on patient_search (facility_id, names, patient_id);
create index patient_search_given on patient_search (facility_id, given, patient_id);
-- Written through: a list of what waits would have to be read by every search.
create index patient_search_words on patient_search using gin (words) with (fastupdate = off);

-- The distinct words of names in use or once used: what a misspelt word is compared with. It grows far more slowly than patients.
create table patient_names (
  facility_id uuid not null,
  word text collate "C" not null,
  primary key (facility_id, word)
);
create index patient_names_alike on patient_names using gin (word gin_trgm_ops) with (fastupdate = off);

-- Leads every word of a facility: one hospital's searches do not read another's lists. Alike marks cost time, never secrecy.
create function search_mark(facility uuid) returns text language sql immutable parallel safe as
  $$ select right(facility::text, 4) $$;

-- The line of one patient.
create function patient_search_of(p patients) returns patient_search language plpgsql immutable parallel safe as $$
declare
  surname text[] := name_words(p.last_name);
  firsts text[] := name_words(p.first_name) || name_words(p.other_names);
  number text := plain_word(p.hospital_number);
  phone text := national_phone(p.phone);
  mark text := search_mark(p.facility_id);
  all_words text[] := surname || firsts || number_words(p.hospital_number);
begin
  if phone <> '' then all_words := all_words || phone; end if;
  -- As from abroad, and as remembered: without the nought, the last seven, the last four.
  if length(phone) >= 10 then all_words := all_words || array[substr(phone, 2), right(phone, 7), right(phone, 4)]; end if;
  -- An index entry has a longest size.
  return (p.facility_id, p.id, number, ltrim(number, translate(number, '0123456789', '')), phone, left(array_to_string(surname || firsts, ' '), 300),
    left(array_to_string(firsts || surname, ' '), 300), case when all_words = '{}' then ''
      -- Words hold no blank.
      else array_to_tsvector(string_to_array(mark || array_to_string(all_words, ' ' || mark), ' ')) end);
end $$;

-- Patients that were registered, however many a statement brings: what they have in common is done once.
create function patients_searchable() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into patient_search
    select s.* from added a, patient_search_of(row(a.*)::patients) s where not a.deleted;
  -- In one order, so that two writers of the same new names do not wait for each other in a circle. Who sends several statements
  -- may; that deadlock is ended by PostgreSQL and the loser tries again.
  insert into patient_names
    select distinct a.facility_id, w
    from added a, unnest(name_words(a.last_name) || name_words(a.first_name) || name_words(a.other_names)) w
    where not a.deleted and length(w) >= 3 order by 1, 2 on conflict do nothing;
  return null;
end $$;
revoke execute on function patients_searchable() from public;
create trigger patients_searchable after insert on patients referencing new table as added
  for each statement execute function patients_searchable();

-- A patient whose name, number or phone was corrected, who was retracted or came back.
create function patient_searchable_again() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
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
  return null;
end $$;
revoke execute on function patient_searchable_again() from public;
create trigger patients_searchable_again after update on patients for each row
  when (new.deleted is distinct from old.deleted or new.hospital_number is distinct from old.hospital_number
    or new.phone is distinct from old.phone or new.last_name is distinct from old.last_name
    or new.first_name is distinct from old.first_name or new.other_names is distinct from old.other_names)
  execute function patient_searchable_again();

-- What a typed text leads to, best first, each patient once (apps/server/src/db/search-plan.ts says what may be asked). Row-level
-- security would keep these operators from the indexes: the owner looks, in the facility that the connection named, and answers ids only.
-- Everything is bounded by what is wanted, not by what is like it: ordered lists are read from where they begin to match, and of those whom
-- the words lead to only the first few hundred are compared.
create function find_patients(whole_number text, whole_phone text, starts text[], begin_given text, query text, narrow text[], typed text, most int)
    returns table (patient_id uuid) language plpgsql stable security definer rows 20
    set search_path = public, pg_temp set plan_cache_mode = force_generic_plan set enable_seqscan = off
    set max_parallel_workers_per_gather = 0 as $$
declare
  here constant uuid := psa_facility();
  beyond constant text := chr(1114111);
  numbers constant text := nullif(whole_number, '');
  seen uuid[] := '{}';
begin
  for patient_id in
    select f.id from (
      (select s.patient_id as id from patient_search s where s.facility_id = here and s.number = numbers order by s.patient_id limit most)
      union all
      (select s.patient_id from patient_search s where s.facility_id = here and s.phone = whole_phone and s.phone <> ''
       order by s.patient_id limit most)
      union all
      (select s.patient_id from patient_search s where numbers ~ '[0-9]' and s.facility_id = here and s.number > numbers
         and s.number < numbers || beyond order by s.number, s.patient_id limit most)
      union all
      (select s.patient_id from patient_search s where numbers ~ '^[0-9]' and s.facility_id = here and s.digits >= numbers
         and s.digits < numbers || beyond and s.digits <> s.number order by s.digits, s.patient_id limit most)
      union all
      (select s.patient_id from patient_search s where s.facility_id = here and s.phone > whole_phone
         and s.phone < whole_phone || beyond and s.phone <> '' order by s.phone, s.patient_id limit most)
      union all
      (select n.patient_id from unnest(starts) with ordinality as t (start, place), lateral (
         select s.patient_id, s.names from patient_search s where s.facility_id = here and s.names >= t.start
           and s.names < t.start || beyond order by s.names, s.patient_id limit most) n
       order by t.place, n.names, n.patient_id)
      union all
      (select s.patient_id from patient_search s where s.facility_id = here and s.given >= begin_given
         and s.given < begin_given || beyond order by s.given, s.patient_id limit most)
      union all
      (select s.patient_id from patient_search s where numbers ~ '^[^0-9]+$' and s.facility_id = here and s.number > numbers
         and s.number < numbers || beyond order by s.number, s.patient_id limit most)
    ) f
  loop
    continue when patient_id = any (seen);
    return next;
    seen := seen || patient_id;
    if cardinality(seen) >= most then return; end if;
  end loop;
  if query is null then return; end if;
  for patient_id in select w.id from patients_with_words(here, query::tsquery, narrow, typed) w loop
    continue when patient_id = any (seen);
    return next;
    seen := seen || patient_id;
    if cardinality(seen) >= most then return; end if;
  end loop;
end $$;

-- Of the first few hundred with these words: whole words before their beginnings, then by how like the names are to what was typed.
create function patients_with_words(here uuid, query tsquery, narrow text[], typed text) returns table (id uuid)
    language sql stable rows 300 set enable_seqscan = off set enable_indexscan = off set max_parallel_workers_per_gather = 0 as $$
  select c.patient_id from (
    select s.patient_id, s.names, s.words from patient_search s
    where s.facility_id = here and s.words @@ query and not exists (
      select from unnest(narrow) w where position(w in concat(' ', s.names, ' ', s.number, ' ', s.phone)) = 0)
    limit 300) c
  order by c.words @@ replace(query::text, ':*', '')::tsquery desc, similarity(c.names, typed) desc, c.names, c.patient_id
$$;

-- A threshold can be set for a function once the library that knows it is loaded.
select similarity('', '');

-- Names in use in this facility that resemble each of these words and may be a slip of it (no more than three letters longer or shorter, or
-- all of it within: isSlip() in search-plan.ts), most alike first. One plan serves all words: making it takes a tenth of a search.
create function names_alike(words text[], most int) returns table (typed text, word text) language plpgsql stable security definer rows 100
    set search_path = public, pg_temp set pg_trgm.similarity_threshold = 0.2 set plan_cache_mode = force_generic_plan
    set enable_seqscan = off set max_parallel_workers_per_gather = 0 as $$
begin
  return query select w, a.word from unnest(words) w, lateral (
    select n.word from patient_names n where n.facility_id = psa_facility()
      and (n.word % w and length(n.word) between length(w) - 3 and length(w) + 3 or n.word like '%' || w || '%')
    order by similarity(n.word, w) desc, n.word limit most) a;
end $$;

revoke execute on function find_patients(text, text, text[], text, text, text[], text, int), names_alike(text[], int),
  patients_with_words(uuid, tsquery, text[], text) from public;
grant execute on function find_patients(text, text, text[], text, text, text[], text, int), names_alike(text[], int) to psa_server;

-- Only these functions and the trigger touch the two tables.
select secure_record('patient_search', false, false);
select secure_record('patient_names', false, false);
revoke all on patient_search, patient_names from psa_server;

insert into patient_search select s.* from patients p, patient_search_of(p) s where not p.deleted;
insert into patient_names
  select distinct p.facility_id, w from patients p,
    unnest(name_words(p.last_name) || name_words(p.first_name) || name_words(p.other_names)) w
  where not p.deleted and length(w) >= 3;
