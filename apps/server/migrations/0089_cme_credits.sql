-- 0089_cme_credits.sql — The certificate of one person for a lesson whose assessment was passed. The server writes it, once for each lesson.

create table cme_credits (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint cme_credits_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  user_id uuid not null,
  cme_topic_id uuid not null,
  user_assessment_id uuid not null,
  certificate_number varchar(20) not null,
  score numeric(5, 2) not null,
  credit_points numeric(4, 1),
  earned_at timestamptz(3) not null,
  constraint cme_credits_facility_id_id_key unique (facility_id, id),
  constraint cme_credits_user_id_fkey foreign key (facility_id, user_id) references users (facility_id, id),
  constraint cme_credits_cme_topic_id_fkey foreign key (facility_id, cme_topic_id) references cme_topics (facility_id, id),
  constraint cme_credits_user_assessment_id_fkey foreign key (facility_id, user_assessment_id) references user_assessments (facility_id, id),
  constraint cme_credits_score_range check (score between 0 and 100),
  constraint cme_credits_credit_points_range check (credit_points between 0 and 100)
);
create unique index cme_credits_once_a_lesson on cme_credits (facility_id, user_id, cme_topic_id) where not deleted;
create unique index cme_credits_number_once on cme_credits (facility_id, certificate_number) where not deleted;
create index cme_credits_user_id_idx on cme_credits (facility_id, user_id);
create index cme_credits_cme_topic_id_idx on cme_credits (facility_id, cme_topic_id);
create index cme_credits_user_assessment_id_idx on cme_credits (facility_id, user_assessment_id);
create trigger cme_credits_kept before delete or truncate on cme_credits for each statement execute function record_kept();
create trigger cme_credits_guard before update on cme_credits for each row execute function record_guard();
create constraint trigger cme_credits_stamp after insert or update on cme_credits deferrable initially deferred
  for each row execute function sync_stamp('person:user_id');
select secure_record('cme_credits');

-- A sitting that is passed earns the credit of its lesson, once for each person. The pass mark is 50 % unless the lesson says otherwise.
create function cme_credits_earned() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare
  at constant timestamptz := date_trunc('milliseconds', clock_timestamp());
begin
  insert into cme_credits (facility_id, created_by, updated_by, user_id, cme_topic_id, user_assessment_id, certificate_number, score,
      credit_points, earned_at)
    select new.facility_id, new.user_id, new.user_id, new.user_id, t.id, new.id,
      'CME-' || to_char(at at time zone 'UTC', 'YY') || '-' || upper(right(gen_random_uuid()::text, 10)),
      new.score, t.credit_points, least(new.completed_at, at)
    from cme_topics t where t.facility_id = new.facility_id and t.id = new.cme_topic_id and new.score >= coalesce(t.pass_mark, 50)
    on conflict (facility_id, user_id, cme_topic_id) where not deleted do nothing;
  return null;
end $$;
create trigger user_assessments_credited after insert on user_assessments for each row
  when (new.score is not null and not new.deleted) execute function cme_credits_earned();
create trigger user_assessments_credited_later after update on user_assessments for each row
  when (new.score is not null and old.score is null and not new.deleted) execute function cme_credits_earned();
create constraint trigger cme_credits_audit after insert or update on cme_credits deferrable initially deferred
  for each row execute function audit_derived_row();
