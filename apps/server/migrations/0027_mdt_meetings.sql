-- 0027_mdt_meetings.sql — A meeting of several specialties about patients: when, where, who chairs, and its minutes.

create table mdt_meetings (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint mdt_meetings_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  meeting_title varchar(255) not null,
  meeting_date date not null,
  meeting_time time(0) not null,
  venue varchar(255),
  chairperson_id uuid,
  agenda text,
  minutes text,
  status text not null,
  constraint mdt_meetings_facility_id_id_key unique (facility_id, id),
  constraint mdt_meetings_chairperson_id_fkey foreign key (facility_id, chairperson_id) references users (facility_id, id),
  constraint mdt_meetings_agenda_length check (char_length(agenda) <= 10000),
  constraint mdt_meetings_minutes_length check (char_length(minutes) <= 40000),
  constraint mdt_meetings_status_choice check (status in ('Scheduled', 'In Progress', 'Completed', 'Cancelled'))
);
create index mdt_meetings_chairperson_id_idx on mdt_meetings (facility_id, chairperson_id);
create index mdt_meetings_meeting_date_idx on mdt_meetings (facility_id, meeting_date);
create index mdt_meetings_status_idx on mdt_meetings (facility_id, status);
create trigger mdt_meetings_kept before delete or truncate on mdt_meetings for each statement execute function record_kept();
create trigger mdt_meetings_guard before update on mdt_meetings for each row execute function record_guard();
create constraint trigger mdt_meetings_stamp after insert or update on mdt_meetings deferrable initially deferred
  for each row execute function sync_stamp('clinical');
select secure_record('mdt_meetings');
