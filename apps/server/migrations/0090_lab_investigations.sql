-- 0090_lab_investigations.sql — One laboratory test or imaging study: ordered, collected, resulted, verified, and seen by a doctor.

create table lab_investigations (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint lab_investigations_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  patient_id uuid not null,
  admission_id uuid,
  treatment_plan_id uuid,
  investigation_type varchar(100) not null,
  test_name varchar(255) not null,
  modality text,
  body_part varchar(100),
  laterality text,
  priority text,
  clinical_details text,
  ordered_by uuid,
  ordered_date timestamptz(3),
  status text not null,
  cancel_reason text,
  sample_type varchar(100),
  sample_site varchar(200),
  sample_collected boolean,
  sample_collection_date timestamptz(3),
  sample_collected_by uuid,
  sample_problem varchar(300),
  lab_number varchar(50),
  result_date timestamptz(3),
  results text,
  result_values jsonb,
  reference_ranges text,
  interpretation text,
  report text,
  is_critical boolean,
  performed_by uuid,
  critical_told_to varchar(200),
  critical_told_at timestamptz(3),
  is_verified boolean,
  verified_by uuid,
  verified_at timestamptz(3),
  is_reviewed boolean,
  reviewed_by uuid,
  reviewed_at timestamptz(3),
  amends uuid,
  notes text,
  constraint lab_investigations_facility_id_id_key unique (facility_id, id),
  constraint lab_investigations_patient_id_fkey foreign key (facility_id, patient_id) references patients (facility_id, id),
  constraint lab_investigations_admission_id_fkey foreign key (facility_id, admission_id) references patient_admissions (facility_id, id),
  constraint lab_investigations_treatment_plan_id_fkey foreign key (facility_id, treatment_plan_id) references treatment_plans (facility_id, id),
  constraint lab_investigations_modality_choice check (modality in ('X-ray', 'Ultrasound', 'Doppler', 'CT', 'MRI', 'Contrast study', 'Nuclear medicine', 'Other')),
  constraint lab_investigations_laterality_choice check (laterality in ('Left', 'Right', 'Bilateral', 'Midline', 'Not applicable')),
  constraint lab_investigations_priority_choice check (priority in ('Routine', 'Urgent', 'STAT')),
  constraint lab_investigations_clinical_details_length check (char_length(clinical_details) <= 4000),
  constraint lab_investigations_ordered_by_fkey foreign key (facility_id, ordered_by) references users (facility_id, id),
  constraint lab_investigations_status_choice check (status in ('Ordered', 'Sample Collected', 'Processing', 'Completed', 'Cancelled')),
  constraint lab_investigations_cancel_reason_length check (char_length(cancel_reason) <= 1000),
  constraint lab_investigations_sample_collected_by_fkey foreign key (facility_id, sample_collected_by) references users (facility_id, id),
  constraint lab_investigations_results_length check (char_length(results) <= 10000),
  constraint lab_investigations_reference_ranges_length check (char_length(reference_ranges) <= 4000),
  constraint lab_investigations_interpretation_length check (char_length(interpretation) <= 4000),
  constraint lab_investigations_report_length check (char_length(report) <= 10000),
  constraint lab_investigations_performed_by_fkey foreign key (facility_id, performed_by) references users (facility_id, id),
  constraint lab_investigations_verified_by_fkey foreign key (facility_id, verified_by) references users (facility_id, id),
  constraint lab_investigations_reviewed_by_fkey foreign key (facility_id, reviewed_by) references users (facility_id, id),
  constraint lab_investigations_amends_fkey foreign key (facility_id, amends) references lab_investigations (facility_id, id),
  constraint lab_investigations_notes_length check (char_length(notes) <= 4000),
  constraint lab_investigations_cancel_explained check (status <> 'Cancelled' or cancel_reason is not null),
  constraint lab_investigations_completed_with_result check (status <> 'Completed' or num_nonnulls(results, result_values, report) > 0),
  constraint lab_investigations_result_dated check (result_date is not null or num_nonnulls(results, result_values, report) = 0),
  constraint lab_investigations_critical_with_result check (is_critical is not true or num_nonnulls(results, result_values, report) > 0),
  constraint lab_investigations_verified_when_completed check (is_verified is not true or status = 'Completed'),
  constraint lab_investigations_reviewed_when_completed check (is_reviewed is not true or status = 'Completed'),
  constraint lab_investigations_collection_said check (sample_collection_date is null or sample_collected is true),
  constraint lab_investigations_result_after_sample check (result_date is null or sample_collection_date is null or result_date >= sample_collection_date),
  constraint lab_investigations_told_whom check ((critical_told_to is null) = (critical_told_at is null))
);
create index lab_investigations_patient_id_idx on lab_investigations (facility_id, patient_id);
create index lab_investigations_admission_id_idx on lab_investigations (facility_id, admission_id);
create index lab_investigations_treatment_plan_id_idx on lab_investigations (facility_id, treatment_plan_id);
create index lab_investigations_ordered_by_idx on lab_investigations (facility_id, ordered_by);
create index lab_investigations_sample_collected_by_idx on lab_investigations (facility_id, sample_collected_by);
create index lab_investigations_performed_by_idx on lab_investigations (facility_id, performed_by);
create index lab_investigations_verified_by_idx on lab_investigations (facility_id, verified_by);
create index lab_investigations_reviewed_by_idx on lab_investigations (facility_id, reviewed_by);
create index lab_investigations_amends_idx on lab_investigations (facility_id, amends);
create index lab_investigations_status_idx on lab_investigations (facility_id, status);
create index lab_investigations_ordered_date_idx on lab_investigations (facility_id, ordered_date);
create index lab_investigations_is_critical_idx on lab_investigations (facility_id, is_critical);
create trigger lab_investigations_kept before delete or truncate on lab_investigations for each statement execute function record_kept();
create trigger lab_investigations_guard before update on lab_investigations for each row execute function record_guard();
create constraint trigger lab_investigations_stamp after insert or update on lab_investigations deferrable initially deferred
  for each row execute function sync_stamp('orders');
