import { type Actor, chanceFrom, type Patch, type Role, randomFields, recordOf } from '@psa/domain';
import type { Wish } from '../device/groups.ts';
import type { SimServer } from './server.ts';

const STAFF: readonly Role[] = [
  'super_admin',
  'consultant',
  'senior_registrar',
  'junior_registrar',
  'house_officer',
  'anaesthetist',
  'nursing',
  'pharmacy',
  'lab',
];

/** Who works in the simulated hospital, and what stands in its database before the day begins. */
export interface Hospital {
  admin: Actor;
  /** User ids by role. */
  staff: ReadonlyMap<Role, string>;
}

const create = (kind: string, id: string, patch: Wish['patch']): Wish => ({ kind, id, op: 'create', base: 0, patch });

/** Fills an empty server: the facility, its people, two wards, three patients, two items, a lesson, and two kinds that no device is ever sent. */
export async function foundHospital(server: SimServer): Promise<Hospital> {
  const facility_id = server.facility;
  const staff = new Map(STAFF.map((role) => [role, server.newId()]));
  const admin: Actor = { user_id: staff.get('super_admin') ?? '', facility_id, role: 'super_admin' };
  const facility = { name: 'Simulated Hospital', short_name: 'SIM', country: 'Nigeria', time_zone: 'Africa/Lagos' };
  await server.write(admin, [create('facilities', facility_id, facility)]);
  const people = [...staff].map(([role, id]) =>
    create('users', id, {
      email: `${role}@sim.example`,
      full_name: `Person ${role}`,
      role,
      is_approved: true,
      is_active: true,
    }),
  );
  await server.write(admin, people);
  const wards = ['A', 'B'].map((code) =>
    create('wards', server.newId(), { name: `Ward ${code}`, code, beds: ['B0', 'B1', 'B2'], is_active: true }),
  );
  await server.write(admin, wards);
  const patients = [1, 2, 3].map((n) =>
    create('patients', server.newId(), {
      hospital_number: `S-${n}`,
      first_name: 'First',
      last_name: `Standing ${n}`,
      gender: 'Female',
      date_of_birth_precision: 'Unknown',
    }),
  );
  await server.write(admin, patients);
  await server.write(admin, [...items(server), ...lesson(server), ...neverSent(server)]);
  for (const [role, id] of staff) server.known(id, { user_id: id, facility_id, role });
  return { admin, staff };
}

/** A notice for everybody: what is one person's own is on every device from the start. */
export async function tellEverybody(server: SimServer, { admin, staff }: Hospital): Promise<void> {
  const notices = [...staff].map(([role, user_id]) =>
    create('notifications', server.newId(), { user_id, kind: 'Other', message: `Good morning, ${role}` }),
  );
  await server.write(admin, notices);
}

const items = (server: SimServer): Wish[] =>
  ['Gauze', 'Suture'].map((item_name, n) =>
    create('surgical_consumables', server.newId(), {
      item_name,
      item_code: `C-${n}`,
      minimum_stock_level: 1,
      reorder_level: 2,
      is_active: true,
    }),
  );

function lesson(server: SimServer): Wish[] {
  const [topic, question] = [server.newId(), server.newId()];
  return [
    create('cme_topics', topic, {
      topic_name: 'Wounds',
      content: 'Text.',
      is_published: true,
      pass_mark: 50,
      credit_points: 1,
    }),
    create('mcq_questions', question, {
      cme_topic_id: topic,
      question_text: 'Which?',
      question_type: 'Single Choice',
      options: ['One', 'Two'],
    }),
    create('mcq_keys', server.newId(), { mcq_question_id: question, correct_options: [1] }),
  ];
}

/** Rows of kinds that never travel: no reply may ever hold one. */
const neverSent = (server: SimServer): Wish[] =>
  ['devices', 'ai_settings'].flatMap((kind, n) => {
    const def = recordOf(kind);
    const form: Patch = def ? randomFields(def, chanceFrom(n)) : {};
    const given = Object.entries(form).filter(([field, value]) => value !== null && def?.fields[field]?.kind !== 'link');
    return def ? [create(kind, server.newId(), Object.fromEntries(given))] : [];
  });
