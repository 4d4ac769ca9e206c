import {
  type AnyRow,
  brokenChecks,
  chanceFrom,
  type FieldSpec,
  type Json,
  mayOn,
  mergeGroupOf,
  mergeRuleOf,
  type Patch,
  RECORD_LIST,
  type RecordDef,
  randomFields,
  randomValue,
  recordOf,
} from '@psa/domain';
import type { Wish } from '../device/groups.ts';
import { newFieldsOf } from './kinds.ts';
import { busyRow, creation, edit, fresh, type Scene } from './scene.ts';

/** Filled forms of each kind; links and what must be unique are filled in anew each time. */
const FORMS_PER_KIND = 16;
const TRIES = 5;
/** Per cent of the forms that are sent although the screen would not have allowed it. */
const WRONG_PERCENT = 3;
const SOMEBODY = '00000000-0000-7000-8000-000000000001';

const forms = new Map<string, readonly Patch[]>();

/** The same filled forms on every day: made once, as most of the time of a day would go into finding valid ones. */
function formsOf(def: RecordDef): readonly Patch[] {
  const known = forms.get(def.name);
  if (known) return known;
  const chance = chanceFrom(RECORD_LIST.indexOf(def));
  const links = Object.fromEntries(RECORD_LIST.map(({ name }) => [name, [SOMEBODY]]));
  const made = Array.from({ length: FORMS_PER_KIND }, () => randomFields(def, chance, links));
  forms.set(def.name, made);
  return made;
}

const kindOf = (kind: string): RecordDef => {
  const def = recordOf(kind);
  if (!def) throw new Error(`no record is called ${kind}`);
  return def;
};

/** Whether the app on this device has such a field, and a person may write it. */
const offered = (s: Scene, def: RecordDef, field: string): boolean =>
  mergeRuleOf(def, field) !== 'server' && (s.device.knowsNew() || !newFieldsOf(def).has(field));

/**
 * A new row as somebody fills in its form: valid, with links to rows that the screen shows, mostly of the same patient.
 * @param given what is known already. @returns null when the form cannot be filled in here.
 */
export async function newRow(s: Scene, kind: string, given: Patch = {}, id = s.device.newId()): Promise<Wish | null> {
  const def = kindOf(kind);
  for (let tries = 0; tries < TRIES; tries++) {
    const patch = await filledIn(s, def, s.random.pick(formsOf(def)) ?? {}, given);
    if (!patch) return null;
    if (permitted(s, def, patch) || s.random.happens(WRONG_PERCENT)) return creation(kind, id, patch);
  }
  return null;
}

async function filledIn(s: Scene, def: RecordDef, form: Patch, given: Patch): Promise<Patch | null> {
  const patch: Patch = {};
  let patient = typeof given.patient_id === 'string' ? given.patient_id : null;
  const once = new Set((def.unique ?? []).flatMap((rule) => rule.fields));
  for (const [name, field] of Object.entries(def.fields)) {
    if (!offered(s, def, name)) continue;
    let value = Object.hasOwn(given, name) ? (given[name] ?? null) : (form[name] ?? null);
    if (!Object.hasOwn(given, name) && field.kind === 'link' && value !== null) {
      value = await linked(s, def, name, field, patient);
      if (value === null && field.required) return null;
    }
    // The patient is left to a trigger.
    if (value === null && field.from !== undefined && s.without.size > 0) return null;
    if (field.to === 'patients' && typeof value === 'string') patient ??= value;
    if (once.has(name) && field.kind === 'text' && !Object.hasOwn(given, name))
      value = fresh(s, name).slice(-(field.max ?? 100));
    if (value !== null) patch[name] = value;
  }
  withoutRights(s, def, patch);
  return patch;
}

/** The id of a row that the screen shows; one of the same patient, unless somebody picks the wrong line. */
async function linked(s: Scene, def: RecordDef, name: string, field: FieldSpec, patient: string | null): Promise<Json> {
  const same = (def.across ?? []).some((rule) => rule.same !== undefined && rule.fields.includes(name));
  const careful = same && !s.random.happens(WRONG_PERCENT);
  const row = await busyRow(s, field.to ?? '', (r) => !careful || patient === null || r.patient_id === patient);
  return row?.id ?? null;
}

