-- 0007_patient_allergies.sql — One allergy of a patient, or the statement that none is known. Who prescribes reads these: nothing compares them with a prescription yet.

create table patient_allergies (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint patient_allergies_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  patient_id uuid not null,
  assertion text not null,
  substance varchar(200),
  category text,
  reaction varchar(300),
  severity text,
  status text not null,
  status_reason text,
  constraint patient_allergies_facility_id_id_key unique (facility_id, id),
  constraint patient_allergies_patient_id_fkey foreign key (facility_id, patient_id) references patients (facility_id, id),
  constraint patient_allergies_assertion_choice check (assertion in ('Allergy', 'No known allergies')),
  constraint patient_allergies_category_choice check (category in ('Drug', 'Food', 'Environment', 'Material', 'Other')),
  constraint patient_allergies_severity_choice check (severity in ('Mild', 'Moderate', 'Severe', 'Life-threatening')),
  constraint patient_allergies_status_choice check (status in ('Active', 'Resolved', 'Refuted')),
  constraint patient_allergies_status_reason_length check (char_length(status_reason) <= 1000),
  constraint patient_allergies_substance_named check ((assertion = 'Allergy') = (substance is not null)),
  constraint patient_allergies_change_explained check (status = 'Active' or status_reason is not null)
);
create index patient_allergies_patient_id_idx on patient_allergies (facility_id, patient_id);
create trigger patient_allergies_kept before delete or truncate on patient_allergies for each statement execute function record_kept();
create trigger patient_allergies_guard before update on patient_allergies for each row execute function record_guard();
create constraint trigger patient_allergies_stamp after insert or update on patient_allergies deferrable initially deferred
  for each row execute function sync_stamp('identity');
select secure_record('patient_allergies');

-- Add-wins: a new allergy is always taken, also beside "none known"; only the statement of absence is refused.
create function patient_allergies_none_known_contradicted() returns trigger language plpgsql as $$
begin
  if new.assertion = 'No known allergies' and new.status = 'Active' and not new.deleted and exists (
    select from patient_allergies other
    where other.facility_id = new.facility_id and other.patient_id = new.patient_id and other.id <> new.id
      and other.assertion = 'Allergy' and other.status = 'Active' and not other.deleted
  ) then
    raise exception 'This patient has an active allergy; "no known allergies" cannot stand beside it.'
      using errcode = 'check_violation', table = tg_table_name, constraint = 'patient_allergies_none_known_contradicted';
  end if;
  return null;
end $$;

create trigger patient_allergies_none_known_contradicted after insert or update on patient_allergies
  for each row execute function patient_allergies_none_known_contradicted();
