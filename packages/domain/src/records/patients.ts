import { CLINICIANS, DOCTORS, ROLES } from '../access.ts';
import { choice, date, link, note, text } from '../fields.ts';
import { defineRecord } from '../record.ts';

export const patients = defineRecord({
  name: 'patients',
  title: 'Patient',
  titles: 'Patients',
  about: 'Who the patient is, how to reach them and their next of kin, and what never changes about their blood.',
  scope: 'identity',
  merge: 'field',
  fields: {
    hospital_number: text('Hospital number', { required: true, max: 50, merge: 'hold:hospital_number' }),
    first_name: text('First name', { required: true, merge: 'group:name' }),
    last_name: text('Surname', { required: true, merge: 'group:name' }),
    other_names: text('Other names', { merge: 'group:name' }),
    date_of_birth: date('Date of birth', { merge: 'hold:birth' }),
    date_of_birth_precision: choice('Date of birth is', ['Exact', 'Estimated', 'Unknown'], {
      merge: 'hold:birth',
      help: 'Choose Unknown when nobody can tell; then leave the date empty.',
    }),
    gender: choice('Sex', ['Male', 'Female', 'Other'], { required: true, merge: 'group:name' }),
    phone: text('Phone', { max: 20, input: 'tel' }),
    email: text('E-mail', {
      input: 'email',
      pattern: { source: '^[^\\s@]+@[^\\s@]+\\.[^\\s@]+$', say: 'An e-mail address, like name@example.ng.' },
    }),
    address: note('Address', { max: 1000 }),
    city: text('Town or city'),
    state: text('State'),
    country: text('Country'),
    local_government_area: text('Local government area'),
    occupation: text('Occupation'),
    marital_status: choice('Marital status', ['Single', 'Married', 'Widowed', 'Divorced', 'Separated']),
    payer: choice('Who pays', ['NHIS', 'Private insurance', 'Company', 'Self']),
    emergency_contact_name: text('Next of kin', { max: 200, merge: 'group:next_of_kin' }),
    emergency_contact_phone: text('Next of kin phone', { max: 20, input: 'tel', merge: 'group:next_of_kin' }),
    emergency_contact_relationship: text('Relationship', { merge: 'group:next_of_kin' }),
    blood_group: choice('Blood group', ['A+', 'A-', 'B+', 'B-', 'AB+', 'AB-', 'O+', 'O-'], { merge: 'hold:blood' }),
    genotype: choice('Genotype', ['AA', 'AS', 'SS', 'AC', 'SC'], { merge: 'hold:blood' }),
    allergies: note('Allergies as written', {
      max: 2000,
      merge: 'hold:allergies',
      hidden: true,
      help: 'Free text from older records. New allergies are entered one by one.',
    }),
    chronic_conditions: note('Chronic conditions', { max: 4000 }),
    current_medications: note('Current medications', { max: 4000 }),
    merged_into: link('Merged into', 'patients', { merge: 'server', hidden: true }),
  },
  access: { read: ROLES, create: CLINICIANS, edit: CLINICIANS, retract: DOCTORS },
  checks: [
    {
      name: 'patients_birth_known_or_said_unknown',
      fields: ['date_of_birth', 'date_of_birth_precision'],
      say: 'Give the date of birth, or say that it is unknown.',
      sql: "(date_of_birth is null) = (date_of_birth_precision is not distinct from 'Unknown')",
      test: (row) => (row.date_of_birth === null) === (row.date_of_birth_precision === 'Unknown'),
    },
  ],
  unique: [
    { name: 'patients_hospital_number_once', fields: ['hospital_number'], say: 'Another patient has this hospital number.' },
  ],
  indexed: ['last_name', 'phone'],
  form: [
    {
      title: 'Who',
      fields: [
        'hospital_number',
        'last_name',
        'first_name',
        'other_names',
        'gender',
        'date_of_birth',
        'date_of_birth_precision',
      ],
    },
    { title: 'Contact', fields: ['phone', 'email', 'address', 'city', 'local_government_area', 'state', 'country'] },
    {
      title: 'Next of kin',
      fields: ['emergency_contact_name', 'emergency_contact_phone', 'emergency_contact_relationship'],
    },
    { title: 'Medical', fields: ['blood_group', 'genotype', 'chronic_conditions', 'current_medications'] },
    { title: 'More', fields: ['occupation', 'marital_status', 'payer'] },
  ],
  list: ['last_name', 'first_name', 'hospital_number', 'gender', 'date_of_birth', 'phone'],
});
