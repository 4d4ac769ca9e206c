-- 0176_reference_lessons.sql — One version of a lesson in the outline of the training: year, stage, what is to be learned.

create table reference_lessons (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint reference_lessons_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  name varchar(255) not null,
  domain varchar(100) not null,
  training_year integer,
  stage text,
  objectives text[],
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
  constraint reference_lessons_facility_id_id_key unique (facility_id, id),
  constraint reference_lessons_training_year_range check (training_year between 1 and 10),
  constraint reference_lessons_stage_choice check (stage in ('Part I (junior)', 'Part II (senior)')),
  constraint reference_lessons_release_range check (release between 0 and 9999),
  constraint reference_lessons_edit_range check (edit between 0 and 9999),
  constraint reference_lessons_edit_reason_length check (char_length(edit_reason) <= 1000),
  constraint reference_lessons_reviewed_by_fkey foreign key (facility_id, reviewed_by) references users (facility_id, id),
  constraint reference_lessons_shipped_or_edited check ((edit = 0) = coalesce(shipped, false)),
  constraint reference_lessons_edit_explained check (edit = 0 or edit_reason is not null)
);
create unique index reference_lessons_version_once on reference_lessons (facility_id, entry_key, release, edit) where not deleted;
create index reference_lessons_reviewed_by_idx on reference_lessons (facility_id, reviewed_by);
create trigger reference_lessons_kept before delete or truncate on reference_lessons for each statement execute function record_kept();
create trigger reference_lessons_guard before update on reference_lessons for each row execute function record_guard();
create constraint trigger reference_lessons_stamp after insert or update on reference_lessons deferrable initially deferred
  for each row execute function sync_stamp('ref');
create trigger reference_lessons_signed before update on reference_lessons for each row
  when (old.is_reviewed in (true) and (new.is_reviewed is distinct from old.is_reviewed)) execute function record_locked();
select secure_record('reference_lessons');
