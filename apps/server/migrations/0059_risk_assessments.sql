-- 0059_risk_assessments.sql — One filled instrument (Caprini, Braden, MUST, ASA …): the answers, the score, its band and the version of the rule.

create table risk_assessments (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint risk_assessments_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  patient_id uuid not null,
  admission_id uuid,
  assessed_at timestamptz(3) not null,
  instrument varchar(100) not null,
  instrument_version varchar(40) not null,
  answers jsonb not null,
  score numeric(7, 2),
  band varchar(200),
  result jsonb,
  remarks text,
  assessed_by uuid,
  constraint risk_assessments_facility_id_id_key unique (facility_id, id),
  constraint risk_assessments_patient_id_fkey foreign key (facility_id, patient_id) references patients (facility_id, id),
  constraint risk_assessments_admission_id_fkey foreign key (facility_id, admission_id) references patient_admissions (facility_id, id),
  constraint risk_assessments_score_range check (score between -1000 and 10000),
  constraint risk_assessments_remarks_length check (char_length(remarks) <= 2000),
  constraint risk_assessments_assessed_by_fkey foreign key (facility_id, assessed_by) references users (facility_id, id)
);
create index risk_assessments_patient_id_idx on risk_assessments (facility_id, patient_id);
create index risk_assessments_admission_id_idx on risk_assessments (facility_id, admission_id);
create index risk_assessments_assessed_by_idx on risk_assessments (facility_id, assessed_by);
create index risk_assessments_assessed_at_idx on risk_assessments (facility_id, assessed_at);
create index risk_assessments_instrument_idx on risk_assessments (facility_id, instrument);
create trigger risk_assessments_kept before delete or truncate on risk_assessments for each statement execute function record_kept();
create trigger risk_assessments_guard before update on risk_assessments for each row execute function record_guard();
create constraint trigger risk_assessments_stamp after insert or update on risk_assessments deferrable initially deferred
  for each row execute function sync_stamp('clinical');
select record_same('risk_assessments_same_patient', 'patient_id', 'admission_id', 'patient_admissions');
create trigger risk_assessments_same_patient after insert or update on risk_assessments
  for each row execute function risk_assessments_same_patient();
select secure_record('risk_assessments');
