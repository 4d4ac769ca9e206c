import { CLINICIANS, rolesOf } from '../access.ts';
import { choice, flag, instant, link, note, text } from '../fields.ts';
import { defineRecord } from '../record.ts';
import { ANTIBIOTIC, EXCEPTIONS, phaseChecks, SIGN_IN, SIGN_OUT, TIME_OUT } from './checklist_phases.ts';
import { ALLERGIES } from './rests_on.ts';

const PREPARED = ['No', 'Yes, prepared', 'Yes, not prepared'] as const;
const APPLIES = ['Yes', 'No', 'Not applicable'] as const;
const SIGNED = 'This phase was signed and stays as it is.';

const completed = <P extends string>(label: string, phase: P) => ({
  flag: flag(`${label} signed`, { merge: `group:${phase}` }),
  by: link(`${label} signed by`, 'users', { merge: 'server', stamp: { as: 'who', of: `${phase}_completed` } }),
  at: instant(`${label} signed at`, { merge: 'server', stamp: { as: 'when', of: `${phase}_completed` } }),
});
const [signIn, timeOut, signOut] = [
  completed('Sign In', 'sign_in'),
  completed('Time Out', 'time_out'),
  completed('Sign Out', 'sign_out'),
];

export const surgical_checklists = defineRecord({
  name: 'surgical_checklists',
  title: 'Surgical safety checklist',
  titles: 'Surgical safety checklists',
  about: 'The WHO Surgical Safety Checklist (2009) of one operation: three phases, each signed by a person and then closed.',
  scope: 'clinical',
  merge: 'field',
  fields: {
    // Not required of a sender: the database takes the patient from the operation.
    patient_id: link('Patient', 'patients', { merge: 'append', hidden: true, from: 'surgery_booking_id' }),
    surgery_booking_id: link('Operation', 'surgery_bookings', { required: true, merge: 'append' }),

    patient_identity_confirmed: flag('Patient has confirmed identity, site and procedure', { merge: 'group:sign_in' }),
    consent_confirmed: flag('Consent confirmed', { merge: 'group:sign_in' }),
    site_marked: flag('Site marked, or marking not applicable', { merge: 'group:sign_in' }),
    anaesthesia_check: flag('Anaesthesia machine and medication check complete', { merge: 'group:sign_in' }),
    pulse_oximeter: flag('Pulse oximeter on the patient and working', { merge: 'group:sign_in' }),
    equipment_issues_check: flag('Equipment checked', { merge: 'group:sign_in' }),
    allergies_checked: flag('Allergies checked', { merge: 'group:sign_in' }),
    known_allergy: flag('Patient has a known allergy', { merge: 'group:sign_in' }),
    difficult_airway: choice('Difficult airway or aspiration risk', PREPARED, {
      merge: 'group:sign_in',
      help: 'Prepared: equipment and assistance are there.',
    }),
    blood_loss_risk: choice('Risk of losing more than 500 mL of blood (children: 7 mL/kg)', PREPARED, {
      merge: 'group:sign_in',
      help: 'Prepared: two intravenous lines or a central line, and fluids planned.',
    }),
    sign_in_exception: note(EXCEPTIONS.sign_in, { max: 1000, merge: 'group:sign_in' }),
    sign_in_completed: signIn.flag,
    sign_in_completed_by: signIn.by,
    sign_in_completed_at: signIn.at,

    team_introductions: flag('All team members have given name and role', { merge: 'group:time_out' }),
    procedure_confirmed: flag('Patient, site and procedure confirmed aloud', { merge: 'group:time_out' }),
    antibiotic_prophylaxis: choice('Antibiotic prophylaxis within the last 60 minutes', APPLIES, { merge: 'group:time_out' }),
    antibiotic_name: text('Antibiotic', {
      max: 255,
      merge: 'group:time_out',
      help: 'The generic name alone: cefazolin. Whether it is in time stands below.',
    }),
    antibiotic_started_at: instant('Antibiotic begun', { merge: 'group:time_out' }),
    critical_steps_reviewed: flag('Surgeon: critical steps, duration and blood loss reviewed', { merge: 'group:time_out' }),
    anticipated_events: flag('Anticipated critical events reviewed', { merge: 'group:time_out' }),
    anaesthesia_concerns_reviewed: flag('Anaesthetist: concerns about this patient reviewed', { merge: 'group:time_out' }),
    sterility_confirmed: flag('Nurse: sterility, with indicator results, confirmed', { merge: 'group:time_out' }),
    imaging_displayed: choice('Essential imaging displayed', APPLIES, { merge: 'group:time_out' }),
    time_out_exception: note(EXCEPTIONS.time_out, { max: 1000, merge: 'group:time_out' }),
    time_out_completed: timeOut.flag,
    time_out_completed_by: timeOut.by,
    time_out_completed_at: timeOut.at,

    procedure_recorded: flag('Name of the procedure recorded', { merge: 'group:sign_out' }),
    instrument_count_correct: flag('Instrument, sponge and needle counts correct, or not applicable', {
      merge: 'group:sign_out',
    }),
    counts_searched: flag('Counts wrong: searched and imaged', { merge: 'group:sign_out' }),
    specimen_labeled: flag('Specimens labelled with the patient’s name, or none', { merge: 'group:sign_out' }),
    equipment_problems: flag('Equipment problems addressed, or none', { merge: 'group:sign_out' }),
    recovery_concerns_reviewed: flag('Key concerns for recovery reviewed', { merge: 'group:sign_out' }),
    sign_out_exception: note(EXCEPTIONS.sign_out, { max: 1000, merge: 'group:sign_out' }),
    sign_out_completed: signOut.flag,
    sign_out_completed_by: signOut.by,
    sign_out_completed_at: signOut.at,

    notes: note('Notes'),
  },
  access: {
    read: rolesOf('clinical'),
    create: CLINICIANS,
    edit: CLINICIANS,
    retract: ['consultant', 'senior_registrar'],
    guards: [
      { about: 'sign the Sign In', fields: ['sign_in_completed'], roles: CLINICIANS },
      {
        about: 'sign the Time Out and the Sign Out',
        fields: ['time_out_completed', 'sign_out_completed'],
        roles: ['consultant', 'senior_registrar', 'junior_registrar', 'anaesthetist', 'nursing'],
      },
      {
        about: 'go on although an item of the checklist is not met',
        fields: ['sign_in_exception', 'time_out_exception', 'sign_out_exception'],
        roles: ['consultant', 'senior_registrar', 'junior_registrar', 'anaesthetist'],
      },
    ],
  },
  checks: phaseChecks,
  unique: [
    {
      name: 'surgical_checklists_one_each',
      fields: ['surgery_booking_id'],
      say: 'This operation has a checklist already.',
    },
  ],
  across: [
    {
      name: 'surgical_checklists_same_patient',
      fields: ['surgery_booking_id'],
      same: 'patient_id',
      say: 'This operation is of another patient.',
    },
  ],
  rests: [
    {
      name: 'surgical_checklists_signed',
      act: 'the checklist is signed',
      when: { sets: { sign_in_completed: [], time_out_completed: [], sign_out_completed: [] } },
      on: [{ kind: 'surgery_bookings', fields: ['laterality', 'procedure_name'], as: 'surgery_booking_id' }, ...ALLERGIES],
      done: true,
    },
  ],
  locks: [
    {
      name: 'surgical_checklists_sign_in_signed',
      when: { field: 'sign_in_completed', is: [true] },
      fields: [...SIGN_IN.items, ...SIGN_IN.signature],
      say: SIGNED,
    },
    {
      name: 'surgical_checklists_time_out_signed',
      when: { field: 'time_out_completed', is: [true] },
      fields: [...TIME_OUT.items, ...ANTIBIOTIC, ...TIME_OUT.signature],
      say: SIGNED,
    },
    {
      name: 'surgical_checklists_sign_out_signed',
      when: { field: 'sign_out_completed', is: [true] },
      fields: [...SIGN_OUT.items, 'counts_searched', ...SIGN_OUT.signature],
      say: SIGNED,
    },
  ],
  form: [
    { title: 'Operation', fields: ['surgery_booking_id'] },
    { title: 'Sign In, before anaesthesia', fields: [...SIGN_IN.items, ...SIGN_IN.signature] },
    { title: 'Time Out, before the incision', fields: [...TIME_OUT.items, ...ANTIBIOTIC, ...TIME_OUT.signature] },
    {
      title: 'Sign Out, before leaving the theatre',
      fields: [...SIGN_OUT.items, 'counts_searched', ...SIGN_OUT.signature],
    },
    { title: 'Notes', fields: ['notes'] },
  ],
  list: ['surgery_booking_id', 'sign_in_completed_at', 'time_out_completed_at', 'sign_out_completed_at', 'notes'],
});
