-- 0222_emergency_access.sql — a person whose role does not read clinical records opened one patient's, for an hour, and why.

create table emergency_accesses (
  id uuid primary key,
  facility_id uuid not null,
  user_id uuid not null,
  patient_id uuid not null,
  -- Whoever ends this session ends the access with it.
  session_id uuid not null references sessions (id),
  reason varchar(1000) not null,
  begun_at timestamptz(3) not null,
  until timestamptz(3) not null,
  ended_at timestamptz(3),
  constraint emergency_accesses_user_id_fkey foreign key (facility_id, user_id) references users (facility_id, id),
  constraint emergency_accesses_patient_id_fkey foreign key (facility_id, patient_id) references patients (facility_id, id),
  constraint emergency_accesses_short check (until > begun_at and until <= begun_at + interval '1 hour')
);
create index emergency_accesses_user_id_idx on emergency_accesses (facility_id, user_id, begun_at);
create index emergency_accesses_patient_id_idx on emergency_accesses (facility_id, patient_id);
create index emergency_accesses_session_id_idx on emergency_accesses (session_id);
select secure_record('emergency_accesses');

-- Who, whose, when and why stays as it was; only the end may be brought nearer.
create function emergency_access_kept() returns trigger language plpgsql as $$
begin
  if tg_op <> 'UPDATE' then raise exception 'An emergency access is kept.'; end if;
  if (to_jsonb(new) - 'ended_at') is distinct from (to_jsonb(old) - 'ended_at') or old.ended_at is not null then
    raise exception 'An emergency access is kept as it was; it can only be ended, once.' using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger emergency_accesses_kept before update on emergency_accesses for each row execute function emergency_access_kept();
create trigger emergency_accesses_stay before delete or truncate on emergency_accesses for each statement execute function record_kept();

-- The consultants and the administrators hear of it in the same transaction.
create function emergency_access_told() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare who text; whose text;
begin
  select full_name into who from users where facility_id = new.facility_id and id = new.user_id;
  select concat_ws(' ', first_name, last_name) || ' (' || hospital_number || ')' into whose
    from patients where facility_id = new.facility_id and id = new.patient_id;
  perform notify_person(new.facility_id, u.id, 'Other',
      'Emergency access: ' || who || ' opened the record of ' || whose || '. Reason: ' || new.reason, 'patients', new.patient_id, new.patient_id)
    from users u where u.facility_id = new.facility_id and u.role in ('consultant', 'super_admin')
      and u.is_active and u.is_approved and not u.deleted and u.id <> new.user_id;
  return null;
end $$;
revoke execute on function emergency_access_told() from public;
create trigger emergency_accesses_told after insert on emergency_accesses for each row execute function emergency_access_told();
