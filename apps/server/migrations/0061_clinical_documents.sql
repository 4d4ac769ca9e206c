-- 0061_clinical_documents.sql — A letter, report, summary or leaflet: a draft until somebody finalises it; an amendment is a new one that names the old.

create table clinical_documents (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint clinical_documents_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  patient_id uuid not null,
  admission_id uuid,
  kind text not null,
  title varchar(200) not null,
  addressee varchar(200),
  urgency text,
  content text not null,
  drafted_by_rules boolean,
  amends uuid,
  is_final boolean,
  finalised_by uuid,
  finalised_at timestamptz(3),
  constraint clinical_documents_facility_id_id_key unique (facility_id, id),
  constraint clinical_documents_patient_id_fkey foreign key (facility_id, patient_id) references patients (facility_id, id),
  constraint clinical_documents_admission_id_fkey foreign key (facility_id, admission_id) references patient_admissions (facility_id, id),
  constraint clinical_documents_kind_choice check (kind in ('Discharge summary', 'Referral', 'Medical report', 'Consult request', 'Consult reply', 'Patient leaflet', 'Other')),
  constraint clinical_documents_urgency_choice check (urgency in ('Routine', 'Urgent', 'Emergency')),
  constraint clinical_documents_content_length check (char_length(content) <= 20000),
  constraint clinical_documents_amends_fkey foreign key (facility_id, amends) references clinical_documents (facility_id, id),
  constraint clinical_documents_finalised_by_fkey foreign key (facility_id, finalised_by) references users (facility_id, id)
);
create index clinical_documents_patient_id_idx on clinical_documents (facility_id, patient_id);
create index clinical_documents_admission_id_idx on clinical_documents (facility_id, admission_id);
create index clinical_documents_amends_idx on clinical_documents (facility_id, amends);
create index clinical_documents_finalised_by_idx on clinical_documents (facility_id, finalised_by);
create index clinical_documents_kind_idx on clinical_documents (facility_id, kind);
create trigger clinical_documents_kept before delete or truncate on clinical_documents for each statement execute function record_kept();
create trigger clinical_documents_guard before update on clinical_documents for each row execute function record_guard();
create constraint trigger clinical_documents_stamp after insert or update on clinical_documents deferrable initially deferred
  for each row execute function sync_stamp('clinical');
create trigger clinical_documents_final before update on clinical_documents for each row
  when (old.is_final in (true) and (new.kind is distinct from old.kind or new.title is distinct from old.title or new.addressee is distinct from old.addressee or new.urgency is distinct from old.urgency or new.content is distinct from old.content or new.drafted_by_rules is distinct from old.drafted_by_rules or new.is_final is distinct from old.is_final)) execute function record_locked();
select record_same('clinical_documents_same_patient', 'patient_id', 'admission_id', 'patient_admissions', 'amends', 'clinical_documents');
create trigger clinical_documents_same_patient after insert or update on clinical_documents
  for each row execute function clinical_documents_same_patient();
select secure_record('clinical_documents');
