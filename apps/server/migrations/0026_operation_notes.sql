-- 0026_operation_notes.sql — The surgeon’s account of an operation. Once signed it stays as it is; an amendment is a further note.

create table operation_notes (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint operation_notes_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  patient_id uuid not null,
  admission_id uuid,
  surgery_booking_id uuid,
  amends_id uuid,
  amendment_reason text,
  started_at timestamptz(3) not null,
  ended_at timestamptz(3),
  surgeon_id uuid,
  assistant_id uuid,
  anaesthetist_id uuid,
  scrub_nurse_id uuid,
  others_present text[],
  anaesthesia_type text,
  position varchar(100),
  pre_op_diagnosis text,
  post_op_diagnosis text,
  procedure_performed text not null,
  laterality text,
  incision text,
  findings text,
  procedure_steps text,
  wound_class text,
  implants text[],
  specimens text[],
  drains text[],
  closure text,
  dressing text,
  counts text,
  counts_note text,
  estimated_blood_loss_ml integer,
  fluids_given_ml integer,
  blood_given_ml integer,
  urine_output_ml integer,
  tourniquet_minutes integer,
  tourniquet_pressure_mmhg integer,
  antibiotics_given text[],
  complications text,
  post_op_instructions text,
  is_final boolean,
  signed_by uuid,
  signed_at timestamptz(3),
  constraint operation_notes_facility_id_id_key unique (facility_id, id),
  constraint operation_notes_patient_id_fkey foreign key (facility_id, patient_id) references patients (facility_id, id),
  constraint operation_notes_admission_id_fkey foreign key (facility_id, admission_id) references patient_admissions (facility_id, id),
  constraint operation_notes_surgery_booking_id_fkey foreign key (facility_id, surgery_booking_id) references surgery_bookings (facility_id, id),
  constraint operation_notes_amends_id_fkey foreign key (facility_id, amends_id) references operation_notes (facility_id, id),
  constraint operation_notes_amendment_reason_length check (char_length(amendment_reason) <= 1000),
  constraint operation_notes_surgeon_id_fkey foreign key (facility_id, surgeon_id) references users (facility_id, id),
  constraint operation_notes_assistant_id_fkey foreign key (facility_id, assistant_id) references users (facility_id, id),
  constraint operation_notes_anaesthetist_id_fkey foreign key (facility_id, anaesthetist_id) references users (facility_id, id),
  constraint operation_notes_scrub_nurse_id_fkey foreign key (facility_id, scrub_nurse_id) references users (facility_id, id),
  constraint operation_notes_anaesthesia_type_choice check (anaesthesia_type in ('General', 'Spinal', 'Epidural', 'Regional block', 'Local', 'Sedation', 'None')),
  constraint operation_notes_pre_op_diagnosis_length check (char_length(pre_op_diagnosis) <= 4000),
  constraint operation_notes_post_op_diagnosis_length check (char_length(post_op_diagnosis) <= 4000),
  constraint operation_notes_procedure_performed_length check (char_length(procedure_performed) <= 4000),
  constraint operation_notes_laterality_choice check (laterality in ('Left', 'Right', 'Bilateral', 'Midline', 'Not applicable')),
  constraint operation_notes_incision_length check (char_length(incision) <= 2000),
  constraint operation_notes_findings_length check (char_length(findings) <= 10000),
  constraint operation_notes_procedure_steps_length check (char_length(procedure_steps) <= 10000),
  constraint operation_notes_wound_class_choice check (wound_class in ('Clean', 'Clean-contaminated', 'Contaminated', 'Dirty')),
  constraint operation_notes_closure_length check (char_length(closure) <= 2000),
  constraint operation_notes_dressing_length check (char_length(dressing) <= 2000),
  constraint operation_notes_counts_choice check (counts in ('Correct', 'Not correct', 'Not applicable')),
  constraint operation_notes_counts_note_length check (char_length(counts_note) <= 1000),
  constraint operation_notes_estimated_blood_loss_ml_range check (estimated_blood_loss_ml between 0 and 30000),
  constraint operation_notes_fluids_given_ml_range check (fluids_given_ml between 0 and 50000),
  constraint operation_notes_blood_given_ml_range check (blood_given_ml between 0 and 50000),
  constraint operation_notes_urine_output_ml_range check (urine_output_ml between 0 and 30000),
  constraint operation_notes_tourniquet_minutes_range check (tourniquet_minutes between 0 and 720),
  constraint operation_notes_tourniquet_pressure_mmhg_range check (tourniquet_pressure_mmhg between 0 and 600),
  constraint operation_notes_complications_length check (char_length(complications) <= 4000),
  constraint operation_notes_post_op_instructions_length check (char_length(post_op_instructions) <= 10000),
  constraint operation_notes_signed_by_fkey foreign key (facility_id, signed_by) references users (facility_id, id),
  constraint operation_notes_ends_after_start check (ended_at is null or ended_at >= started_at),
  constraint operation_notes_amendment_explained check (amends_id is null or amendment_reason is not null),
  constraint operation_notes_wrong_count_explained check (counts is distinct from 'Not correct' or counts_note is not null),
  constraint operation_notes_signed_complete check (is_final is not true or (surgeon_id is not null and findings is not null and counts is not null))
);
create index operation_notes_patient_id_idx on operation_notes (facility_id, patient_id);
create index operation_notes_admission_id_idx on operation_notes (facility_id, admission_id);
create index operation_notes_surgery_booking_id_idx on operation_notes (facility_id, surgery_booking_id);
create index operation_notes_amends_id_idx on operation_notes (facility_id, amends_id);
create index operation_notes_surgeon_id_idx on operation_notes (facility_id, surgeon_id);
create index operation_notes_assistant_id_idx on operation_notes (facility_id, assistant_id);
create index operation_notes_anaesthetist_id_idx on operation_notes (facility_id, anaesthetist_id);
create index operation_notes_scrub_nurse_id_idx on operation_notes (facility_id, scrub_nurse_id);
create index operation_notes_signed_by_idx on operation_notes (facility_id, signed_by);
create index operation_notes_started_at_idx on operation_notes (facility_id, started_at);
create trigger operation_notes_kept before delete or truncate on operation_notes for each statement execute function record_kept();
create trigger operation_notes_guard before update on operation_notes for each row execute function record_guard();
create constraint trigger operation_notes_stamp after insert or update on operation_notes deferrable initially deferred
  for each row execute function sync_stamp('clinical');
