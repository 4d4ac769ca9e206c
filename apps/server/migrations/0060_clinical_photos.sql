-- 0060_clinical_photos.sql — What a photograph shows, and that the patient agreed. The picture itself is kept and sent apart.

create table clinical_photos (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint clinical_photos_facility_id_fkey references facilities (id),
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
  taken_at timestamptz(3) not null,
  body_site varchar(200) not null,
  laterality text,
  view text,
  stage text,
  description text,
  consent_given boolean not null,
  teaching_allowed boolean,
  content_hash varchar(64),
  content_type text,
  content_bytes integer,
  taken_by uuid,
  constraint clinical_photos_facility_id_id_key unique (facility_id, id),
  constraint clinical_photos_patient_id_fkey foreign key (facility_id, patient_id) references patients (facility_id, id),
  constraint clinical_photos_admission_id_fkey foreign key (facility_id, admission_id) references patient_admissions (facility_id, id),
  constraint clinical_photos_surgery_booking_id_fkey foreign key (facility_id, surgery_booking_id) references surgery_bookings (facility_id, id),
  constraint clinical_photos_laterality_choice check (laterality in ('Left', 'Right', 'Both', 'Midline')),
  constraint clinical_photos_view_choice check (view in ('Anterior', 'Posterior', 'Lateral', 'Oblique', 'Close-up', 'Other')),
  constraint clinical_photos_stage_choice check (stage in ('Before operation', 'During operation', 'After operation', 'Follow-up')),
  constraint clinical_photos_description_length check (char_length(description) <= 1000),
  constraint clinical_photos_content_type_choice check (content_type in ('image/jpeg', 'image/png', 'image/webp')),
  constraint clinical_photos_content_bytes_range check (content_bytes between 1 and 50000000),
  constraint clinical_photos_taken_by_fkey foreign key (facility_id, taken_by) references users (facility_id, id),
  constraint clinical_photos_consent check (consent_given),
  constraint clinical_photos_content_whole check (num_nonnulls(content_hash, content_type, content_bytes) in (0, 3))
);
create index clinical_photos_patient_id_idx on clinical_photos (facility_id, patient_id);
create index clinical_photos_admission_id_idx on clinical_photos (facility_id, admission_id);
create index clinical_photos_surgery_booking_id_idx on clinical_photos (facility_id, surgery_booking_id);
create index clinical_photos_taken_by_idx on clinical_photos (facility_id, taken_by);
create index clinical_photos_taken_at_idx on clinical_photos (facility_id, taken_at);
create trigger clinical_photos_kept before delete or truncate on clinical_photos for each statement execute function record_kept();
create trigger clinical_photos_guard before update on clinical_photos for each row execute function record_guard();
create constraint trigger clinical_photos_stamp after insert or update on clinical_photos deferrable initially deferred
  for each row execute function sync_stamp('clinical');
select record_same('clinical_photos_same_patient', 'patient_id', 'admission_id', 'patient_admissions', 'surgery_booking_id', 'surgery_bookings');
create trigger clinical_photos_same_patient after insert or update on clinical_photos
  for each row execute function clinical_photos_same_patient();
select secure_record('clinical_photos');
