import { CLINICIANS, DOCTORS } from '../access.ts';
import { choice, date, link, note, text, time } from '../fields.ts';
import { defineRecord } from '../record.ts';

export const clinic_appointments = defineRecord({
  name: 'clinic_appointments',
  title: 'Appointment',
  titles: 'Clinic appointments',
  about: 'One patient, one clinic, one slot, and whether they came.',
  scope: 'clinical',
  merge: 'field',
  fields: {
    patient_id: link('Patient', 'patients', { required: true, merge: 'append' }),
    clinic: choice('Clinic', ['General plastic', 'Reconstructive', 'Aesthetic', 'Hand', 'Burns', 'Wound', 'Follow-up'], {
      required: true,
      merge: 'group:slot',
    }),
    appointment_date: date('Day', { required: true, merge: 'group:slot' }),
    appointment_time: time('Time', { merge: 'group:slot' }),
    visit_type: choice('For', ['New', 'Follow-up', 'Before operation', 'After operation', 'Consultation', 'Dressing']),
    clinician_id: link('With', 'users'),
    status: choice('Status', ['Booked', 'Arrived', 'Seen', 'No Show', 'Cancelled'], { required: true, merge: 'state' }),
    reason: text('Reason', { max: 300 }),
    findings: note('Findings and plan', { max: 6000 }),
  },
  open: { field: 'status', is: ['Booked', 'Arrived'], until: 'appointment_date' },
  access: { read: CLINICIANS, create: CLINICIANS, edit: CLINICIANS, retract: DOCTORS },
  unique: [
    {
      name: 'clinic_appointments_one_slot',
      fields: ['patient_id', 'appointment_date', 'appointment_time'],
      where: { status: 'Booked' },
      say: 'This patient has an appointment at that time already.',
    },
  ],
  transitions: {
    status: {
      Booked: ['Arrived', 'Seen', 'No Show', 'Cancelled'],
      Arrived: ['Seen', 'Booked', 'Cancelled'],
      Seen: ['Arrived'],
      'No Show': ['Booked', 'Arrived'],
      Cancelled: ['Booked'],
    },
  },
  indexed: ['appointment_date'],
  list: ['appointment_date', 'appointment_time', 'clinic', 'visit_type', 'status'],
});
