import { NOBODY } from '../access.ts';
import { instant, json, link, text } from '../fields.ts';
import { defineRecord } from '../record.ts';

export const audit_logs = defineRecord({
  name: 'audit_logs',
  title: 'Audit entry',
  titles: 'Audit log',
  about: 'Who did or read what, when, from where, before and after. Only ever added to.',
  scope: 'none',
  merge: 'server',
  fields: {
    user_id: link('Person', 'users'),
    action: text('Action', { required: true }),
    table_name: text('Record'),
    record_id: text('Record id'),
    old_values: json('Before'),
    new_values: json('After'),
    device_id: text('Device'),
    mutation_id: text('Mutation'),
    ip_address: text('Address', { max: 45 }),
    user_agent: text('Browser', { max: 300 }),
    at: instant('When', { required: true }),
  },
  access: { read: ['super_admin'], create: NOBODY, edit: NOBODY, retract: NOBODY },
  chained: 'at',
  indexed: ['record_id', 'user_id', 'table_name', 'action', 'at'],
});
