-- 0210_server_events.sql — What the machinery last did (backups, the look at the audit trail), and figures for whoever watches the server.

-- One row each, of the whole installation. Written by the owner's commands; told on the status page and at /metrics.
create table server_events (
  name text primary key constraint server_events_name_choice check (name in ('backup', 'restore_rehearsal', 'verify_audit')),
  -- The last try, whether it went well, and when one last did.
  at timestamptz(3) not null,
  ok boolean not null,
  ok_at timestamptz(3),
  -- Numbers and file names; never clinical data.
  detail jsonb not null default '{}'
);
grant select on server_events to psa_server;

-- Counts over all facilities, for monitoring: no names, no clinical data, and of devices only the few that wait longest.
create function server_figures() returns json language sql stable security definer set search_path = public, pg_temp as $$
  select json_build_object(
    'database_bytes', pg_database_size(current_database()),
    'conflicts_open', (select count(*) from sync_conflicts where status = 'Open' and not deleted),
    'quarantine_open', (select count(*) from sync_quarantine where state = 'open'),
    'quarantine_deferred', (select count(*) from sync_quarantine where state = 'deferred'),
    'commits', (select coalesce(sum(seq), 0) from sync_head),
    'audit_entries', (select coalesce(sum(n), 0) from audit_heads),
    'devices', (select coalesce(json_object_agg(state, n), '{}') from (select state, count(*) as n from devices where not deleted group by state) d),
    'devices_waiting', (select count(*) from devices where outbox_depth > 0 and state <> 'wiped' and not deleted),
    'unsent', (select coalesce(sum(outbox_depth), 0) from devices where state <> 'wiped' and not deleted),
    -- The work that waits longest, first.
    'waiting', (select coalesce(json_agg(w order by w.seconds desc), '[]') from (
      select id, outbox_depth as depth, greatest(0, extract(epoch from now() - oldest_pending_at))::float8 as seconds,
          extract(epoch from now() - last_seen_at)::float8 as silent_seconds
        from devices where outbox_depth > 0 and oldest_pending_at is not null and state <> 'wiped' and not deleted
        order by oldest_pending_at limit 20) w),
    -- How far the devices that were heard of within the hour are behind the last commit.
    'behind', (select coalesce(max(h.seq - d.cursor_seq), 0) from devices d join sync_head h on h.facility_id = d.facility_id
      where d.last_seen_at > now() - interval '1 hour' and d.state = 'active' and not d.deleted))
$$;
revoke execute on function server_figures() from public;
grant execute on function server_figures() to psa_server;
