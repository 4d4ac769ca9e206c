-- 0025_surgical_checklists.sql — The WHO Surgical Safety Checklist (2009) of one operation: three phases, each signed by a person and then closed.

create table surgical_checklists (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint surgical_checklists_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  patient_id uuid,
  surgery_booking_id uuid not null,
  patient_identity_confirmed boolean,
  consent_confirmed boolean,
  site_marked boolean,
  anaesthesia_check boolean,
  pulse_oximeter boolean,
  equipment_issues_check boolean,
  allergies_checked boolean,
  known_allergy boolean,
  difficult_airway text,
  blood_loss_risk text,
  sign_in_exception text,
  sign_in_completed boolean,
  sign_in_completed_by uuid,
  sign_in_completed_at timestamptz(3),
  team_introductions boolean,
  procedure_confirmed boolean,
  antibiotic_prophylaxis text,
  critical_steps_reviewed boolean,
  anticipated_events boolean,
  anaesthesia_concerns_reviewed boolean,
  sterility_confirmed boolean,
  imaging_displayed text,
  time_out_exception text,
  time_out_completed boolean,
  time_out_completed_by uuid,
  time_out_completed_at timestamptz(3),
  procedure_recorded boolean,
  instrument_count_correct boolean,
  counts_searched boolean,
  specimen_labeled boolean,
  equipment_problems boolean,
  recovery_concerns_reviewed boolean,
  sign_out_exception text,
  sign_out_completed boolean,
  sign_out_completed_by uuid,
  sign_out_completed_at timestamptz(3),
  notes text,
  constraint surgical_checklists_facility_id_id_key unique (facility_id, id),
  constraint surgical_checklists_patient_id_fkey foreign key (facility_id, patient_id) references patients (facility_id, id),
  constraint surgical_checklists_surgery_booking_id_fkey foreign key (facility_id, surgery_booking_id) references surgery_bookings (facility_id, id),
  constraint surgical_checklists_difficult_airway_choice check (difficult_airway in ('No', 'Yes, prepared', 'Yes, not prepared')),
  constraint surgical_checklists_blood_loss_risk_choice check (blood_loss_risk in ('No', 'Yes, prepared', 'Yes, not prepared')),
  constraint surgical_checklists_sign_in_exception_length check (char_length(sign_in_exception) <= 1000),
  constraint surgical_checklists_sign_in_completed_by_fkey foreign key (facility_id, sign_in_completed_by) references users (facility_id, id),
  constraint surgical_checklists_antibiotic_prophylaxis_choice check (antibiotic_prophylaxis in ('Yes', 'No', 'Not applicable')),
  constraint surgical_checklists_imaging_displayed_choice check (imaging_displayed in ('Yes', 'No', 'Not applicable')),
  constraint surgical_checklists_time_out_exception_length check (char_length(time_out_exception) <= 1000),
  constraint surgical_checklists_time_out_completed_by_fkey foreign key (facility_id, time_out_completed_by) references users (facility_id, id),
  constraint surgical_checklists_sign_out_exception_length check (char_length(sign_out_exception) <= 1000),
  constraint surgical_checklists_sign_out_completed_by_fkey foreign key (facility_id, sign_out_completed_by) references users (facility_id, id),
  constraint surgical_checklists_notes_length check (char_length(notes) <= 10000),
  constraint surgical_checklists_sign_in_answered check (sign_in_completed is not true or num_nulls(patient_identity_confirmed, consent_confirmed, site_marked, anaesthesia_check, pulse_oximeter, equipment_issues_check, allergies_checked, known_allergy, difficult_airway, blood_loss_risk) = 0),
  constraint surgical_checklists_sign_in_met check (sign_in_completed is not true or sign_in_exception is not null or (patient_identity_confirmed is not false and consent_confirmed is not false and site_marked is not false and anaesthesia_check is not false and pulse_oximeter is not false and equipment_issues_check is not false and allergies_checked is not false and difficult_airway is distinct from 'Yes, not prepared' and blood_loss_risk is distinct from 'Yes, not prepared')),
  constraint surgical_checklists_time_out_answered check (time_out_completed is not true or num_nulls(team_introductions, procedure_confirmed, antibiotic_prophylaxis, critical_steps_reviewed, anticipated_events, anaesthesia_concerns_reviewed, sterility_confirmed, imaging_displayed) = 0),
  constraint surgical_checklists_time_out_met check (time_out_completed is not true or time_out_exception is not null or (team_introductions is not false and procedure_confirmed is not false and antibiotic_prophylaxis is distinct from 'No' and critical_steps_reviewed is not false and anticipated_events is not false and anaesthesia_concerns_reviewed is not false and sterility_confirmed is not false and imaging_displayed is distinct from 'No')),
  constraint surgical_checklists_sign_out_answered check (sign_out_completed is not true or num_nulls(procedure_recorded, instrument_count_correct, specimen_labeled, equipment_problems, recovery_concerns_reviewed) = 0),
  constraint surgical_checklists_sign_out_met check (sign_out_completed is not true or sign_out_exception is not null or (procedure_recorded is not false and instrument_count_correct is not false and specimen_labeled is not false and equipment_problems is not false and recovery_concerns_reviewed is not false)),
  constraint surgical_checklists_time_out_after_sign_in check (time_out_completed is not true or sign_in_completed is true),
  constraint surgical_checklists_sign_out_after_time_out check (sign_out_completed is not true or time_out_completed is true),
  constraint surgical_checklists_wrong_count_searched check (sign_out_completed is not true or instrument_count_correct is not false or counts_searched is true)
);
create unique index surgical_checklists_one_each on surgical_checklists (facility_id, surgery_booking_id) where not deleted;
create index surgical_checklists_patient_id_idx on surgical_checklists (facility_id, patient_id);
create index surgical_checklists_surgery_booking_id_idx on surgical_checklists (facility_id, surgery_booking_id);
create index surgical_checklists_sign_in_completed_by_idx on surgical_checklists (facility_id, sign_in_completed_by);
create index surgical_checklists_time_out_completed_by_idx on surgical_checklists (facility_id, time_out_completed_by);
create index surgical_checklists_sign_out_completed_by_idx on surgical_checklists (facility_id, sign_out_completed_by);
create trigger surgical_checklists_kept before delete or truncate on surgical_checklists for each statement execute function record_kept();
create trigger surgical_checklists_guard before update on surgical_checklists for each row execute function record_guard();
create constraint trigger surgical_checklists_stamp after insert or update on surgical_checklists deferrable initially deferred
  for each row execute function sync_stamp('clinical');
