-- 0005_surgical_consumables.sql — An item of the theatre and dressing store, and the levels at which to order.

create table surgical_consumables (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint surgical_consumables_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  item_name varchar(255) not null,
  item_code varchar(50) not null,
  category varchar(100),
  description text,
  unit varchar(50),
  minimum_stock_level integer not null,
  reorder_level integer not null,
  unit_cost numeric(10, 2),
  is_active boolean not null,
  stock_on_hand integer,
  constraint surgical_consumables_facility_id_id_key unique (facility_id, id),
  constraint surgical_consumables_description_length check (char_length(description) <= 2000),
  constraint surgical_consumables_minimum_stock_level_range check (minimum_stock_level between 0 and 1000000),
  constraint surgical_consumables_reorder_level_range check (reorder_level between 0 and 1000000),
  constraint surgical_consumables_unit_cost_range check (unit_cost between 0 and 99999999),
  constraint surgical_consumables_stock_on_hand_range check (stock_on_hand between -2000000000 and 2000000000)
);
create unique index surgical_consumables_code_once on surgical_consumables (facility_id, item_code) where not deleted;
create index surgical_consumables_category_idx on surgical_consumables (facility_id, category);
create trigger surgical_consumables_kept before delete or truncate on surgical_consumables for each statement execute function record_kept();
create trigger surgical_consumables_guard before update on surgical_consumables for each row execute function record_guard();
create constraint trigger surgical_consumables_stamp after insert or update on surgical_consumables deferrable initially deferred
  for each row execute function sync_stamp('ref');
select secure_record('surgical_consumables');
