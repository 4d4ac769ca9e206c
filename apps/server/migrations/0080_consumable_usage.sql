-- 0080_consumable_usage.sql — An item of the store that was used, for whom and at which operation. The stock follows; a use that happened is never refused.

create table consumable_usage (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint consumable_usage_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  consumable_id uuid not null,
  patient_id uuid,
  surgery_booking_id uuid,
  quantity_used integer not null,
  usage_date timestamptz(3) not null,
  batch_number varchar(50),
  notes text,
  recorded_by uuid,
  constraint consumable_usage_facility_id_id_key unique (facility_id, id),
  constraint consumable_usage_consumable_id_fkey foreign key (facility_id, consumable_id) references surgical_consumables (facility_id, id),
  constraint consumable_usage_patient_id_fkey foreign key (facility_id, patient_id) references patients (facility_id, id),
  constraint consumable_usage_surgery_booking_id_fkey foreign key (facility_id, surgery_booking_id) references surgery_bookings (facility_id, id),
  constraint consumable_usage_quantity_used_range check (quantity_used between 1 and 1000000),
  constraint consumable_usage_notes_length check (char_length(notes) <= 1000),
  constraint consumable_usage_recorded_by_fkey foreign key (facility_id, recorded_by) references users (facility_id, id)
);
create index consumable_usage_consumable_id_idx on consumable_usage (facility_id, consumable_id);
create index consumable_usage_patient_id_idx on consumable_usage (facility_id, patient_id);
create index consumable_usage_surgery_booking_id_idx on consumable_usage (facility_id, surgery_booking_id);
create index consumable_usage_recorded_by_idx on consumable_usage (facility_id, recorded_by);
create index consumable_usage_usage_date_idx on consumable_usage (facility_id, usage_date);
create trigger consumable_usage_kept before delete or truncate on consumable_usage for each statement execute function record_kept();
create trigger consumable_usage_guard before update on consumable_usage for each row execute function record_guard();
create constraint trigger consumable_usage_stamp after insert or update on consumable_usage deferrable initially deferred
  for each row execute function sync_stamp('stock');
select record_same('consumable_usage_same_patient', 'patient_id', 'surgery_booking_id', 'surgery_bookings');
create trigger consumable_usage_same_patient after insert or update on consumable_usage
  for each row execute function consumable_usage_same_patient();
select secure_record('consumable_usage');
