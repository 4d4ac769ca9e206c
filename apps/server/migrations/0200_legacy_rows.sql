-- 0200_legacy_rows.sql — what was taken over from an earlier app: each of its rows as it was, and what became of it.

create table legacy_rows (
  facility_id uuid not null references facilities (id),
  -- Which database or file it came from, as whoever took it over named it.
  source text not null,
  table_name text not null,
  legacy_id text not null,
  -- written: a record of its own; known: the record was here already; document: kept as a document of its patient; kept: here only,
  -- nothing of ours takes its place; removed: deleted in the earlier app; refused: waits for a correction.
  outcome text not null check (outcome in ('written', 'known', 'document', 'kept', 'removed', 'refused')),
  kind text,
  record_id uuid,
  -- The row as it was, without passwords and keys.
  raw jsonb not null,
  raw_sha256 text not null,
  -- What was written of it: the fields of its record.
  patch jsonb,
  -- What was changed or left out, or why it was refused: [{field, was, now, why}].
  notes jsonb not null default '[]',
  handled_at timestamptz(3) not null default now(),
  primary key (facility_id, source, table_name, legacy_id)
);
create index legacy_rows_record on legacy_rows (facility_id, kind, record_id);

-- The owner's alone, who runs the migration: requests are answered from the records.
alter table legacy_rows enable row level security, force row level security;
create policy owner on legacy_rows to current_user using (true) with check (true);
