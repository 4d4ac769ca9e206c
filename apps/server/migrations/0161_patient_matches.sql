-- 0161_patient_matches.sql — Two registrations that may be of one person, and what was decided; a patient that was merged into another
-- (docs/sync.md, S36 to S38; docs/decisions/0030-merging-patients.md).

alter table patients
  add column merged_into uuid,
  add constraint patients_merged_into_fkey foreign key (facility_id, merged_into) references patients (facility_id, id);
create index patients_merged_into_idx on patients (facility_id, merged_into);

-- Whom a new row is about: of a patient that was merged away, the one who went on. A device that did not know writes for the old one.
create function patient_survivor() returns trigger language plpgsql as $$
declare
  survivor uuid;
begin
  while new.patient_id is not null loop
    select merged_into into survivor from patients
      where facility_id = new.facility_id and id = new.patient_id and merged_into is not null;
    exit when not found;
    new.patient_id := survivor;
  end loop;
  return new;
end $$;

do $$
declare
  of text;
begin
  for of in
    select c.table_name from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
    where c.table_schema = 'public' and c.column_name = 'patient_id' and c.data_type = 'uuid' and t.table_type = 'BASE TABLE'
      -- Records only: not what the search keeps beside them.
      and exists (select from pg_trigger where tgrelid = c.table_name::regclass
        and tgname::text in (c.table_name || '_guard', c.table_name || '_append_only'))
    order by 1
  loop
    execute format('create trigger %I before insert on %I for each row execute function patient_survivor()', of || '_survivor', of);
  end loop;
end $$;

create table patient_matches (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint patient_matches_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  one_id uuid not null,
  other_id uuid not null,
  reasons text[] not null,
  status text not null,
  decided_by uuid,
  decided_at timestamptz(3),
  note text,
  survivor_id uuid,
  before jsonb,
  moved jsonb,
  constraint patient_matches_facility_id_id_key unique (facility_id, id),
  constraint patient_matches_one_id_fkey foreign key (facility_id, one_id) references patients (facility_id, id),
  constraint patient_matches_other_id_fkey foreign key (facility_id, other_id) references patients (facility_id, id),
  constraint patient_matches_status_choice check (status in ('Possible', 'Different people', 'Merged')),
  constraint patient_matches_decided_by_fkey foreign key (facility_id, decided_by) references users (facility_id, id),
  constraint patient_matches_note_length check (char_length(note) <= 1000),
  constraint patient_matches_survivor_id_fkey foreign key (facility_id, survivor_id) references patients (facility_id, id),
  constraint patient_matches_merged_into_one check ((status = 'Merged') = (survivor_id is not null))
);
create unique index patient_matches_once on patient_matches (facility_id, one_id, other_id) where not deleted;
create index patient_matches_one_id_idx on patient_matches (facility_id, one_id);
create index patient_matches_other_id_idx on patient_matches (facility_id, other_id);
create index patient_matches_decided_by_idx on patient_matches (facility_id, decided_by);
create index patient_matches_survivor_id_idx on patient_matches (facility_id, survivor_id);
create index patient_matches_status_idx on patient_matches (facility_id, status);
create trigger patient_matches_kept before delete or truncate on patient_matches for each statement execute function record_kept();
create trigger patient_matches_guard before update on patient_matches for each row execute function record_guard();
create constraint trigger patient_matches_stamp after insert or update on patient_matches deferrable initially deferred
  for each row execute function sync_stamp('identity');
select secure_record('patient_matches');

-- What candidates share is found by an index each.
create index patients_birth_match on patients (facility_id, date_of_birth, gender) where not deleted and date_of_birth is not null;
create index patients_phone_match on patients (facility_id, national_phone(phone)) where not deleted and phone is not null;
create index patients_number_match on patients (facility_id, upper(regexp_replace(hospital_number, '[^A-Za-z0-9]', '', 'g'))) where not deleted;

-- Up to which commit patients were compared with the others.
create table patient_match_scan (
  facility_id uuid primary key,
  seq bigint not null
);
select secure_record('patient_match_scan');

-- Notes that two may be one person; once for each pair, however often it is found. @returns whether it is news.
create function patient_match_note(facility uuid, one uuid, other uuid, why text[]) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if facility is distinct from psa_facility() then
    raise exception 'This connection works for another facility.' using errcode = 'insufficient_privilege';
  end if;
  insert into patient_matches (facility_id, one_id, other_id, reasons, status)
    select facility, least(one, other), greatest(one, other), why, 'Possible'
    where 2 = (select count(*) from patients where facility_id = facility and id in (one, other) and not deleted)
    on conflict (facility_id, one_id, other_id) where not deleted do nothing;
  return found;
end $$;
revoke execute on function patient_match_note(uuid, uuid, uuid, text[]) from public;
grant execute on function patient_match_note(uuid, uuid, uuid, text[]) to psa_server;

-- Facilities in which patients changed since they were last compared.
create function patient_match_facilities() returns setof uuid language sql stable security definer set search_path = public, pg_temp as $$
  select h.facility_id from sync_head h left join patient_match_scan s using (facility_id) where h.seq > coalesce(s.seq, -1)
$$;
revoke execute on function patient_match_facilities() from public;
grant execute on function patient_match_facilities() to psa_server;