/** Leaves out what only others may fill in: a result, a signature, an approval. */
function withoutRights(s: Scene, def: RecordDef, patch: Patch): void {
  for (const guard of def.access.guards ?? []) {
    if (s.actor === undefined || guard.roles.includes(s.actor.role) || guard.from) continue;
    for (const field of guard.fields) if (!def.fields[field]?.required) delete patch[field];
  }
}

const whole = (def: RecordDef, patch: Patch): Patch => ({
  ...Object.fromEntries(Object.keys(def.fields).map((f): [string, Json] => [f, null])),
  ...patch,
});

function permitted(s: Scene, def: RecordDef, patch: Patch): boolean {
  const row = whole(def, patch);
  if (brokenChecks(def, row).length > 0 || s.actor === undefined) return false;
  // Whose row it is, is filled in by the server.
  const { own } = def.access;
  return mayOn(s.actor, 'create', def, own ? { ...row, [own.field]: s.actor.user_id } : row, patch);
}

/** An edit that says so much, when the screen would allow it. Now and then also when not. */
export function allowedEdit(s: Scene, kind: string, row: AnyRow, patch: Patch): Wish[] {
  const def = kindOf(kind);
  if (!Object.keys(patch).every((f) => offered(s, def, f))) return [];
  const fits =
    s.actor !== undefined &&
    mayOn(s.actor, 'edit', def, row, patch) &&
    mayOn(s.actor, 'edit', def, { ...row, ...patch }, patch);
  const held = (def.locks ?? []).some(
    (lock) => lock.when.is.some((v) => v === row[lock.when.field]) && Object.keys(patch).some((f) => lock.fields.includes(f)),
  );
  const valid = fits && !held && brokenChecks(def, { ...row, ...patch }).length === 0;
  return valid || s.random.happens(WRONG_PERCENT) ? [edit(kind, row, patch)] : [];
}

/** Something else in one or two fields of a row, or in all fields that change together. */
export async function changeOf(s: Scene, kind: string, row: AnyRow): Promise<Wish[]> {
  const def = kindOf(kind);
  const open = Object.keys(def.fields).filter((f) => offered(s, def, f) && mergeRuleOf(def, f) !== 'append');
  for (let tries = 0; tries < TRIES && open.length > 0; tries++) {
    const first = s.random.pick(open) ?? '';
    const together = mergeGroupOf(def, first).filter((f) => open.includes(f));
    const some = s.random.happens(30) ? together.slice(0, 4) : [first];
    const fields = s.random.happens(40) ? [...some, s.random.pick(open) ?? first] : some;
    const patch: Patch = {};
    for (const field of new Set(fields)) patch[field] = await otherValue(s, def, field, row);
    const wishes = allowedEdit(s, kind, row, patch);
    if (wishes.length > 0) return wishes;
  }
  return [];
}

async function otherValue(s: Scene, def: RecordDef, name: string, row: AnyRow): Promise<Json> {
  const field = def.fields[name];
  if (!field) return null;
  if (!field.required && s.random.happens(10)) return null;
  if (field.kind === 'link') return (await linked(s, def, name, field, patientOf(row))) ?? row[name] ?? null;
  const steps = stepsFrom(def, name, row[name] ?? null);
  if (steps) return (s.random.happens(95) ? s.random.pick(steps) : s.random.pick(field.choices ?? [])) ?? row[name] ?? null;
  return randomValue(field, s.random.forRows);
}

const patientOf = (row: AnyRow): string | null => (typeof row.patient_id === 'string' ? row.patient_id : null);

function stepsFrom(def: RecordDef, field: string, from: Json): readonly string[] | undefined {
  const all = def.transitions as Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> | undefined;
  const steps = all && Object.hasOwn(all, field) ? all[field] : undefined;
  return steps && typeof from === 'string' ? (steps[from] ?? []) : undefined;
}
