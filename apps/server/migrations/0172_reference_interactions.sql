-- 0172_reference_interactions.sql — One version of what two medicines do to each other, and what to do about it.

create table reference_interactions (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint reference_interactions_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  drug_a varchar(100) not null,
  drug_b varchar(100) not null,
  severity text not null,
  effect text not null,
  management text,
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
  constraint reference_interactions_facility_id_id_key unique (facility_id, id),
  constraint reference_interactions_severity_choice check (severity in ('minor', 'moderate', 'major', 'contraindicated')),
  constraint reference_interactions_effect_length check (char_length(effect) <= 1000),
  constraint reference_interactions_management_length check (char_length(management) <= 1000),
  constraint reference_interactions_release_range check (release between 0 and 9999),
  constraint reference_interactions_edit_range check (edit between 0 and 9999),
  constraint reference_interactions_edit_reason_length check (char_length(edit_reason) <= 1000),
  constraint reference_interactions_reviewed_by_fkey foreign key (facility_id, reviewed_by) references users (facility_id, id),
  constraint reference_interactions_shipped_or_edited check ((edit = 0) = coalesce(shipped, false)),
  constraint reference_interactions_edit_explained check (edit = 0 or edit_reason is not null)
);
create unique index reference_interactions_version_once on reference_interactions (facility_id, entry_key, release, edit) where not deleted;
create index reference_interactions_reviewed_by_idx on reference_interactions (facility_id, reviewed_by);
create trigger reference_interactions_kept before delete or truncate on reference_interactions for each statement execute function record_kept();
create trigger reference_interactions_guard before update on reference_interactions for each row execute function record_guard();
create constraint trigger reference_interactions_stamp after insert or update on reference_interactions deferrable initially deferred
  for each row execute function sync_stamp('ref');
create trigger reference_interactions_signed before update on reference_interactions for each row
  when (old.is_reviewed in (true) and (new.is_reviewed is distinct from old.is_reviewed)) execute function record_locked();
select secure_record('reference_interactions');
