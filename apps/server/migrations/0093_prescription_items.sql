-- 0093_prescription_items.sql — One line of a prescription: medicine, dose, route, how often, how long; and what the pharmacy gave out for it.

-- What was dispensed is recorded, also when it should not have been; then the pharmacy says why (docs/decisions/0016-dispensed-all-the-same.md).
-- Asked once, when the line becomes dispensed: stopping what was dispensed before needs no word. A cancellation has no moment of its own.
create function prescription_items_dispensed_all_the_same() returns trigger language plpgsql as $$
begin
  if new.dispensed is not true or new.dispensing_note is not null or (tg_op = 'UPDATE' and old.dispensed is true) then
    return null;
  end if;
  if (new.is_stopped and coalesce(new.dispensed_date >= new.stopped_at, true))
    or exists (select from prescriptions o where o.facility_id = new.facility_id and o.id = new.prescription_id
      and (o.status = 'Cancelled' or (o.status = 'On Hold' and coalesce(new.dispensed_date >= o.held_at, true)))) then
    raise exception 'This was stopped, on hold or cancelled when it was dispensed.'
      using errcode = 'check_violation', table = tg_table_name, constraint = 'prescription_items_dispensed_all_the_same';
  end if;
  return null;
end $$;

create table prescription_items (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint prescription_items_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  patient_id uuid,
  prescription_id uuid not null,
  medication_name varchar(255) not null,
  medication_type varchar(100),
  dosage varchar(100) not null,
  route varchar(50) not null,
  frequency varchar(100) not null,
  duration varchar(100),
  as_needed boolean,
  start_date date,
  quantity integer,
  unit varchar(50),
  instructions text,
  special_instructions text,
  override_reason text,
  is_stopped boolean,
  stop_reason text,
  stopped_by uuid,
  stopped_at timestamptz(3),
  dispensed boolean,
  quantity_dispensed integer,
  dispensed_batch varchar(50),
  dispensing_note text,
  dispensed_by uuid,
  dispensed_date timestamptz(3),
  constraint prescription_items_facility_id_id_key unique (facility_id, id),
  constraint prescription_items_patient_id_fkey foreign key (facility_id, patient_id) references patients (facility_id, id),
  constraint prescription_items_prescription_id_fkey foreign key (facility_id, prescription_id) references prescriptions (facility_id, id),
  constraint prescription_items_quantity_range check (quantity between 1 and 100000),
  constraint prescription_items_instructions_length check (char_length(instructions) <= 2000),
  constraint prescription_items_special_instructions_length check (char_length(special_instructions) <= 2000),
  constraint prescription_items_override_reason_length check (char_length(override_reason) <= 1000),
  constraint prescription_items_stop_reason_length check (char_length(stop_reason) <= 1000),
  constraint prescription_items_stopped_by_fkey foreign key (facility_id, stopped_by) references users (facility_id, id),
  constraint prescription_items_quantity_dispensed_range check (quantity_dispensed between 1 and 100000),
  constraint prescription_items_dispensing_note_length check (char_length(dispensing_note) <= 1000),
  constraint prescription_items_dispensed_by_fkey foreign key (facility_id, dispensed_by) references users (facility_id, id),
  constraint prescription_items_dispensed_how_many check (dispensed is not true or quantity_dispensed is not null),
  constraint prescription_items_stop_explained check (is_stopped is not true or stop_reason is not null)
);
create index prescription_items_patient_id_idx on prescription_items (facility_id, patient_id);
create index prescription_items_prescription_id_idx on prescription_items (facility_id, prescription_id);
create index prescription_items_stopped_by_idx on prescription_items (facility_id, stopped_by);
create index prescription_items_dispensed_by_idx on prescription_items (facility_id, dispensed_by);
create index prescription_items_dispensed_idx on prescription_items (facility_id, dispensed);
create trigger prescription_items_kept before delete or truncate on prescription_items for each statement execute function record_kept();
create trigger prescription_items_guard before update on prescription_items for each row execute function record_guard();
create constraint trigger prescription_items_stamp after insert or update on prescription_items deferrable initially deferred
  for each row execute function sync_stamp('medicines');
create trigger prescription_items_dispensed before update on prescription_items for each row
  when (old.dispensed in (true) and (new.medication_name is distinct from old.medication_name or new.medication_type is distinct from old.medication_type or new.dosage is distinct from old.dosage or new.route is distinct from old.route or new.frequency is distinct from old.frequency or new.duration is distinct from old.duration or new.quantity is distinct from old.quantity or new.unit is distinct from old.unit or new.dispensed is distinct from old.dispensed or new.quantity_dispensed is distinct from old.quantity_dispensed or new.dispensed_batch is distinct from old.dispensed_batch or new.dispensing_note is distinct from old.dispensing_note)) execute function record_locked();
create trigger prescription_items_stopped before update on prescription_items for each row
  when (old.is_stopped in (true) and (new.medication_name is distinct from old.medication_name or new.dosage is distinct from old.dosage or new.route is distinct from old.route or new.frequency is distinct from old.frequency or new.is_stopped is distinct from old.is_stopped or new.stop_reason is distinct from old.stop_reason)) execute function record_locked();
-- The patient is the one of the prescription; who writes need not name it.
create trigger prescription_items_patient before insert on prescription_items for each row
  when (new.patient_id is null) execute function record_patient('prescription_id', 'prescriptions');
select record_same('prescription_items_same_patient', 'patient_id', 'prescription_id', 'prescriptions');
create trigger prescription_items_same_patient after insert or update on prescription_items
  for each row execute function prescription_items_same_patient();
create trigger prescription_items_dispensed_all_the_same after insert or update on prescription_items
  for each row execute function prescription_items_dispensed_all_the_same();
select secure_record('prescription_items');
