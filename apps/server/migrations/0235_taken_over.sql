-- 0235_taken_over.sql — What a whole hospital's export brings is kept as it was: nothing is derived from it anew, nobody is told of it, and what was
-- allowed when it was recorded is not judged by what came after (docs/decisions/0046-export-and-import.md).

-- Said by the import, for one transaction, as the owner of the database. The role that the server works as may say it and is not heeded.
create function taken_over() returns boolean language sql stable set search_path = public, pg_temp as $$
  select session_user <> 'psa_server' and coalesce(current_setting('psa.taken_over', true) = 'on', false)
$$;

create or replace function user_assessments_of_open_lesson() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if taken_over() then return null; end if;
  if tg_op = 'INSERT' and not exists (
    select from cme_topics t where t.facility_id = new.facility_id and t.id = new.cme_topic_id and t.is_published and not t.deleted
      and not exists (
        select from unnest(new.question_ids) asked where not exists (
          select from mcq_questions q where q.facility_id = t.facility_id and q.cme_topic_id = t.id and q.id::text = asked))
  ) then
    raise exception 'The lesson must be published, and the questions its own.'
      using errcode = 'check_violation', table = tg_table_name, constraint = 'user_assessments_of_open_lesson';
  end if;
  return null;
end $$;

create or replace function user_assessments_derive() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare
  marks record;
begin
  if taken_over() then return new; end if;
  if tg_op = 'UPDATE' and (old.status = 'Completed' or new.status <> 'Completed') then
    new.score := old.score;
    new.total_questions := old.total_questions;
    new.correct_answers := old.correct_answers;
    new.marking := old.marking;
    return new;
  end if;
  new.score := null;
  new.total_questions := null;
  new.correct_answers := null;
  new.marking := null;
  if new.status <> 'Completed' then return new; end if;

  with pool as (
    select q.id, k.correct_options, k.explanation, coalesce(new.answers -> q.id::text, '[]') as chosen,
      new.question_ids is null or q.id::text = any (new.question_ids) as asked
    from mcq_questions q join mcq_keys k on k.facility_id = q.facility_id and k.mcq_question_id = q.id and not k.deleted
    where q.facility_id = new.facility_id and q.cme_topic_id = new.cme_topic_id and not q.deleted),
  marked as (
    select *, jsonb_typeof(chosen) = 'array' and chosen @> correct_options and correct_options @> chosen as correct from pool)
  select count(*) filter (where asked) as asked, count(*) as available, count(*) filter (where asked and correct) as correct,
      coalesce(jsonb_agg(jsonb_build_object('question_id', id, 'chosen', chosen, 'correct_options', correct_options,
        'correct', correct, 'explanation', explanation) order by id) filter (where asked), '[]') as marking,
      (select questions_per_sitting from cme_topics t where t.facility_id = new.facility_id and t.id = new.cme_topic_id) as wanted
    into marks from marked;
  new.total_questions := greatest(marks.asked, least(coalesce(marks.wanted, marks.available), marks.available));
  new.correct_answers := marks.correct;
  new.score := round(100.0 * marks.correct / nullif(new.total_questions, 0), 2);
  new.marking := marks.marking;
  return new;
end $$;

create or replace function cme_credits_earned() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare
  at constant timestamptz := date_trunc('milliseconds', clock_timestamp());
begin
  if taken_over() then return null; end if;
  insert into cme_credits (facility_id, created_by, updated_by, user_id, cme_topic_id, user_assessment_id, certificate_number, score,
      credit_points, earned_at)
    select new.facility_id, new.user_id, new.user_id, new.user_id, t.id, new.id,
      'CME-' || to_char(at at time zone 'UTC', 'YY') || '-' || upper(right(gen_random_uuid()::text, 10)),
      new.score, t.credit_points, least(new.completed_at, at)
    from cme_topics t where t.facility_id = new.facility_id and t.id = new.cme_topic_id and new.score >= coalesce(t.pass_mark, 50)
    on conflict (facility_id, user_id, cme_topic_id) where not deleted do nothing;
  return null;
end $$;

create or replace function lab_investigations_told() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if taken_over() then return null; end if;
  perform notify_person(new.facility_id, new.ordered_by, 'Critical result',
    case when tg_op = 'UPDATE' and old.is_critical and old.status = 'Completed' then 'Critical result changed: '
      else 'Critical result: ' end || new.test_name,
    tg_table_name::text, new.id, new.patient_id);
  return null;
end $$;

create or replace function prescription_items_dispensed_all_the_same() returns trigger language plpgsql as $$
begin
  if taken_over() then return null; end if;
  if new.dispensed is not true or new.dispensing_note is not null or (tg_op = 'UPDATE' and old.dispensed is true) then
    return null;
  end if;
  if (new.is_stopped and coalesce(new.dispensed_date >= new.stopped_at, true))
    or exists (select from prescriptions o where o.facility_id = new.facility_id and o.id = new.prescription_id
      and (o.status = 'Cancelled' or (o.status = 'On Hold' and coalesce(new.dispensed_date >= o.held_at, true)))) then
    raise exception 'This was stopped, on hold or cancelled when it was dispensed.'
      using errcode = 'check_violation', table = tg_table_name, constraint = 'prescription_items_dispensed_all_the_same';
  end if;
  return null;
end $$;

create or replace function conflict_before() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare
  base constant integer := (new.base_version #>> '{}')::integer;
  found jsonb;
begin
  if taken_over() then return new; end if;
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

create or replace function patient_survivor() returns trigger language plpgsql as $$
declare
  survivor uuid;
begin
  if taken_over() then return new; end if;
  while new.patient_id is not null loop
    select merged_into into survivor from patients
      where facility_id = new.facility_id and id = new.patient_id and merged_into is not null;
    exit when not found;
    new.patient_id := survivor;
  end loop;
  return new;
end $$;
