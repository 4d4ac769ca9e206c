import { NOBODY, ROLES } from '../access.ts';
import { ARCHIVE_AFTER_DAYS } from '../archive.ts';
import { integer, text, texts } from '../fields.ts';
import { defineRecord } from '../record.ts';

/** How long a device may show records without having reached the server, where the hospital says nothing else. */
export const OFFLINE_LEASE_HOURS = 72;

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
    offline_lease_hours: integer('Records open without contact for', {
      least: 1,
      most: 720,
      unit: 'h',
      help: `A device that has not reached the server for so long asks for it before it opens. ${OFFLINE_LEASE_HOURS} hours unless set.`,
    }),
    archive_after_days: integer('Patients go to the archive after', {
      least: 30,
      most: 3650,
      unit: 'days',
      help: `Without a stay, booking, order or task that is open, and without anything written. ${ARCHIVE_AFTER_DAYS} days unless set.`,
    }),
    second_factor_roles: texts('Second factor needed by', {
      max: 30,
      help: 'Roles, as they are written in the interface. Whoever has one of them shows a code or a passkey beside the password.',
    }),
  },
  access: { read: ROLES, create: NOBODY, edit: ['super_admin'], retract: NOBODY },
  list: ['name', 'short_name', 'time_zone'],
});
