import { CLINICIANS, NOBODY } from '../access.ts';
import { choice, instant, integer, link, note, number, text } from '../fields.ts';
import { defineRecord } from '../record.ts';

export const flap_observations = defineRecord({
  name: 'flap_observations',
  title: 'Flap check',
  titles: 'Flap checks',
  about: 'One check of a flap, graft or replant: colour, warmth, refill, turgor, signal, and what was done.',
  scope: 'clinical',
  merge: 'append',
  fields: {
    patient_id: link('Patient', 'patients', { required: true }),
    admission_id: link('Admission', 'patient_admissions'),
    surgery_booking_id: link('Operation', 'surgery_bookings'),
    observed_at: instant('Checked', { required: true }),
    site: text('Flap', { required: true, max: 200, help: 'Which flap or digit, for example left ALT.' }),
    colour: choice('Colour', ['Pink', 'Pale', 'Mottled', 'Blue', 'Dusky', 'Congested'], { required: true }),
    temperature: choice('Warmth', ['Warm', 'Cool', 'Cold']),
    surface_temperature: number('Surface temperature', { least: 10, most: 45, decimals: 1, unit: '°C' }),
    capillary_refill: number('Capillary refill', { least: 0, most: 20, decimals: 1, unit: 's' }),
    turgor: choice('Turgor', ['Soft', 'Full', 'Tense', 'Flat']),
    doppler: choice('Doppler', ['Arterial and venous', 'Arterial only', 'Venous only', 'No signal', 'Not done']),
    pinprick: choice('Bleeding on pinprick', ['Bright red', 'Dark', 'None', 'Not done']),
    drain_output: integer('Drain since last check', { least: 0, most: 5000, unit: 'mL' }),
    action: note('Action', { max: 1000 }),
    informed: link('Informed', 'users'),
    recorded_by: link('Recorded by', 'users', { merge: 'server', stamp: { as: 'who' } }),
  },
  access: { read: CLINICIANS, create: CLINICIANS, edit: NOBODY, retract: CLINICIANS },
  across: [
    {
      name: 'flap_observations_same_patient',
      fields: ['admission_id', 'surgery_booking_id'],
      same: 'patient_id',
      say: 'This admission or operation is of another patient.',
    },
  ],
  indexed: ['observed_at'],
  list: ['observed_at', 'site', 'colour', 'capillary_refill', 'doppler'],
});
