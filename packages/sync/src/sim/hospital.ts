import type { Actor, Role } from '@psa/domain';
import type { Wish } from '../device/groups.ts';
import type { SimServer } from './server.ts';

const STAFF: readonly Role[] = ['super_admin', 'consultant', 'senior_registrar', 'house_officer', 'nursing', 'pharmacy', 'lab'];

/** Who works in the simulated hospital, and what stands in its database before the day begins. */
export interface Hospital {
  admin: Actor;
  /** User ids by role. */
  staff: ReadonlyMap<Role, string>;
}

/** Fills an empty server: the facility, its people, two wards, three patients. */
export async function foundHospital(server: SimServer): Promise<Hospital> {
  const facility_id = server.facility;
  const staff = new Map(STAFF.map((role) => [role, server.newId()]));
  const admin: Actor = { user_id: staff.get('super_admin') ?? '', facility_id, role: 'super_admin' };
  const create = (kind: string, id: string, patch: Wish['patch']): Wish => ({ kind, id, op: 'create', base: 0, patch });
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
  for (const [role, id] of staff) server.people.set(id, { user_id: id, facility_id, role });
  return { admin, staff };
}
