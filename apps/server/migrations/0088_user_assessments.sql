-- 0088_user_assessments.sql — One sitting of one person over the questions of a lesson. The server marks it when it is completed.

-- A sitting begins with a published lesson and asks questions of that lesson only.
create function user_assessments_of_open_lesson() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
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

create table user_assessments (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint user_assessments_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  user_id uuid,
  cme_topic_id uuid not null,
  question_ids text[],
  started_at timestamptz(3),
  completed_at timestamptz(3),
  answers jsonb,
  status text not null,
  score numeric(5, 2),
  total_questions integer,
  correct_answers integer,
  marking jsonb,
  constraint user_assessments_facility_id_id_key unique (facility_id, id),
  constraint user_assessments_user_id_fkey foreign key (facility_id, user_id) references users (facility_id, id),
  constraint user_assessments_cme_topic_id_fkey foreign key (facility_id, cme_topic_id) references cme_topics (facility_id, id),
  constraint user_assessments_status_choice check (status in ('In Progress', 'Completed', 'Abandoned')),
  constraint user_assessments_score_range check (score between 0 and 100),
  constraint user_assessments_total_questions_range check (total_questions between 0 and 1000),
  constraint user_assessments_correct_answers_range check (correct_answers between 0 and 1000),
  constraint user_assessments_ends_after_start check (started_at is null or completed_at is null or completed_at >= started_at),
  constraint user_assessments_completed_with_answers check (status <> 'Completed' or answers is not null),
  constraint user_assessments_answers_by_question check (answers is null or jsonb_typeof(answers) = 'object')
);
create index user_assessments_user_id_idx on user_assessments (facility_id, user_id);
create index user_assessments_cme_topic_id_idx on user_assessments (facility_id, cme_topic_id);
create index user_assessments_status_idx on user_assessments (facility_id, status);
create trigger user_assessments_kept before delete or truncate on user_assessments for each statement execute function record_kept();
create trigger user_assessments_guard before update on user_assessments for each row execute function record_guard();
create constraint trigger user_assessments_stamp after insert or update on user_assessments deferrable initially deferred
  for each row execute function sync_stamp('person:user_id');
create trigger user_assessments_ended before update on user_assessments for each row
  when (old.status in ('Completed', 'Abandoned') and (new.status is distinct from old.status or new.answers is distinct from old.answers or new.completed_at is distinct from old.completed_at)) execute function record_locked();
create trigger user_assessments_of_open_lesson after insert or update on user_assessments
  for each row execute function user_assessments_of_open_lesson();
select secure_record('user_assessments');

-- Marks a sitting when it is completed, from keys that no device of the person holds. A question is right when exactly the right
-- options were chosen. It is marked out of the questions asked, and of no fewer than the lesson wants in one sitting: leaving hard
-- questions out does not help. Nobody else writes the marks, whatever they send.
create function user_assessments_derive() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare
  marks record;
begin
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
create trigger user_assessments_derive before insert or update on user_assessments
  for each row execute function user_assessments_derive();
create constraint trigger user_assessments_audit after insert or update on user_assessments deferrable initially deferred
  for each row when (new.status = 'Completed') execute function audit_derived_row('score', 'total_questions', 'correct_answers');
