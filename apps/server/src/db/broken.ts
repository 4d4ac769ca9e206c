import { fieldCheck, linkConstraint, PROBLEMS, RECORD_LIST, recordOf } from '@psa/domain';
import type { Broken } from '@psa/sync';
import type pg from 'pg';

type Rule = (error: pg.DatabaseError) => Broken;

/** What each named constraint of the database means to a person: the words of the declaration. */
const RULES = new Map<string, Rule>();

const sameWords = (fields: readonly string[], say: string) => Object.fromEntries(fields.map((field) => [field, say]));

// No rule of one row: a trigger of 0013_account_guards.sql.
RULES.set('users_last_admin', () => ({ code: 'LAST_ADMIN', say: PROBLEMS.LAST_ADMIN.say, fields: {}, kind: 'users' }));

/** The id that a broken link named, from the only place where PostgreSQL tells it. */
const MISSING = /^Key \(facility_id, [^)]+\)=\([0-9a-f-]{36}, ([0-9a-f-]{36})\)/;

for (const def of RECORD_LIST) {
  for (const rule of def.unique ?? []) {
    const broken: Broken = { code: 'TAKEN', say: rule.say, fields: sameWords(rule.fields, rule.say), kind: def.name };
    RULES.set(rule.name, () => broken);
  }
  for (const rule of [...(def.checks ?? []), ...(def.against ?? []), ...(def.across ?? [])]) {
    const broken: Broken = { code: 'CONSTRAINT', say: rule.say, fields: sameWords(rule.fields, rule.say), kind: def.name };
    RULES.set(rule.name, () => broken);
  }
  for (const { name, fields, say } of def.locks ?? []) {
    RULES.set(name, () => ({ code: 'LOCKED', say, fields: sameWords(fields, say), kind: def.name }));
  }
  for (const [name, field] of Object.entries(def.fields)) {
    const check = fieldCheck(def, name);
    const say = PROBLEMS.INVALID.say;
    if (check) RULES.set(check.name, () => ({ code: 'INVALID', say, fields: { [name]: say }, kind: def.name }));
    if (field.kind !== 'link') continue;
    RULES.set(linkConstraint(def, name), (error) => {
      const id = MISSING.exec(error.detail ?? '')?.[1];
      return {
        code: 'BROKEN_LINK',
        say: PROBLEMS.BROKEN_LINK.say,
        fields: { [name]: PROBLEMS.BROKEN_LINK.say },
        kind: def.name,
        ...(id ? { missing: { kind: field.to ?? '', id } } : {}),
      };
    });
  }
}

/** What a refusal by PostgreSQL means, or undefined when it is no fault of what was to be written. */
export function brokenBy(error: pg.DatabaseError): Broken | undefined {
  const rule = RULES.get(error.constraint ?? '');
  if (rule) return rule(error);
  const kind = error.table;
  if (error.code === '23502' && error.column) {
    const say = `${recordOf(kind ?? '')?.fields[error.column]?.label ?? 'This'} is needed.`;
    return { code: 'INVALID', say, fields: { [error.column]: say }, kind };
  }
  // Class 22: a value that the column cannot hold. Zod refuses these first; the database does not say which field it was.
  if (error.code?.startsWith('22')) return { code: 'INVALID', say: PROBLEMS.INVALID.say, fields: {}, kind };
  return undefined;
}

/** Whether trying again may succeed: a deadlock, a lost race, or a key that somebody else inserted meanwhile. */
export function lostRace(error: pg.DatabaseError): boolean {
  if (error.code === '40001' || error.code === '40P01') return true;
  return error.code === '23505' && ownKey(error);
}

/** Whether a row with this id is there already. */
export const ownKey = (error: pg.DatabaseError): boolean => /_pkey$|_facility_id_id_key$/.test(error.constraint ?? '');
