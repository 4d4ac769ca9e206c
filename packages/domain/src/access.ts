import type { RecordDef, Scope } from './record.ts';

export const ROLES = [
  'super_admin',
  'consultant',
  'senior_registrar',
  'junior_registrar',
  'house_officer',
  'medical_officer',
  'anaesthetist',
  'nursing',
  'lab',
  'pharmacy',
] as const;
export type Role = (typeof ROLES)[number];

export const ROLE_TITLES: Readonly<Record<Role, string>> = {
  super_admin: 'Administrator',
  consultant: 'Consultant',
  senior_registrar: 'Senior registrar',
  junior_registrar: 'Junior registrar',
  house_officer: 'House officer',
  medical_officer: 'Medical officer',
  anaesthetist: 'Anaesthetist',
  nursing: 'Nurse',
  lab: 'Laboratory',
  pharmacy: 'Pharmacy',
};

export const DOCTORS = [
  'consultant',
  'senior_registrar',
  'junior_registrar',
  'house_officer',
  'medical_officer',
  'anaesthetist',
] as const satisfies readonly Role[];
export const CLINICIANS = [...DOCTORS, 'nursing'] as const satisfies readonly Role[];
export const NOBODY = [] as const satisfies readonly Role[];

export type Action = 'read' | 'create' | 'edit' | 'retract';

/** The person on whose authority something is done. */
export interface Actor {
  user_id: string;
  facility_id: string;
  role: Role;
}

/**
 * Whether this person may do this to a record of this kind. Screens and server ask the same function.
 * @param fields for `edit`: the fields that would change; a role limited to some fields may change only those.
 */
export function may(actor: Actor, action: Action, def: RecordDef, fields: readonly string[] = []): boolean {
  if (def.access[action].includes(actor.role)) return true;
  if (action !== 'edit') return false;
  const only = def.access.edit_only?.[actor.role];
  return only !== undefined && fields.length > 0 && fields.every((f) => only.includes(f));
}

/** Whether this person may change this field of a record of this kind. */
export function mayEditField(actor: Actor, def: RecordDef, field: string): boolean {
  return may(actor, 'edit', def, [field]);
}

const SCOPES_BY_ROLE: Readonly<Record<Role, readonly Scope[]>> = {
  super_admin: ['ref', 'identity'],
  consultant: ['ref', 'identity', 'clinical'],
  senior_registrar: ['ref', 'identity', 'clinical'],
  junior_registrar: ['ref', 'identity', 'clinical'],
  house_officer: ['ref', 'identity', 'clinical'],
  medical_officer: ['ref', 'identity', 'clinical'],
  anaesthetist: ['ref', 'identity', 'clinical'],
  nursing: ['ref', 'identity', 'clinical'],
  lab: ['ref', 'identity'],
  pharmacy: ['ref', 'identity'],
};

/** The scopes a role is sent, in the order a device should fetch them. */
export function scopesOf(role: Role): readonly Scope[] {
  return SCOPES_BY_ROLE[role];
}
