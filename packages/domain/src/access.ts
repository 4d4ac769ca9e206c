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

/** Fields that not everybody who may write the record may set: an approval, a signature, a result. */
export interface Guard {
  /** What it protects, in a few words, for the table of rights. */
  about: string;
  fields: readonly string[];
  /** Only when the field is set to one of these; without it any value, and clearing too. */
  values?: readonly (string | boolean)[];
  /** Only when the row holds one of these now: a step that not everybody may take back. Never asked of a new row. */
  from?: readonly (string | boolean)[];
  roles: readonly Role[];
  /** Not even those roles on a row where this field names themselves: nobody raises their own role. */
  not_self?: string;
}

export interface RecordAccess {
  read: readonly Role[];
  create: readonly Role[];
  edit: readonly Role[];
  retract: readonly Role[];
  /** Roles that may edit these fields only, beside those who may edit all. */
  edit_only?: Partial<Record<Role, readonly string[]>>;
  /** Only on rows where this field names the person: one's own notices, one's own assessments. */
  own?: { field: string; actions: readonly Action[] };
  /** Whoever is named by this field may change these fields, whatever the role. */
  self?: { field: string; fields: readonly string[] };
  guards?: readonly Guard[];
  /** What is done by a way of its own, only while connected, and who may. */
  acts?: readonly { name: string; about: string; roles: readonly Role[] }[];
}

type Rights = { access: RecordAccess };
type Value = Readonly<Record<string, unknown>>;

/**
 * Whether this person may do this to a record of this kind at all. Screens and server ask the same function; `mayOn` asks about one row.
 * @param fields for `edit`: the fields that would change; a role limited to some fields may change only those.
 */
export function may(actor: Actor, action: Action, def: Rights, fields: readonly string[] = []): boolean {
  if (def.access[action].includes(actor.role)) return true;
  if (action !== 'edit') return false;
  const only = def.access.edit_only?.[actor.role];
  return only !== undefined && fields.length > 0 && fields.every((f) => only.includes(f));
}

/**
 * Whether this person may do this to this row: `may`, whose row it is, and the guards on what would be written.
 * @param row as it is, or as it would be; the one way in asks for both.
 * @param patch what would change: for `create` and `edit`.
 */
export function mayOn(actor: Actor, action: Action, def: Rights, row: Value, patch: Value = {}): boolean {
  const { own, self, guards = [] } = def.access;
  if (own?.actions.includes(action) && row[own.field] !== actor.user_id) return false;
  const fields = Object.keys(patch);
  if (!may(actor, action, def, fields)) {
    const mine = action === 'edit' && self !== undefined && row[self.field] === actor.user_id;
    if (!mine || fields.length === 0 || !fields.every((f) => self.fields.includes(f))) return false;
  }
  return guards.every((guard) => !guarded(guard, action, row, patch) || passes(guard, actor, row));
}

/** Whether this person may do what has a way of its own. */
export const mayAct = (actor: Pick<Actor, 'role'>, def: Rights, name: string): boolean =>
  def.access.acts?.some((act) => act.name === name && act.roles.includes(actor.role)) ?? false;

/** Whether a patch sets what a guard protects. A create that leaves the field empty sets nothing. */
function guarded(guard: Guard, action: Action, row: Value, patch: Value): boolean {
  return guard.fields.some((field) => {
    if (!Object.hasOwn(patch, field)) return false;
    if (guard.from && (action !== 'edit' || !guard.from.some((v) => v === row[field]))) return false;
    const value = patch[field] ?? null;
    if (guard.values) return guard.values.some((v) => v === value);
    return action === 'edit' || (value !== null && value !== false);
  });
}

const passes = (guard: Guard, actor: Actor, row: Value): boolean =>
  guard.roles.includes(actor.role) && (guard.not_self === undefined || row[guard.not_self] !== actor.user_id);

/** Whether this person may set this field of such a record to something, as far as can be said without the row. */
export function mayEditField(actor: Actor, def: Rights, field: string): boolean {
  if (!may(actor, 'edit', def, [field])) return false;
  return (def.access.guards ?? []).every(
    (g) => g.values !== undefined || !g.fields.includes(field) || g.roles.includes(actor.role),
  );
}

/**
 * The sets of rows that devices are sent, in the order in which a device fetches them.
 * - `ref`: lists everybody needs (facility, wards, people, consumables).
 * - `identity`: who a patient is, and allergies.
 * - `clinical`: what was found and done.
 * - `orders`: what the laboratory works on.
 * - `medicines`: prescriptions and what dosing needs (weight, height).
 * - `stock`: receipts, uses and counts.
 * - `learning`: lessons and questions without their keys. `authoring`: the keys.
 * - `known`: who the patients in the archive are, and their allergies (archive.ts): last, as nobody waits for them.
 */
export const SCOPES = [
  'ref',
  'identity',
  'clinical',
  'orders',
  'medicines',
  'stock',
  'learning',
  'authoring',
  'known',
] as const;
export type Scope = (typeof SCOPES)[number];

const CARE = ['ref', 'identity', 'clinical', 'orders', 'medicines', 'stock', 'learning', 'known'] as const;
const AUTHORS = [...CARE.slice(0, -1), 'authoring', 'known'] as const;

const SCOPES_BY_ROLE: Readonly<Record<Role, readonly Scope[]>> = {
  super_admin: ['ref', 'identity', 'stock', 'learning', 'known'],
  consultant: AUTHORS,
  senior_registrar: AUTHORS,
  junior_registrar: CARE,
  house_officer: CARE,
  medical_officer: CARE,
  anaesthetist: CARE,
  nursing: CARE,
  lab: ['ref', 'identity', 'orders', 'learning', 'known'],
  pharmacy: ['ref', 'identity', 'medicines', 'stock', 'learning', 'known'],
};

/** The scopes a role is sent, in the order a device should fetch them. */
export function scopesOf(role: Role): readonly Scope[] {
  return SCOPES_BY_ROLE[role];
}

/** The roles that are sent a scope: who may read a record of it. */
export function rolesOf(scope: Scope): readonly Role[] {
  return ROLES.filter((role) => SCOPES_BY_ROLE[role].includes(scope));
}

/**
 * The scope of something that tells of rows of all these scopes: only who is sent every one of them is sent it. The first that does is
 * taken, else the widest that is narrow enough.
 */
export function sharedScope(scopes: readonly string[]): string {
  const personal = scopes.find((scope) => scope.startsWith(PERSON));
  if (personal !== undefined) return personal;
  const named = SCOPES.filter((scope) => scopes.includes(scope));
  const common = ROLES.filter((role) => named.every((scope) => scopesOf(role).includes(scope)));
  const fits = (scope: string) => rolesOf(scope as Scope).every((role) => common.includes(role));
  return scopes.find(fits) ?? SCOPES.find(fits) ?? 'authoring';
}

const PERSON = 'user:';

/** The scope of what belongs to one person. */
export const personScope = (userId: string): string => `${PERSON}${userId}`;

/** All scopes this person's devices may hold, in the order to fetch them: those of the role and the person's own; the archive comes last. */
export const scopesOfActor = (actor: Actor): string[] => {
  const scopes = scopesOf(actor.role);
  return [...scopes.slice(0, -1), personScope(actor.user_id), ...scopes.slice(-1)];
};
