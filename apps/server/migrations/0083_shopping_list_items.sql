-- 0083_shopping_list_items.sql — One line of a shopping list: what, how many, and whether it was bought.

create table shopping_list_items (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint shopping_list_items_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  patient_id uuid not null,
  shopping_list_id uuid not null,
  consumable_id uuid,
  item_name varchar(255) not null,
  category varchar(100),
  quantity integer not null,
  unit varchar(50),
  bought boolean,
  bought_marked_by uuid,
  bought_marked_at timestamptz(3),
  notes text,
  constraint shopping_list_items_facility_id_id_key unique (facility_id, id),
  constraint shopping_list_items_patient_id_fkey foreign key (facility_id, patient_id) references patients (facility_id, id),
  constraint shopping_list_items_shopping_list_id_fkey foreign key (facility_id, shopping_list_id) references shopping_lists (facility_id, id),
  constraint shopping_list_items_consumable_id_fkey foreign key (facility_id, consumable_id) references surgical_consumables (facility_id, id),
  constraint shopping_list_items_quantity_range check (quantity between 1 and 10000),
  constraint shopping_list_items_bought_marked_by_fkey foreign key (facility_id, bought_marked_by) references users (facility_id, id),
  constraint shopping_list_items_notes_length check (char_length(notes) <= 1000)
);
create index shopping_list_items_patient_id_idx on shopping_list_items (facility_id, patient_id);
create index shopping_list_items_shopping_list_id_idx on shopping_list_items (facility_id, shopping_list_id);
create index shopping_list_items_consumable_id_idx on shopping_list_items (facility_id, consumable_id);
create index shopping_list_items_bought_marked_by_idx on shopping_list_items (facility_id, bought_marked_by);
create trigger shopping_list_items_kept before delete or truncate on shopping_list_items for each statement execute function record_kept();
create trigger shopping_list_items_guard before update on shopping_list_items for each row execute function record_guard();
create constraint trigger shopping_list_items_stamp after insert or update on shopping_list_items deferrable initially deferred
  for each row execute function sync_stamp('clinical');
select record_same('shopping_list_items_same_patient', 'patient_id', 'shopping_list_id', 'shopping_lists');
create trigger shopping_list_items_same_patient after insert or update on shopping_list_items
  for each row execute function shopping_list_items_same_patient();
select secure_record('shopping_list_items');
