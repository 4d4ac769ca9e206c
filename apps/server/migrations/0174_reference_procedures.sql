-- 0174_reference_procedures.sql — One version of what a procedure is planned with: time, anaesthesia, wound class, antibiotic, blood.

create table reference_procedures (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint reference_procedures_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  name varchar(255) not null,
  category varchar(100) not null,
  magnitude text,
  typical_minutes integer,
  anaesthesia text[],
  wound_class text,
  antibiotic text,
  blood text,
  side_required boolean,
  flap_monitoring boolean,
  implant boolean,
  counts_required boolean,
  icd10 text[],
  icd11 text[],
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
  constraint reference_procedures_facility_id_id_key unique (facility_id, id),
  constraint reference_procedures_magnitude_choice check (magnitude in ('minor', 'intermediate', 'major', 'major_complex')),
  constraint reference_procedures_typical_minutes_range check (typical_minutes between 1 and 2880),
  constraint reference_procedures_wound_class_choice check (wound_class in ('I', 'II', 'III', 'IV')),
  constraint reference_procedures_antibiotic_choice check (antibiotic in ('no', 'case', 'yes', 'therapeutic')),
  constraint reference_procedures_blood_choice check (blood in ('none', 'group_and_save', 'crossmatch_2', 'crossmatch_4')),
  constraint reference_procedures_release_range check (release between 0 and 9999),
  constraint reference_procedures_edit_range check (edit between 0 and 9999),
  constraint reference_procedures_edit_reason_length check (char_length(edit_reason) <= 1000),
  constraint reference_procedures_reviewed_by_fkey foreign key (facility_id, reviewed_by) references users (facility_id, id),
  constraint reference_procedures_shipped_or_edited check ((edit = 0) = coalesce(shipped, false)),
  constraint reference_procedures_edit_explained check (edit = 0 or edit_reason is not null)
);
create unique index reference_procedures_version_once on reference_procedures (facility_id, entry_key, release, edit) where not deleted;
create index reference_procedures_reviewed_by_idx on reference_procedures (facility_id, reviewed_by);
create trigger reference_procedures_kept before delete or truncate on reference_procedures for each statement execute function record_kept();
create trigger reference_procedures_guard before update on reference_procedures for each row execute function record_guard();
create constraint trigger reference_procedures_stamp after insert or update on reference_procedures deferrable initially deferred
  for each row execute function sync_stamp('ref');
create trigger reference_procedures_signed before update on reference_procedures for each row
  when (old.is_reviewed in (true) and (new.is_reviewed is distinct from old.is_reviewed)) execute function record_locked();
select secure_record('reference_procedures');
