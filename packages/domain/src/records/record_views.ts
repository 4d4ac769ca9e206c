import { NOBODY } from '../access.ts';
import { instant, link } from '../fields.ts';
import { defineRecord } from '../record.ts';
import { patients } from './patients.ts';

export const record_views = defineRecord({
  name: 'record_views',
  title: 'Opened record',
  titles: 'Opened records',
  about:
    "That a person opened a patient's record on a device, told by the device when it can. The audit tells it as a reading.",
  scope: 'none',
  merge: 'append',
  fields: {
    patient_id: link('Patient', 'patients', { required: true }),
    viewed_at: instant('Opened', { required: true }),
  },
  reads: 'patient_id',
  access: { read: ['super_admin'], create: patients.access.read, edit: NOBODY, retract: NOBODY },
});
