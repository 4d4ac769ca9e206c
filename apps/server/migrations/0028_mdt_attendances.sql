-- 0028_mdt_attendances.sql — One person invited to a multidisciplinary meeting, for which specialty, and whether they came.

create table mdt_attendances (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint mdt_attendances_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  mdt_meeting_id uuid not null,
  user_id uuid,
  attendee_name varchar(200),
  specialty varchar(100),
  attendance text not null,
  notes text,
  constraint mdt_attendances_facility_id_id_key unique (facility_id, id),
  constraint mdt_attendances_mdt_meeting_id_fkey foreign key (facility_id, mdt_meeting_id) references mdt_meetings (facility_id, id),
  constraint mdt_attendances_user_id_fkey foreign key (facility_id, user_id) references users (facility_id, id),
  constraint mdt_attendances_attendance_choice check (attendance in ('Invited', 'Confirmed', 'Declined', 'Attended', 'Absent')),
  constraint mdt_attendances_notes_length check (char_length(notes) <= 1000),
  constraint mdt_attendances_somebody check ((user_id is null) <> (attendee_name is null))
);
create unique index mdt_attendances_person_once on mdt_attendances (facility_id, mdt_meeting_id, user_id) where not deleted;
create index mdt_attendances_mdt_meeting_id_idx on mdt_attendances (facility_id, mdt_meeting_id);
create index mdt_attendances_user_id_idx on mdt_attendances (facility_id, user_id);
create trigger mdt_attendances_kept before delete or truncate on mdt_attendances for each statement execute function record_kept();
create trigger mdt_attendances_guard before update on mdt_attendances for each row execute function record_guard();
create constraint trigger mdt_attendances_stamp after insert or update on mdt_attendances deferrable initially deferred
  for each row execute function sync_stamp('clinical');
select secure_record('mdt_attendances');
