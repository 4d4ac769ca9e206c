import { NOBODY, ROLES } from '../access.ts';
import { choice, flag, text } from '../fields.ts';
import { defineRecord } from '../record.ts';

export const users = defineRecord({
  name: 'users',
  title: 'Person',
  titles: 'People',
  about: 'Someone with an account. The password is kept apart and never leaves the server.',
  scope: 'ref',
  merge: 'server',
  fields: {
    email: text('E-mail', {
      required: true,
      max: 255,
      input: 'email',
      pattern: { source: '^[^\\s@]+@[^\\s@]+\\.[^\\s@]+$', say: 'An e-mail address, like name@example.ng.' },
    }),
    full_name: text('Full name', { required: true, max: 255 }),
    role: choice('Role', ROLES, { required: true }),
    department: text('Department'),
    specialization: text('Specialization'),
    license_number: text('Licence number', { max: 50 }),
    phone: text('Phone', { max: 20, input: 'tel' }),
    is_approved: flag('Approved', { required: true }),
    is_active: flag('Active', { required: true }),
  },
  access: {
    read: ROLES,
    create: NOBODY,
    edit: ['super_admin'],
    retract: NOBODY,
    self: { field: 'id', fields: ['full_name', 'department', 'specialization', 'license_number', 'phone'] },
    guards: [{ about: 'change a role', fields: ['role'], roles: ['super_admin'], not_self: 'id' }],
  },
  unique: [{ name: 'users_email_once', fields: ['email'], say: 'An account with this e-mail exists already.' }],
  list: ['full_name', 'role', 'department', 'is_approved', 'is_active'],
});
