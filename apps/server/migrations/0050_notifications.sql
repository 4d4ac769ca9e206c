-- 0050_notifications.sql — Something one person should know: a critical result, a conflict to settle, a task that is due.

create table notifications (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint notifications_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  user_id uuid not null,
  kind text not null,
  message varchar(500) not null,
  record_kind varchar(63),
  record_id varchar(36),
  patient_id uuid,
  read_at timestamptz(3),
  constraint notifications_facility_id_id_key unique (facility_id, id),
  constraint notifications_user_id_fkey foreign key (facility_id, user_id) references users (facility_id, id),
  constraint notifications_kind_choice check (kind in ('Critical result', 'Result', 'Conflict', 'Task', 'Approval', 'Other')),
  constraint notifications_patient_id_fkey foreign key (facility_id, patient_id) references patients (facility_id, id)
);
create index notifications_user_id_idx on notifications (facility_id, user_id);
create index notifications_patient_id_idx on notifications (facility_id, patient_id);
create trigger notifications_kept before delete or truncate on notifications for each statement execute function record_kept();
create trigger notifications_guard before update on notifications for each row execute function record_guard();
create constraint trigger notifications_stamp after insert or update on notifications deferrable initially deferred
  for each row execute function sync_stamp('person:user_id');
select secure_record('notifications');

-- Tells one person something, from a trigger of another table, in the transaction of what it tells of.
create function notify_person(facility uuid, person uuid, kind text, message text, record_kind text, record_id uuid, patient uuid default null)
    returns void language sql security definer set search_path = public, pg_temp as $$
  insert into notifications (facility_id, user_id, kind, message, record_kind, record_id, patient_id)
    select facility, person, kind, left(message, 500), record_kind, record_id::text, patient where person is not null
$$;
revoke execute on function notify_person(uuid, uuid, text, text, text, uuid, uuid) from public;
