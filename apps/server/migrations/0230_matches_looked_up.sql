-- 0230_matches_looked_up.sql — Who may be one person is looked up, not looked through (docs/sync.md, S36).

-- Row-level security keeps what an index says of a function from whoever it binds: every patient of the hospital was read for each that was
-- written. The owner looks, in the facility that the connection named. Numbers and phones stand in the lines of the search already, each with an
-- index, so that patients need none of their own for it.
drop index patients_phone_match, patients_number_match;

-- The fields that are compared.
create function patient_identity(p patients) returns jsonb language sql immutable as $$
  select jsonb_build_object('id', p.id, 'hospital_number', p.hospital_number, 'first_name', p.first_name, 'last_name', p.last_name,
    'other_names', p.other_names, 'gender', p.gender, 'phone', p.phone, 'date_of_birth', p.date_of_birth)
$$;

-- Patients of this facility with those who share a day of birth and sex, a phone or a number with them; at most so many of each by each.
create function patient_candidates(ids uuid[], most int) returns table (a jsonb, b jsonb) language plpgsql stable security definer rows 1000
    set search_path = public, pg_temp set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
begin
  return query
    select patient_identity(p), patient_identity(q)
    from (
      select p.id as one, b.id as other from patients p cross join lateral (
        select q.id from patients q where q.facility_id = p.facility_id and not q.deleted and q.id <> p.id
          and q.date_of_birth = p.date_of_birth and q.gender = p.gender limit most) b
        where p.facility_id = psa_facility() and p.id = any (ids) and not p.deleted
      union
      select s.patient_id, b.patient_id from patient_search s cross join lateral (
        select t.patient_id from patient_search t where t.facility_id = s.facility_id and t.patient_id <> s.patient_id
          and t.phone = s.phone and t.phone <> '' limit most) b
        where s.facility_id = psa_facility() and s.patient_id = any (ids)
      union
      select s.patient_id, b.patient_id from patient_search s cross join lateral (
        select t.patient_id from patient_search t where t.facility_id = s.facility_id and t.patient_id <> s.patient_id
          and t.number = s.number and t.number <> '' limit most) b
        where s.facility_id = psa_facility() and s.patient_id = any (ids)
    ) pairs
    join patients p on p.id = pairs.one join patients q on q.id = pairs.other
    order by pairs.one, pairs.other;
end $$;
revoke execute on function patient_identity(patients), patient_candidates(uuid[], int) from public;
grant execute on function patient_candidates(uuid[], int) to psa_server;
