-- 0011_audit_logs.sql — Who did or read what, when, from where, before and after. Only ever added to.

create table audit_logs (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint audit_logs_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  user_id uuid,
  action varchar(100) not null,
  table_name varchar(100),
  record_id varchar(100),
  old_values jsonb,
  new_values jsonb,
  device_id varchar(100),
  mutation_id varchar(100),
  ip_address varchar(45),
  user_agent varchar(300),
  at timestamptz(3) not null,
  constraint audit_logs_user_id_fkey foreign key (facility_id, user_id) references users (facility_id, id)
);
create index audit_logs_user_id_idx on audit_logs (facility_id, user_id);
create index audit_logs_record_id_idx on audit_logs (facility_id, record_id);
create index audit_logs_at_idx on audit_logs (facility_id, at);
create trigger audit_logs_kept before delete or truncate on audit_logs for each statement execute function record_kept();
create trigger audit_logs_append_only before update on audit_logs for each statement execute function record_append_only();
select secure_record('audit_logs', false);
