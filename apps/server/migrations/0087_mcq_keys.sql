-- 0087_mcq_keys.sql — The right options of a question and why they are right. Only authors hold it; who answered is told with the marks.

create function mcq_keys_fit_question() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if not new.deleted and exists (
    select from mcq_questions q where q.facility_id = new.facility_id and q.id = new.mcq_question_id
      and not mcq_key_fits(q.options::text[], q.question_type, new.correct_options)
  ) then
    raise exception 'The key must name options that the question has.'
      using errcode = 'check_violation', table = tg_table_name, constraint = 'mcq_keys_fit_question';
  end if;
  return null;
end $$;

create table mcq_keys (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint mcq_keys_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  mcq_question_id uuid not null,
  correct_options jsonb not null,
  explanation text,
  constraint mcq_keys_facility_id_id_key unique (facility_id, id),
  constraint mcq_keys_mcq_question_id_fkey foreign key (facility_id, mcq_question_id) references mcq_questions (facility_id, id),
  constraint mcq_keys_explanation_length check (char_length(explanation) <= 4000),
  constraint mcq_keys_list_of_positions check (coalesce(jsonb_path_match(correct_options, 'strict $.type() == "array" && $.size() > 0 && !exists($[*] ? (@.type() != "number" || @ < 0 || @ >= 8 || @ != @.floor()))'), false))
);
create unique index mcq_keys_one_a_question on mcq_keys (facility_id, mcq_question_id) where not deleted;
create index mcq_keys_mcq_question_id_idx on mcq_keys (facility_id, mcq_question_id);
create trigger mcq_keys_kept before delete or truncate on mcq_keys for each statement execute function record_kept();
create trigger mcq_keys_guard before update on mcq_keys for each row execute function record_guard();
create constraint trigger mcq_keys_stamp after insert or update on mcq_keys deferrable initially deferred
  for each row execute function sync_stamp('authoring');
create trigger mcq_keys_fit_question after insert or update on mcq_keys
  for each row execute function mcq_keys_fit_question();
select secure_record('mcq_keys');