create trigger operation_notes_signed before update on operation_notes for each row
  when (old.is_final in (true) and (new.admission_id is distinct from old.admission_id or new.surgery_booking_id is distinct from old.surgery_booking_id or new.amends_id is distinct from old.amends_id or new.amendment_reason is distinct from old.amendment_reason or new.started_at is distinct from old.started_at or new.ended_at is distinct from old.ended_at or new.surgeon_id is distinct from old.surgeon_id or new.assistant_id is distinct from old.assistant_id or new.anaesthetist_id is distinct from old.anaesthetist_id or new.scrub_nurse_id is distinct from old.scrub_nurse_id or new.others_present is distinct from old.others_present or new.anaesthesia_type is distinct from old.anaesthesia_type or new.position is distinct from old.position or new.pre_op_diagnosis is distinct from old.pre_op_diagnosis or new.post_op_diagnosis is distinct from old.post_op_diagnosis or new.procedure_performed is distinct from old.procedure_performed or new.laterality is distinct from old.laterality or new.incision is distinct from old.incision or new.findings is distinct from old.findings or new.procedure_steps is distinct from old.procedure_steps or new.wound_class is distinct from old.wound_class or new.implants is distinct from old.implants or new.specimens is distinct from old.specimens or new.drains is distinct from old.drains or new.closure is distinct from old.closure or new.dressing is distinct from old.dressing or new.counts is distinct from old.counts or new.counts_note is distinct from old.counts_note or new.estimated_blood_loss_ml is distinct from old.estimated_blood_loss_ml or new.fluids_given_ml is distinct from old.fluids_given_ml or new.blood_given_ml is distinct from old.blood_given_ml or new.urine_output_ml is distinct from old.urine_output_ml or new.tourniquet_minutes is distinct from old.tourniquet_minutes or new.tourniquet_pressure_mmhg is distinct from old.tourniquet_pressure_mmhg or new.antibiotics_given is distinct from old.antibiotics_given or new.complications is distinct from old.complications or new.post_op_instructions is distinct from old.post_op_instructions or new.is_final is distinct from old.is_final or new.signed_by is distinct from old.signed_by or new.signed_at is distinct from old.signed_at)) execute function record_locked();
select record_same('operation_notes_same_patient', 'patient_id', 'admission_id', 'patient_admissions', 'surgery_booking_id', 'surgery_bookings', 'amends_id', 'operation_notes');
create trigger operation_notes_same_patient after insert or update on operation_notes
  for each row execute function operation_notes_same_patient();
select secure_record('operation_notes');