create trigger surgical_checklists_sign_in_signed before update on surgical_checklists for each row
  when (old.sign_in_completed in (true) and (new.patient_identity_confirmed is distinct from old.patient_identity_confirmed or new.consent_confirmed is distinct from old.consent_confirmed or new.site_marked is distinct from old.site_marked or new.anaesthesia_check is distinct from old.anaesthesia_check or new.pulse_oximeter is distinct from old.pulse_oximeter or new.equipment_issues_check is distinct from old.equipment_issues_check or new.allergies_checked is distinct from old.allergies_checked or new.known_allergy is distinct from old.known_allergy or new.difficult_airway is distinct from old.difficult_airway or new.blood_loss_risk is distinct from old.blood_loss_risk or new.sign_in_exception is distinct from old.sign_in_exception or new.sign_in_completed is distinct from old.sign_in_completed or new.sign_in_completed_by is distinct from old.sign_in_completed_by or new.sign_in_completed_at is distinct from old.sign_in_completed_at)) execute function record_locked();
create trigger surgical_checklists_time_out_signed before update on surgical_checklists for each row
  when (old.time_out_completed in (true) and (new.team_introductions is distinct from old.team_introductions or new.procedure_confirmed is distinct from old.procedure_confirmed or new.antibiotic_prophylaxis is distinct from old.antibiotic_prophylaxis or new.critical_steps_reviewed is distinct from old.critical_steps_reviewed or new.anticipated_events is distinct from old.anticipated_events or new.anaesthesia_concerns_reviewed is distinct from old.anaesthesia_concerns_reviewed or new.sterility_confirmed is distinct from old.sterility_confirmed or new.imaging_displayed is distinct from old.imaging_displayed or new.time_out_exception is distinct from old.time_out_exception or new.time_out_completed is distinct from old.time_out_completed or new.time_out_completed_by is distinct from old.time_out_completed_by or new.time_out_completed_at is distinct from old.time_out_completed_at)) execute function record_locked();
create trigger surgical_checklists_sign_out_signed before update on surgical_checklists for each row
  when (old.sign_out_completed in (true) and (new.procedure_recorded is distinct from old.procedure_recorded or new.instrument_count_correct is distinct from old.instrument_count_correct or new.specimen_labeled is distinct from old.specimen_labeled or new.equipment_problems is distinct from old.equipment_problems or new.recovery_concerns_reviewed is distinct from old.recovery_concerns_reviewed or new.counts_searched is distinct from old.counts_searched or new.sign_out_exception is distinct from old.sign_out_exception or new.sign_out_completed is distinct from old.sign_out_completed or new.sign_out_completed_by is distinct from old.sign_out_completed_by or new.sign_out_completed_at is distinct from old.sign_out_completed_at)) execute function record_locked();
-- The patient is the one of the operation; who writes need not name it.
create trigger surgical_checklists_patient before insert on surgical_checklists for each row
  when (new.patient_id is null) execute function record_patient('surgery_booking_id', 'surgery_bookings');
select record_same('surgical_checklists_same_patient', 'patient_id', 'surgery_booking_id', 'surgery_bookings');
create trigger surgical_checklists_same_patient after insert or update on surgical_checklists
  for each row execute function surgical_checklists_same_patient();
select secure_record('surgical_checklists');
