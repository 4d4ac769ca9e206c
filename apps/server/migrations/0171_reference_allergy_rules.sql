-- 0171_reference_allergy_rules.sql — One version of what an allergy means for a group of medicines, cross-reactions included.

create table reference_allergy_rules (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint reference_allergy_rules_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  allergen varchar(100) not null,
  name varchar(255) not null,
  allergy_group varchar(100),
  level text not null,
  meaning text,
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
  constraint reference_allergy_rules_facility_id_id_key unique (facility_id, id),
  constraint reference_allergy_rules_level_choice check (level in ('none', 'caution', 'avoid', 'contraindicated')),
  constraint reference_allergy_rules_meaning_length check (char_length(meaning) <= 1000),
  constraint reference_allergy_rules_release_range check (release between 0 and 9999),
  constraint reference_allergy_rules_edit_range check (edit between 0 and 9999),
  constraint reference_allergy_rules_edit_reason_length check (char_length(edit_reason) <= 1000),
  constraint reference_allergy_rules_reviewed_by_fkey foreign key (facility_id, reviewed_by) references users (facility_id, id),
  constraint reference_allergy_rules_shipped_or_edited check ((edit = 0) = coalesce(shipped, false)),
  constraint reference_allergy_rules_edit_explained check (edit = 0 or edit_reason is not null)
);
create unique index reference_allergy_rules_version_once on reference_allergy_rules (facility_id, entry_key, release, edit) where not deleted;
create index reference_allergy_rules_reviewed_by_idx on reference_allergy_rules (facility_id, reviewed_by);
create trigger reference_allergy_rules_kept before delete or truncate on reference_allergy_rules for each statement execute function record_kept();
create trigger reference_allergy_rules_guard before update on reference_allergy_rules for each row execute function record_guard();
create constraint trigger reference_allergy_rules_stamp after insert or update on reference_allergy_rules deferrable initially deferred
  for each row execute function sync_stamp('ref');
create trigger reference_allergy_rules_signed before update on reference_allergy_rules for each row
  when (old.is_reviewed in (true) and (new.is_reviewed is distinct from old.is_reviewed)) execute function record_locked();
select secure_record('reference_allergy_rules');
