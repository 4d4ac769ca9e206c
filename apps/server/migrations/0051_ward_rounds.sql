-- 0051_ward_rounds.sql — One visit to one patient: what was said, found, thought and ordered. A later visit adds a new entry.

create table ward_rounds (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint ward_rounds_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  patient_id uuid not null,
  admission_id uuid,
  seen_at timestamptz(3) not null,
  round_grade text not null,
  postoperative_day integer,
  subjective text,
  pain_score integer,
  examination text,
  wound_and_drains text,
  impression text,
  progress text,
  orders text,
  next_review date,
  recorded_by uuid,
  constraint ward_rounds_facility_id_id_key unique (facility_id, id),
  constraint ward_rounds_patient_id_fkey foreign key (facility_id, patient_id) references patients (facility_id, id),
  constraint ward_rounds_admission_id_fkey foreign key (facility_id, admission_id) references patient_admissions (facility_id, id),
  constraint ward_rounds_round_grade_choice check (round_grade in ('Consultant', 'Senior registrar', 'Registrar', 'House officer', 'Joint')),
  constraint ward_rounds_postoperative_day_range check (postoperative_day between 0 and 3650),
  constraint ward_rounds_subjective_length check (char_length(subjective) <= 4000),
  constraint ward_rounds_pain_score_range check (pain_score between 0 and 10),
  constraint ward_rounds_examination_length check (char_length(examination) <= 6000),
  constraint ward_rounds_wound_and_drains_length check (char_length(wound_and_drains) <= 4000),
  constraint ward_rounds_impression_length check (char_length(impression) <= 4000),
  constraint ward_rounds_progress_choice check (progress in ('Improving', 'Static', 'Deteriorating')),
  constraint ward_rounds_orders_length check (char_length(orders) <= 6000),
  constraint ward_rounds_recorded_by_fkey foreign key (facility_id, recorded_by) references users (facility_id, id),
  constraint ward_rounds_something_written check (coalesce(subjective, examination, wound_and_drains, impression, orders) is not null)
);
create index ward_rounds_patient_id_idx on ward_rounds (facility_id, patient_id);
create index ward_rounds_admission_id_idx on ward_rounds (facility_id, admission_id);
create index ward_rounds_recorded_by_idx on ward_rounds (facility_id, recorded_by);
create index ward_rounds_seen_at_idx on ward_rounds (facility_id, seen_at);
create trigger ward_rounds_kept before delete or truncate on ward_rounds for each statement execute function record_kept();
create trigger ward_rounds_guard before update on ward_rounds for each row execute function record_guard();
create constraint trigger ward_rounds_stamp after insert or update on ward_rounds deferrable initially deferred
  for each row execute function sync_stamp('clinical');
select record_same('ward_rounds_same_patient', 'patient_id', 'admission_id', 'patient_admissions');
create trigger ward_rounds_same_patient after insert or update on ward_rounds
  for each row execute function ward_rounds_same_patient();
select secure_record('ward_rounds');
