-- 0081_stock_movements.sql — Goods that came into the store, left it or were counted. What is in stock follows from these and from the uses.

create table stock_movements (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint stock_movements_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  consumable_id uuid not null,
  movement_type text not null,
  quantity integer not null,
  moved_at timestamptz(3) not null,
  batch_number varchar(50),
  expiry_date date,
  place varchar(200),
  unit_cost numeric(10, 2),
  reason text,
  recorded_by uuid,
  constraint stock_movements_facility_id_id_key unique (facility_id, id),
  constraint stock_movements_consumable_id_fkey foreign key (facility_id, consumable_id) references surgical_consumables (facility_id, id),
  constraint stock_movements_movement_type_choice check (movement_type in ('Receipt', 'Issue', 'Count', 'Loss', 'Transfer', 'Return')),
  constraint stock_movements_quantity_range check (quantity between 0 and 1000000),
  constraint stock_movements_unit_cost_range check (unit_cost between 0 and 99999999),
  constraint stock_movements_reason_length check (char_length(reason) <= 1000),
  constraint stock_movements_recorded_by_fkey foreign key (facility_id, recorded_by) references users (facility_id, id),
  constraint stock_movements_something_moved check (quantity > 0 or movement_type = 'Count'),
  constraint stock_movements_loss_explained check (movement_type <> 'Loss' or reason is not null)
);
create index stock_movements_consumable_id_idx on stock_movements (facility_id, consumable_id);
create index stock_movements_recorded_by_idx on stock_movements (facility_id, recorded_by);
create index stock_movements_movement_type_idx on stock_movements (facility_id, movement_type);
create index stock_movements_moved_at_idx on stock_movements (facility_id, moved_at);
create index stock_movements_expiry_date_idx on stock_movements (facility_id, expiry_date);
create trigger stock_movements_kept before delete or truncate on stock_movements for each statement execute function record_kept();
create trigger stock_movements_guard before update on stock_movements for each row execute function record_guard();
create constraint trigger stock_movements_stamp after insert or update on stock_movements deferrable initially deferred
  for each row execute function sync_stamp('stock');
select secure_record('stock_movements');

-- What is in stock: what the last count found, and all that came in and went out after it. It is summed anew, not added to, so
-- that entries may arrive in any order, late or twice judged, and a retraction gives back what it took.
create function stock_on_hand(facility uuid, item uuid) returns integer language sql stable set search_path = public, pg_temp as $$
  with counted as (
    select quantity, moved_at from stock_movements
    where facility_id = facility and consumable_id = item and movement_type = 'Count' and not deleted
    order by moved_at desc, id desc limit 1)
  select sum(amount)::integer from (
    select quantity as amount from counted
    union all
    select case when movement_type in ('Receipt', 'Return') then quantity else -quantity end from stock_movements
    where facility_id = facility and consumable_id = item and movement_type <> 'Count' and not deleted
      and moved_at > coalesce((select moved_at from counted), '-infinity')
    union all
    select -quantity_used from consumable_usage
    where facility_id = facility and consumable_id = item and not deleted
      and usage_date > coalesce((select moved_at from counted), '-infinity')) moved
$$;

-- Who moves an item locks it at once, items in the order of their ids, and waits for whoever moves it already: so two at a time are
-- both summed, and a transaction holds its rows before it takes its number (S41).
create function stock_lock() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform from surgical_consumables c where (c.facility_id, c.id) in (select facility_id, consumable_id from moved)
    order by c.id for no key update;
  return null;
end $$;

-- At the end of the transaction, so that an edit of the item in the same group finds the version that it read.
create function stock_follows() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare
  level constant integer := stock_on_hand(new.facility_id, new.consumable_id);
begin
  update surgical_consumables set stock_on_hand = level, updated_by = new.updated_by
    where facility_id = new.facility_id and id = new.consumable_id and stock_on_hand is distinct from level;
  return null;
end $$;

create trigger stock_movements_lock after insert on stock_movements referencing new table as moved
  for each statement execute function stock_lock();
create trigger stock_movements_relock after update on stock_movements referencing new table as moved
  for each statement execute function stock_lock();
create constraint trigger stock_movements_follow after insert or update on stock_movements deferrable initially deferred
  for each row execute function stock_follows();
create trigger consumable_usage_lock after insert on consumable_usage referencing new table as moved
  for each statement execute function stock_lock();
create trigger consumable_usage_relock after update on consumable_usage referencing new table as moved
  for each statement execute function stock_lock();
create constraint trigger consumable_usage_follow after insert or update on consumable_usage deferrable initially deferred
  for each row execute function stock_follows();
create index stock_movements_counts on stock_movements (facility_id, consumable_id, moved_at desc, id desc)
  where movement_type = 'Count' and not deleted;

-- Nobody writes the stock: the server may not, and what the triggers write is audited.
create function surgical_consumables_stock_kept() returns trigger language plpgsql as $$
begin
  if current_user = 'psa_server' then
    raise exception 'Stock follows from movements and uses; it is never written.' using errcode = 'insufficient_privilege';
  end if;
  return new;
end $$;
create trigger surgical_consumables_stock_new before insert on surgical_consumables for each row
  when (new.stock_on_hand is not null) execute function surgical_consumables_stock_kept();
create trigger surgical_consumables_stock_kept before update on surgical_consumables for each row
  when (new.stock_on_hand is distinct from old.stock_on_hand) execute function surgical_consumables_stock_kept();
create constraint trigger surgical_consumables_stock_audit after update on surgical_consumables deferrable initially deferred
  for each row when (new.stock_on_hand is distinct from old.stock_on_hand) execute function audit_derived_row('stock_on_hand');