create trigger lab_investigations_verified before update on lab_investigations for each row
  when (old.is_verified in (true) and (new.status is distinct from old.status or new.result_date is distinct from old.result_date or new.results is distinct from old.results or new.result_values is distinct from old.result_values or new.interpretation is distinct from old.interpretation or new.reference_ranges is distinct from old.reference_ranges or new.report is distinct from old.report or new.is_critical is distinct from old.is_critical or new.is_verified is distinct from old.is_verified)) execute function record_locked();
create trigger lab_investigations_seen before update on lab_investigations for each row
  when (old.is_reviewed in (true) and (new.status is distinct from old.status or new.result_date is distinct from old.result_date or new.results is distinct from old.results or new.result_values is distinct from old.result_values or new.interpretation is distinct from old.interpretation or new.reference_ranges is distinct from old.reference_ranges or new.report is distinct from old.report or new.is_critical is distinct from old.is_critical)) execute function record_locked();
select record_same('lab_investigations_same_patient', 'patient_id', 'admission_id', 'patient_admissions', 'treatment_plan_id', 'treatment_plans', 'amends', 'lab_investigations');
create trigger lab_investigations_same_patient after insert or update on lab_investigations
  for each row execute function lab_investigations_same_patient();
select secure_record('lab_investigations');

-- A critical result that is complete is told at once to whoever ordered the investigation, in the transaction of the result, and again
-- when its values change.
create function lab_investigations_told() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform notify_person(new.facility_id, new.ordered_by, 'Critical result',
    case when tg_op = 'UPDATE' and old.is_critical and old.status = 'Completed' then 'Critical result changed: '
      else 'Critical result: ' end || new.test_name,
    tg_table_name::text, new.id, new.patient_id);
  return null;
end $$;
create trigger lab_investigations_told_new after insert on lab_investigations for each row
  when (new.is_critical and new.status = 'Completed' and not new.deleted) execute function lab_investigations_told();
create trigger lab_investigations_told after update on lab_investigations for each row
  when (new.is_critical and new.status = 'Completed' and not new.deleted
    and (old.is_critical is not true or old.status <> 'Completed' or new.results is distinct from old.results
      or new.result_values is distinct from old.result_values or new.report is distinct from old.report))
  execute function lab_investigations_told();
