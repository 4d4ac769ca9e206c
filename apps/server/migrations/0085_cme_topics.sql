-- 0085_cme_topics.sql — One lesson of continuing medical education. Text that a machine drafted is marked as such, and a person publishes it.

create table cme_topics (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint cme_topics_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  topic_name varchar(255) not null,
  category varchar(100),
  description text,
  learning_objectives text,
  content text,
  "references" text,
  difficulty_level text,
  estimated_duration integer,
  ai_generated boolean,
  ai_generated_at timestamptz(3),
  questions_per_sitting integer,
  pass_mark numeric(5, 2),
  credit_points numeric(4, 1),
  is_published boolean,
  published_by uuid,
  published_at timestamptz(3),
  constraint cme_topics_facility_id_id_key unique (facility_id, id),
  constraint cme_topics_description_length check (char_length(description) <= 4000),
  constraint cme_topics_learning_objectives_length check (char_length(learning_objectives) <= 4000),
  constraint cme_topics_content_length check (char_length(content) <= 60000),
  constraint cme_topics_references_length check (char_length("references") <= 10000),
  constraint cme_topics_difficulty_level_choice check (difficulty_level in ('Beginner', 'Intermediate', 'Advanced')),
  constraint cme_topics_estimated_duration_range check (estimated_duration between 1 and 1440),
  constraint cme_topics_questions_per_sitting_range check (questions_per_sitting between 1 and 200),
  constraint cme_topics_pass_mark_range check (pass_mark between 1 and 100),
  constraint cme_topics_credit_points_range check (credit_points between 0 and 100),
  constraint cme_topics_published_by_fkey foreign key (facility_id, published_by) references users (facility_id, id),
  constraint cme_topics_published_with_text check (is_published is not true or content is not null or description is not null)
);
create index cme_topics_published_by_idx on cme_topics (facility_id, published_by);
create index cme_topics_category_idx on cme_topics (facility_id, category);
create index cme_topics_is_published_idx on cme_topics (facility_id, is_published);
create trigger cme_topics_kept before delete or truncate on cme_topics for each statement execute function record_kept();
create trigger cme_topics_guard before update on cme_topics for each row execute function record_guard();
create constraint trigger cme_topics_stamp after insert or update on cme_topics deferrable initially deferred
  for each row execute function sync_stamp('learning');
select secure_record('cme_topics');
