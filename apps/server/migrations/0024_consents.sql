-- 0024_consents.sql — What was explained to whom, in which language, and what they decided. Withdrawing is a further entry.

create table consents (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint consents_facility_id_fkey references facilities (id),
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
  consent_type text not null,
  procedure_name varchar(255) not null,
  decision text not null,
  withdraws_id uuid,
  signed_at timestamptz(3) not null,
  explained text,
  benefits text,
  risks text,
  alternatives text,
  questions text,
  blood_accepted boolean,
  limits text,
  language varchar(60),
  interpreter_used boolean,
  interpreter_name varchar(200),
  signer_name varchar(200) not null,
  signer_relation text not null,
  signer_phone varchar(20),
  reason_not_patient text,
  signature_kind text not null,
  signature_image text,
  witness_name varchar(200),
  taken_by uuid,
  constraint consents_facility_id_id_key unique (facility_id, id),
  constraint consents_patient_id_fkey foreign key (facility_id, patient_id) references patients (facility_id, id),
  constraint consents_admission_id_fkey foreign key (facility_id, admission_id) references patient_admissions (facility_id, id),
  constraint consents_surgery_booking_id_fkey foreign key (facility_id, surgery_booking_id) references surgery_bookings (facility_id, id),
  constraint consents_consent_type_choice check (consent_type in ('Operation', 'Anaesthesia', 'Blood transfusion', 'Photographs', 'Other')),
  constraint consents_decision_choice check (decision in ('Given', 'Refused', 'Withdrawn')),
  constraint consents_withdraws_id_fkey foreign key (facility_id, withdraws_id) references consents (facility_id, id),
  constraint consents_explained_length check (char_length(explained) <= 4000),
  constraint consents_benefits_length check (char_length(benefits) <= 4000),
  constraint consents_risks_length check (char_length(risks) <= 4000),
  constraint consents_alternatives_length check (char_length(alternatives) <= 4000),
  constraint consents_questions_length check (char_length(questions) <= 4000),
  constraint consents_limits_length check (char_length(limits) <= 2000),
  constraint consents_signer_relation_choice check (signer_relation in ('Patient', 'Parent', 'Guardian', 'Husband or wife', 'Son or daughter', 'Other relative', 'Hospital authority')),
  constraint consents_reason_not_patient_length check (char_length(reason_not_patient) <= 500),
  constraint consents_signature_kind_choice check (signature_kind in ('Signature', 'Thumbprint', 'Paper form')),
  constraint consents_signature_image_length check (char_length(signature_image) <= 200000),
  constraint consents_taken_by_fkey foreign key (facility_id, taken_by) references users (facility_id, id),
  constraint consents_withdrawal_named check ((decision = 'Withdrawn') = (withdraws_id is not null)),
  constraint consents_risks_told check (decision <> 'Given' or risks is not null),
  constraint consents_other_signer_explained check (signer_relation = 'Patient' or reason_not_patient is not null),
  constraint consents_interpreter_named check (interpreter_used is not true or interpreter_name is not null),
  constraint consents_thumbprint_witnessed check (signature_kind <> 'Thumbprint' or witness_name is not null),
  constraint consents_signature_kept check (signature_kind = 'Paper form' or signature_image is not null),
  constraint consents_signature_is_png check (signature_image is null or starts_with(signature_image, 'data:image/png;base64,'))
);
create index consents_patient_id_idx on consents (facility_id, patient_id);
create index consents_admission_id_idx on consents (facility_id, admission_id);
create index consents_surgery_booking_id_idx on consents (facility_id, surgery_booking_id);
create index consents_withdraws_id_idx on consents (facility_id, withdraws_id);
create index consents_taken_by_idx on consents (facility_id, taken_by);
create index consents_signed_at_idx on consents (facility_id, signed_at);
create trigger consents_kept before delete or truncate on consents for each statement execute function record_kept();
create trigger consents_guard before update on consents for each row execute function record_guard();
create constraint trigger consents_stamp after insert or update on consents deferrable initially deferred
  for each row execute function sync_stamp('clinical');
select record_same('consents_same_patient', 'patient_id', 'admission_id', 'patient_admissions', 'surgery_booking_id', 'surgery_bookings', 'withdraws_id', 'consents');
create trigger consents_same_patient after insert or update on consents
  for each row execute function consents_same_patient();
select secure_record('consents');
