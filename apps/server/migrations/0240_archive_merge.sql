-- 0240_archive_merge.sql — A row that goes from one patient to another leaves no copy in the file of the former (docs/sync.md, S71).

-- S41, S71. Runs as the last act of a transaction, once for each row it wrote. The first call takes the number. Whoever is written about comes
-- out of the archive, in the same commit; so does whoever loses a row to another (a merge, or its taking apart), as a file is fetched and
-- emptied as a whole.
-- Argument: the record's scope, 'row' when the row names its own, or 'person:<field>' when it is that person's.
-- Runs as the owner: the server itself can alter neither the numbers nor what they say was touched.
create or replace function sync_stamp() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare
  number constant bigint := sync_number(new.facility_id);
  scope_now text := tg_argv[0];
  scope_before text := tg_argv[0];
  patient uuid;
  patient_before uuid;
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
      if tg_op = 'UPDATE' and old.patient_id <> new.patient_id then patient_before := old.patient_id; end if;
    end if;
  end if;
  if patient_before is not null then
    delete from archived_patients a where a.facility_id = new.facility_id and a.patient_id = patient_before;
    if found then perform archive_move(new.facility_id, patient_before, number, false); end if;
    -- The file may have come back before this row was looked at, when the row was another's already.
    update sync_entity set seq = number, op = 'X', version = new.row_version
      where facility_id = new.facility_id and kind = tg_table_name and id = new.id
        and scope = archive_scope(tg_argv[0], patient_before) and op = 'U';
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
