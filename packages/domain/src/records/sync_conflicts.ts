import { NOBODY, ROLES } from '../access.ts';
import { choice, instant, json, link, text, texts } from '../fields.ts';
import { defineRecord } from '../record.ts';

export const sync_conflicts = defineRecord({
  name: 'sync_conflicts',
  title: 'Conflict',
  titles: 'Conflicts',
  about: 'Both versions of what two people changed apart, and how it was settled.',
  scope: 'row',
  merge: 'server',
  fields: {
    scope: text('Scope', { required: true, max: 60 }),
    kind: text('Record', { required: true }),
    record_id: text('Record id', { required: true }),
    op: choice('Wanted', ['create', 'edit', 'retract', 'restore'], { required: true }),
    fields: texts('Fields', { required: true }),
    base_version: json('Version the author had read'),
    theirs: json('Values on the server', { required: true }),
    mine: json('Values of the author', { required: true }),
    group_rest: json('Other writes of the same screen', { required: true }),
    severity: choice('Severity', ['low', 'high'], { required: true }),
    status: choice('Status', ['Open', 'Resolved'], { required: true }),
    mutation_id: text('Mutation', { required: true }),
    device_id: text('Device', { required: true }),
    author_id: link('Author', 'users', { required: true }),
    written_at: instant('Written', { required: true }),
    theirs_by: link('Changed by', 'users'),
    theirs_at: instant('Changed'),
    resolved_by: link('Settled by', 'users'),
    resolved_at: instant('Settled'),
    resolution: text('How', { max: 20 }),
  },
  access: { read: ROLES, create: NOBODY, edit: NOBODY, retract: NOBODY },
  indexed: ['record_id', 'status'],
  list: ['kind', 'fields', 'status', 'written_at'],
});
