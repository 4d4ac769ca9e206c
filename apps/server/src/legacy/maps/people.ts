import { type Patch, type RecordDef, ROLES, recordOf } from '@psa/domain';
import type { Wish } from '../../db/write.ts';
import { copy, type TableMap } from '../map.ts';
import type { Reading } from '../reading.ts';
import { BLOOD, NO_ALLERGY, plainWord, ROLE, SEX } from '../words.ts';

const patients = recordOf('patients') as RecordDef;

/**
 * People keep name and role, and nothing else of their rights: in the earlier app anybody could make an administrator of themself, so each
 * account waits for approval here, and has no password.
 */
export const users: TableMap = {
  table: 'users',
  kind: 'users',
  same: 'email',
  patch(r) {
    const email = r.text('email', 'username')?.toLowerCase() ?? null;
    const role = roleOf(r);
    if (r.flag('is_approved') === true)
      r.note('is_approved', true, false, 'Every account is approved anew, and gets a password here.');
    r.raw('password', 'password_hash', 'last_login');
    return {
      email,
      full_name: r.text('full_name', 'name'),
      role,
      ...copy(r, 'users', ['department', 'specialization', 'license_number', 'phone']),
      is_approved: false,
      is_active: r.flag('is_active') ?? true,
    };
  },
};

function roleOf(r: Reading): string | null {
  const found = r.text('role', 'training_level');
  if (found === null) {
    r.problems.role = 'No role is given.';
    return null;
  }
  const plain = plainWord(found);
  const role = ROLES.find((one) => plainWord(one) === plain) ?? ROLE[plain];
  if (role === undefined) r.problems.role = `The role “${found}” could mean more than one here: say which in the corrections.`;
  else if (role !== found) r.note('role', found, role, 'Called so here.');
  return role ?? null;
}

/** The patient of the first schema. `dob`, `sex` and the other names of later ones are read where they stand. */
export const people: TableMap = {
  table: 'patients',
  kind: 'patients',
  same: 'hospital_number',
  patch(r) {
    const birth = r.day('date_of_birth', 'dob');
    const known = birth !== null && birth <= r.today;
    if (birth !== null && !known) r.note('date_of_birth', birth, null, 'In the future.');
    if (!known) r.note('date_of_birth_precision', null, 'Unknown', 'There is no day of birth that can be read.');
    // What the whole name is made of is read; the browser's own copy of it is not needed.
    r.raw('full_name', 'name', 'serverId');
    return {
      hospital_number: r.text('hospital_number', 'hospitalNumber'),
      ...copy(r, 'patients', ['first_name', 'last_name', 'other_names']),
      date_of_birth: known ? birth : null,
      date_of_birth_precision: known ? null : 'Unknown',
      gender: r.choice(patients, 'gender', SEX, 'gender', 'sex'),
      phone: phoneOf(r, 'phone'),
      ...copy(r, 'patients', ['email', 'address', 'city', 'state', 'country', 'occupation', 'marital_status']),
      local_government_area: r.text('local_government_area', 'lga'),
      emergency_contact_name: r.text('emergency_contact_name', 'emergency_contact', 'next_of_kin_name', 'nextOfKin'),
      emergency_contact_phone: phoneOf(r, 'emergency_contact_phone', 'emergency_phone', 'next_of_kin_phone'),
      emergency_contact_relationship: r.text('emergency_contact_relationship', 'next_of_kin_relationship'),
      blood_group: r.choice(patients, 'blood_group', BLOOD),
      genotype: r.choice(patients, 'genotype'),
      allergies: r.text('allergies'),
      chronic_conditions: r.text('chronic_conditions', 'comorbidities', 'medical_history'),
      current_medications: r.text('current_medications'),
    };
  },
  also: (r, patch, id, childId) => allergiesOf(r, patch, id, childId),
};

/** The first number of a field that holds several. */
function phoneOf(r: Reading, ...names: readonly string[]): string | null {
  const text = r.text(...names);
  const [first, ...others] =
    text
      ?.split(/[,;/\n]+/)
      .map((part) => part.trim())
      .filter((part) => part !== '') ?? [];
  if (others.length > 0) r.note(names[0] ?? '', text, first ?? null, 'Several numbers; the first was taken.');
  return first ?? null;
}

/**
 * A comma-joined line of allergies, one record each, as the checks of a prescription read records. How severe, and what happened, was never
 * asked; words in brackets are the reaction.
 */
function allergiesOf(r: Reading, patch: Patch, id: string, childId: (word: string) => string): Wish[] {
  if (typeof patch.allergies !== 'string') return [];
  const words = [
    ...new Set(
      patch.allergies
        .split(/[,;\n]+/)
        .map((word) => word.trim())
        .filter((word) => word !== ''),
    ),
  ];
  const named = words.filter((word) => !NO_ALLERGY.has(plainWord(word)));
  const wish = (word: string, fields: Patch): Wish => ({
    kind: 'patient_allergies',
    id: childId(`allergy ${word.toLowerCase()}`),
    op: 'create',
    patch: { patient_id: id, status: 'Active', ...fields },
  });
  if (named.length < words.length && named.length > 0)
    r.note('allergies', patch.allergies, named.join(', '), 'Says both none and some; the named ones were taken.');
  if (words.length > 0 && named.length === 0) {
    r.note(
      'allergies',
      patch.allergies,
      'No known allergies',
      'Read as “no known allergies”; to be confirmed with the patient.',
    );
    return [wish('none known', { assertion: 'No known allergies' })];
  }
  return named.map((word) => {
    const [, substance = word, reaction = null] = /^(.*?)\s*\((.+)\)$/.exec(word) ?? [];
    r.note('allergies', word, substance, 'A record of its own; kind and severity were never asked.');
    return wish(word, { assertion: 'Allergy', substance, reaction });
  });
}
