-- 0177_reference_questions.sql — One version of a question of the bank, with its key: only who writes lessons is sent it.

create table reference_questions (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint reference_questions_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  lesson_key varchar(100) not null,
  name text not null,
  options text[] not null,
  answer text not null,
  explanation text,
  difficulty text,
  entry_key varchar(100) not null,
  release integer not null,
  edit integer not null,
  shipped boolean,
  withdrawn boolean,
  sources text[],
  edit_reason text,
  is_reviewed boolean,
  reviewed_by uuid,
  reviewed_at timestamptz(3),
  constraint reference_questions_facility_id_id_key unique (facility_id, id),
  constraint reference_questions_name_length check (char_length(name) <= 4000),
  constraint reference_questions_answer_choice check (answer in ('A', 'B', 'C', 'D', 'E')),
  constraint reference_questions_explanation_length check (char_length(explanation) <= 4000),
  constraint reference_questions_difficulty_choice check (difficulty in ('easy', 'moderate', 'hard')),
  constraint reference_questions_release_range check (release between 0 and 9999),
  constraint reference_questions_edit_range check (edit between 0 and 9999),
  constraint reference_questions_edit_reason_length check (char_length(edit_reason) <= 1000),
  constraint reference_questions_reviewed_by_fkey foreign key (facility_id, reviewed_by) references users (facility_id, id),
  constraint reference_questions_shipped_or_edited check ((edit = 0) = coalesce(shipped, false)),
  constraint reference_questions_edit_explained check (edit = 0 or edit_reason is not null),
  constraint reference_questions_answer_among_options check (cardinality(options) between 2 and 5 and ascii(answer) - 64 <= cardinality(options))
);
create unique index reference_questions_version_once on reference_questions (facility_id, entry_key, release, edit) where not deleted;
create index reference_questions_reviewed_by_idx on reference_questions (facility_id, reviewed_by);
create trigger reference_questions_kept before delete or truncate on reference_questions for each statement execute function record_kept();
create trigger reference_questions_guard before update on reference_questions for each row execute function record_guard();
create constraint trigger reference_questions_stamp after insert or update on reference_questions deferrable initially deferred
  for each row execute function sync_stamp('authoring');
create trigger reference_questions_signed before update on reference_questions for each row
  when (old.is_reviewed in (true) and (new.is_reviewed is distinct from old.is_reviewed)) execute function record_locked();
select secure_record('reference_questions');
