-- 0009_sync_conflicts.sql — Both versions of what two people changed apart, and how it was settled.

create table sync_conflicts (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint sync_conflicts_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  scope varchar(60) not null,
  kind varchar(100) not null,
  record_id varchar(100) not null,
  op text not null,
  fields text[] not null,
  base_version jsonb,
  theirs jsonb not null,
  mine jsonb not null,
  group_rest jsonb not null,
  severity text not null,
  status text not null,
  mutation_id varchar(100) not null,
  device_id varchar(100) not null,
  author_id uuid not null,
  written_at timestamptz(3) not null,
  theirs_by uuid,
  theirs_at timestamptz(3),
  resolved_by uuid,
  resolved_at timestamptz(3),
  resolution varchar(20),
  constraint sync_conflicts_facility_id_id_key unique (facility_id, id),
  constraint sync_conflicts_op_choice check (op in ('create', 'edit', 'retract', 'restore')),
  constraint sync_conflicts_severity_choice check (severity in ('low', 'high')),
  constraint sync_conflicts_status_choice check (status in ('Open', 'Resolved')),
  constraint sync_conflicts_author_id_fkey foreign key (facility_id, author_id) references users (facility_id, id),
  constraint sync_conflicts_theirs_by_fkey foreign key (facility_id, theirs_by) references users (facility_id, id),
  constraint sync_conflicts_resolved_by_fkey foreign key (facility_id, resolved_by) references users (facility_id, id)
);
create index sync_conflicts_author_id_idx on sync_conflicts (facility_id, author_id);
create index sync_conflicts_theirs_by_idx on sync_conflicts (facility_id, theirs_by);
create index sync_conflicts_resolved_by_idx on sync_conflicts (facility_id, resolved_by);
create index sync_conflicts_record_id_idx on sync_conflicts (facility_id, record_id);
create index sync_conflicts_status_idx on sync_conflicts (facility_id, status);
create trigger sync_conflicts_kept before delete or truncate on sync_conflicts for each statement execute function record_kept();
create trigger sync_conflicts_guard before update on sync_conflicts for each row execute function record_guard();
create constraint trigger sync_conflicts_stamp after insert or update on sync_conflicts deferrable initially deferred
  for each row execute function sync_stamp('row');
select secure_record('sync_conflicts');
