-- 0052_nursing_notes.sql — What a nurse saw and did, in one shift. A correction is a new note.

create table nursing_notes (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint nursing_notes_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  patient_id uuid not null,
  admission_id uuid,
  written_at timestamptz(3) not null,
  kind text not null,
  shift text,
  content text not null,
  recorded_by uuid,
  constraint nursing_notes_facility_id_id_key unique (facility_id, id),
  constraint nursing_notes_patient_id_fkey foreign key (facility_id, patient_id) references patients (facility_id, id),
  constraint nursing_notes_admission_id_fkey foreign key (facility_id, admission_id) references patient_admissions (facility_id, id),
  constraint nursing_notes_kind_choice check (kind in ('General', 'Wound', 'Drain', 'Pain', 'Nutrition', 'Mobility', 'Handover', 'Incident')),
  constraint nursing_notes_shift_choice check (shift in ('Morning', 'Afternoon', 'Night')),
  constraint nursing_notes_content_length check (char_length(content) <= 6000),
  constraint nursing_notes_recorded_by_fkey foreign key (facility_id, recorded_by) references users (facility_id, id)
);
create index nursing_notes_patient_id_idx on nursing_notes (facility_id, patient_id);
create index nursing_notes_admission_id_idx on nursing_notes (facility_id, admission_id);
create index nursing_notes_recorded_by_idx on nursing_notes (facility_id, recorded_by);
create index nursing_notes_written_at_idx on nursing_notes (facility_id, written_at);
create trigger nursing_notes_kept before delete or truncate on nursing_notes for each statement execute function record_kept();
create trigger nursing_notes_guard before update on nursing_notes for each row execute function record_guard();
create constraint trigger nursing_notes_stamp after insert or update on nursing_notes deferrable initially deferred
  for each row execute function sync_stamp('clinical');
select record_same('nursing_notes_same_patient', 'patient_id', 'admission_id', 'patient_admissions');
create trigger nursing_notes_same_patient after insert or update on nursing_notes
  for each row execute function nursing_notes_same_patient();
select secure_record('nursing_notes');
