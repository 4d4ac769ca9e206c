-- 0175_reference_consumables.sql — One version of an item that a theatre store usually holds, and the levels it begins with. What is in stock is kept with the items of the store.

create table reference_consumables (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint reference_consumables_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  name varchar(255) not null,
  category varchar(100) not null,
  unit varchar(50) not null,
  reorder_level integer,
  par_level integer,
  criticality text,
  latex_free boolean,
  tracks_expiry boolean,
  tracks_lot boolean,
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
  constraint reference_consumables_facility_id_id_key unique (facility_id, id),
  constraint reference_consumables_reorder_level_range check (reorder_level between 0 and 1000000),
  constraint reference_consumables_par_level_range check (par_level between 0 and 1000000),
  constraint reference_consumables_criticality_choice check (criticality in ('vital', 'essential')),
  constraint reference_consumables_release_range check (release between 0 and 9999),
  constraint reference_consumables_edit_range check (edit between 0 and 9999),
  constraint reference_consumables_edit_reason_length check (char_length(edit_reason) <= 1000),
  constraint reference_consumables_reviewed_by_fkey foreign key (facility_id, reviewed_by) references users (facility_id, id),
  constraint reference_consumables_shipped_or_edited check ((edit = 0) = coalesce(shipped, false)),
  constraint reference_consumables_edit_explained check (edit = 0 or edit_reason is not null),
  constraint reference_consumables_levels check (reorder_level <= par_level)
);
create unique index reference_consumables_version_once on reference_consumables (facility_id, entry_key, release, edit) where not deleted;
create index reference_consumables_reviewed_by_idx on reference_consumables (facility_id, reviewed_by);
create trigger reference_consumables_kept before delete or truncate on reference_consumables for each statement execute function record_kept();
create trigger reference_consumables_guard before update on reference_consumables for each row execute function record_guard();
create constraint trigger reference_consumables_stamp after insert or update on reference_consumables deferrable initially deferred
  for each row execute function sync_stamp('ref');
create trigger reference_consumables_signed before update on reference_consumables for each row
  when (old.is_reviewed in (true) and (new.is_reviewed is distinct from old.is_reviewed)) execute function record_locked();
select secure_record('reference_consumables');
