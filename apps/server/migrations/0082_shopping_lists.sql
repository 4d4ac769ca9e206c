-- 0082_shopping_lists.sql — What relatives are asked to buy for an operation or a dressing; printed and handed to them.

create table shopping_lists (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint shopping_lists_facility_id_fkey references facilities (id),
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
  purpose text not null,
  procedure_name varchar(255),
  needed_by date,
  status text not null,
  handed_to varchar(200),
  notes text,
  listed_by uuid,
  constraint shopping_lists_facility_id_id_key unique (facility_id, id),
  constraint shopping_lists_patient_id_fkey foreign key (facility_id, patient_id) references patients (facility_id, id),
  constraint shopping_lists_admission_id_fkey foreign key (facility_id, admission_id) references patient_admissions (facility_id, id),
  constraint shopping_lists_surgery_booking_id_fkey foreign key (facility_id, surgery_booking_id) references surgery_bookings (facility_id, id),
  constraint shopping_lists_purpose_choice check (purpose in ('Surgery', 'Wound dressing', 'Bedside debridement', 'Other')),
  constraint shopping_lists_status_choice check (status in ('Open', 'Complete', 'Cancelled')),
  constraint shopping_lists_notes_length check (char_length(notes) <= 2000),
  constraint shopping_lists_listed_by_fkey foreign key (facility_id, listed_by) references users (facility_id, id)
);
create index shopping_lists_patient_id_idx on shopping_lists (facility_id, patient_id);
create index shopping_lists_admission_id_idx on shopping_lists (facility_id, admission_id);
create index shopping_lists_surgery_booking_id_idx on shopping_lists (facility_id, surgery_booking_id);
create index shopping_lists_listed_by_idx on shopping_lists (facility_id, listed_by);
create index shopping_lists_status_idx on shopping_lists (facility_id, status);
create index shopping_lists_needed_by_idx on shopping_lists (facility_id, needed_by);
create trigger shopping_lists_kept before delete or truncate on shopping_lists for each statement execute function record_kept();
create trigger shopping_lists_guard before update on shopping_lists for each row execute function record_guard();
create constraint trigger shopping_lists_stamp after insert or update on shopping_lists deferrable initially deferred
  for each row execute function sync_stamp('clinical');
select record_same('shopping_lists_same_patient', 'patient_id', 'admission_id', 'patient_admissions', 'surgery_booking_id', 'surgery_bookings');
create trigger shopping_lists_same_patient after insert or update on shopping_lists
  for each row execute function shopping_lists_same_patient();
select secure_record('shopping_lists');
