-- 0086_mcq_questions.sql — A question of a lesson with its options. Which of them are right is kept apart and never reaches who answers.

-- Whether a key names options that a question has: one of them, unless it is multiple choice.
create function mcq_key_fits(options text[], question_type text, key jsonb) returns boolean language sql immutable as $$
  select (question_type = 'Multiple Choice' or jsonb_array_length(key) = 1)
    and not exists (select from jsonb_array_elements(key) k where k::integer >= cardinality(options))
$$;

create function mcq_questions_fit_key() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if not new.deleted and exists (
    select from mcq_keys k where k.facility_id = new.facility_id and k.mcq_question_id = new.id and not k.deleted
      and not mcq_key_fits(new.options::text[], new.question_type, k.correct_options)
  ) then
    raise exception 'The key names an option that this question would no longer have.'
      using errcode = 'check_violation', table = tg_table_name, constraint = 'mcq_questions_fit_key';
  end if;
  return null;
end $$;

create table mcq_questions (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint mcq_questions_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  cme_topic_id uuid not null,
  question_text text not null,
  question_type text not null,
  options text[] not null,
  difficulty text,
  constraint mcq_questions_facility_id_id_key unique (facility_id, id),
  constraint mcq_questions_cme_topic_id_fkey foreign key (facility_id, cme_topic_id) references cme_topics (facility_id, id),
  constraint mcq_questions_question_text_length check (char_length(question_text) <= 4000),
  constraint mcq_questions_question_type_choice check (question_type in ('Single Choice', 'Multiple Choice', 'True/False')),
  constraint mcq_questions_difficulty_choice check (difficulty in ('Easy', 'Medium', 'Hard')),
  constraint mcq_questions_options_to_choose check (cardinality(options) between 2 and 8),
  constraint mcq_questions_two_for_true_false check (question_type <> 'True/False' or cardinality(options) = 2)
);
create index mcq_questions_cme_topic_id_idx on mcq_questions (facility_id, cme_topic_id);
create trigger mcq_questions_kept before delete or truncate on mcq_questions for each statement execute function record_kept();
create trigger mcq_questions_guard before update on mcq_questions for each row execute function record_guard();
create constraint trigger mcq_questions_stamp after insert or update on mcq_questions deferrable initially deferred
  for each row execute function sync_stamp('learning');
create trigger mcq_questions_fit_key after insert or update on mcq_questions
  for each row execute function mcq_questions_fit_key();
select secure_record('mcq_questions');
