-- 0029_mdt_cases.sql — One patient discussed at a multidisciplinary meeting: the question, what was recommended, and who does what.

create table mdt_cases (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint mdt_cases_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  patient_id uuid not null,
  mdt_meeting_id uuid not null,
  case_summary text not null,
  question text,
  presenting_clinician_id uuid,
  discussion_points text,
  recommendations text,
  action_plan text,
  follow_up_required boolean,
  follow_up_date date,
  constraint mdt_cases_facility_id_id_key unique (facility_id, id),
  constraint mdt_cases_patient_id_fkey foreign key (facility_id, patient_id) references patients (facility_id, id),
  constraint mdt_cases_mdt_meeting_id_fkey foreign key (facility_id, mdt_meeting_id) references mdt_meetings (facility_id, id),
  constraint mdt_cases_case_summary_length check (char_length(case_summary) <= 10000),
  constraint mdt_cases_question_length check (char_length(question) <= 2000),
  constraint mdt_cases_presenting_clinician_id_fkey foreign key (facility_id, presenting_clinician_id) references users (facility_id, id),
  constraint mdt_cases_discussion_points_length check (char_length(discussion_points) <= 10000),
  constraint mdt_cases_recommendations_length check (char_length(recommendations) <= 10000),
  constraint mdt_cases_action_plan_length check (char_length(action_plan) <= 10000),
  constraint mdt_cases_follow_up_meant check (follow_up_date is null or follow_up_required is not false)
);
create unique index mdt_cases_patient_once on mdt_cases (facility_id, mdt_meeting_id, patient_id) where not deleted;
create index mdt_cases_patient_id_idx on mdt_cases (facility_id, patient_id);
create index mdt_cases_mdt_meeting_id_idx on mdt_cases (facility_id, mdt_meeting_id);
create index mdt_cases_presenting_clinician_id_idx on mdt_cases (facility_id, presenting_clinician_id);
create index mdt_cases_follow_up_date_idx on mdt_cases (facility_id, follow_up_date);
create trigger mdt_cases_kept before delete or truncate on mdt_cases for each statement execute function record_kept();
create trigger mdt_cases_guard before update on mdt_cases for each row execute function record_guard();
create constraint trigger mdt_cases_stamp after insert or update on mdt_cases deferrable initially deferred
  for each row execute function sync_stamp('clinical');
select secure_record('mdt_cases');
