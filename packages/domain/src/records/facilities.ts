import { NOBODY, ROLES } from '../access.ts';
import { text } from '../fields.ts';
import { defineRecord } from '../record.ts';

export const facilities = defineRecord({
  name: 'facilities',
  title: 'Facility',
  titles: 'Facilities',
  about: 'A hospital. Every other row belongs to one.',
  scope: 'ref',
  merge: 'server',
  fields: {
    name: text('Name', { required: true, max: 200 }),
    short_name: text('Short name', { required: true, max: 20 }),
    country: text('Country', { required: true }),
    time_zone: text('Time zone', { required: true, max: 60, help: 'IANA name, for example Africa/Lagos.' }),
  },
  access: { read: ROLES, create: NOBODY, edit: ['super_admin'], retract: NOBODY },
  list: ['name', 'short_name', 'time_zone'],
});
