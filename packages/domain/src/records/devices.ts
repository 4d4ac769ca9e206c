import { NOBODY } from '../access.ts';
import { choice, flag, instant, integer, link, text } from '../fields.ts';
import { defineRecord } from '../record.ts';

export const devices = defineRecord({
  name: 'devices',
  title: 'Device',
  titles: 'Devices',
  about: 'A browser that keeps a copy and sends writes. What it last reported, and whether it may still connect.',
  scope: 'none',
  merge: 'server',
  fields: {
    name: text('Name', { required: true }),
    state: choice('State', ['active', 'drain', 'revoked', 'wiped'], {
      required: true,
      merge: 'state',
      help: 'drain: sends what waits, then empties itself. revoked: empties itself at its next contact. wiped: is empty.',
    }),
    state_reason: text('Why', { max: 500 }),
    last_user_id: link('Last used by', 'users'),
    last_seen_at: instant('Last seen'),
    cursor_seq: integer('Has received up to', { least: 0, most: Number.MAX_SAFE_INTEGER }),
    outbox_depth: integer('Writes waiting', { least: 0, most: 1_000_000 }),
    oldest_pending_at: instant('Oldest write waiting since'),
    clock_offset_ms: integer('Clock ahead by', { least: -2_000_000_000, most: 2_000_000_000, unit: 'ms' }),
    schema_version: integer('Speaks protocol', { least: 1, most: 10_000 }),
    storage_persisted: flag('Storage protected'),
  },
  // An emptied browser comes back as a new device, with keys of its own.
  transitions: {
    state: { active: ['drain', 'revoked'], drain: ['active', 'revoked', 'wiped'], revoked: ['active', 'wiped'], wiped: [] },
  },
  checks: [
    {
      name: 'devices_state_explained',
      fields: ['state_reason'],
      say: 'Say why the device is withdrawn.',
      sql: "state = 'active' or state_reason is not null",
      test: (row) => row.state === 'active' || row.state_reason !== null,
    },
  ],
  access: { read: ['super_admin'], create: NOBODY, edit: ['super_admin'], retract: NOBODY },
  list: ['name', 'state', 'last_seen_at', 'outbox_depth', 'oldest_pending_at'],
});
