-- 0173_reference_lab_tests.sql — One version of what the laboratory holds of a test: unit, intervals by sex and age, critical bounds, answers.

create table reference_lab_tests (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint reference_lab_tests_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  name varchar(255) not null,
  test_group varchar(100) not null,
  panel varchar(100),
  result_type text not null,
  specimen varchar(100),
  container varchar(200),
  unit varchar(50),
  decimals integer,
  alt_unit varchar(50),
  alt_unit_factor numeric(13, 6),
  intervals jsonb,
  critical_low numeric(12, 4),
  critical_high numeric(12, 4),
  options text[],
  abnormal_options text[],
  critical_options text[],
  loinc_code varchar(20),
  loinc_name varchar(255),
  loinc_status text,
  remarks text,
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
  constraint reference_lab_tests_facility_id_id_key unique (facility_id, id),
  constraint reference_lab_tests_result_type_choice check (result_type in ('numeric', 'coded', 'text')),
  constraint reference_lab_tests_decimals_range check (decimals between 0 and 6),
  constraint reference_lab_tests_alt_unit_factor_range check (alt_unit_factor between 0 and 1000000),
  constraint reference_lab_tests_critical_low_range check (critical_low between -100000 and 10000000),
  constraint reference_lab_tests_critical_high_range check (critical_high between -100000 and 10000000),
  constraint reference_lab_tests_loinc_status_choice check (loinc_status in ('matched', 'recalled', 'verify', 'none')),
  constraint reference_lab_tests_remarks_length check (char_length(remarks) <= 2000),
  constraint reference_lab_tests_release_range check (release between 0 and 9999),
  constraint reference_lab_tests_edit_range check (edit between 0 and 9999),
  constraint reference_lab_tests_edit_reason_length check (char_length(edit_reason) <= 1000),
  constraint reference_lab_tests_reviewed_by_fkey foreign key (facility_id, reviewed_by) references users (facility_id, id),
  constraint reference_lab_tests_shipped_or_edited check ((edit = 0) = coalesce(shipped, false)),
  constraint reference_lab_tests_edit_explained check (edit = 0 or edit_reason is not null),
  constraint reference_lab_tests_intervals_whole check (case when jsonb_typeof(intervals) = 'array' then jsonb_array_length(intervals) = jsonb_array_length(jsonb_path_query_array(intervals, 'strict $[*] ? ((@.sex == "male" || @.sex == "female" || @.sex == "any") && @.age_min.type() == "number" && @.age_max.type() == "number" && @.age_min >= 0 && @.age_min <= @.age_max && @.age_max <= 150 && (@.low.type() == "null" || @.low.type() == "number") && (@.high.type() == "null" || @.high.type() == "number") && (@.low.type() == "null" || @.high.type() == "null" || @.low <= @.high))')) else intervals is null end),
  constraint reference_lab_tests_critical check (critical_low <= critical_high),
  constraint reference_lab_tests_alt_unit_with_factor check ((alt_unit is null) = (alt_unit_factor is null) and (alt_unit_factor is null or alt_unit_factor > 0)),
  constraint reference_lab_tests_number_with_unit check (result_type <> 'numeric' or unit is not null)
);
create unique index reference_lab_tests_version_once on reference_lab_tests (facility_id, entry_key, release, edit) where not deleted;
create index reference_lab_tests_reviewed_by_idx on reference_lab_tests (facility_id, reviewed_by);
create trigger reference_lab_tests_kept before delete or truncate on reference_lab_tests for each statement execute function record_kept();
create trigger reference_lab_tests_guard before update on reference_lab_tests for each row execute function record_guard();
create constraint trigger reference_lab_tests_stamp after insert or update on reference_lab_tests deferrable initially deferred
  for each row execute function sync_stamp('ref');
create trigger reference_lab_tests_signed before update on reference_lab_tests for each row
  when (old.is_reviewed in (true) and (new.is_reviewed is distinct from old.is_reviewed)) execute function record_locked();
select secure_record('reference_lab_tests');
