/** Which fields a person is offered in a form, and why others stand still. Pure: `may()` and the declaration say it all. */
import { type Actor, type FieldSpec, type Guard, type Json, may, mergeRuleOf, type RecordDef, ROLE_TITLES } from '@psa/domain';

/** What a person is offered of a record. */
export interface Offer {
  /** What may be filled in, in declaration order. */
  fields: string[];
  /** What stands still for this person or in this state, with the reason. */
  held: { field: string; why: string }[];
  /** The declaration with choices narrowed to what this person may choose now. */
  def: RecordDef;
}

type Row = Readonly<Record<string, Json>>;

/** Something a person writes: not the server's, not kept out of forms. */
const isOffered = (def: RecordDef, name: string): boolean => !def.fields[name]?.hidden && mergeRuleOf(def, name) !== 'server';

const rolesText = (guard: Guard): string => {
  const names = guard.roles.map((role) => ROLE_TITLES[role].toLowerCase());
  return names.length > 1 ? `${names.slice(0, -1).join(', ')} or ${names.at(-1)}` : (names[0] ?? 'nobody');
};

/** Why the field cannot be written, or undefined. */
function heldBy(actor: Actor, def: RecordDef, name: string, row: Row | undefined): string | undefined {
  const guard = def.access.guards?.find((g) => !g.values && g.fields.includes(name) && !g.roles.includes(actor.role));
  if (guard) return `Set by: ${rolesText(guard)}.`;
  // Who comes first is entered with the same save: the second must be somebody else, and later.
  const second = def.access.guards?.some(
    (g) => g.fields.includes(name) && g.not_self && def.fields[g.not_self]?.stamp && (row?.[g.not_self] ?? null) === null,
  );
  if (second) return 'Set afterwards, by somebody else.';
  if (!row) return undefined;
  const other = def.access.guards?.some((g) => g.fields.includes(name) && g.not_self && row[g.not_self] === actor.user_id);
  if (other) return 'Set by somebody other than you.';
  return def.locks?.find((l) => l.fields.includes(name) && l.when.is.some((v) => v === row[l.when.field]))?.say;
}

/** The words of a choice that may follow from where it stands, for this person. */
function choicesNow(actor: Actor, def: RecordDef, name: string, field: FieldSpec, row: Row | undefined): readonly string[] {
  const now = row?.[name];
  const steps = (def.transitions as Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> | undefined)?.[name];
  const next = steps && typeof now === 'string' ? [now, ...(steps[now] ?? [])] : (field.choices ?? []);
  const barred = (def.access.guards ?? []).flatMap((g) =>
    g.fields.includes(name) && !g.roles.includes(actor.role) && (!g.from || g.from.some((v) => v === now))
      ? (g.values ?? [])
      : [],
  );
  return (field.choices ?? []).filter((c) => c === now || (next.includes(c) && !barred.includes(c)));
}

/** @param row the row to be changed; absent for a new one. */
export function offer(actor: Actor, def: RecordDef, row?: Row): Offer {
  const mine = def.access.self && row?.[def.access.self.field] === actor.user_id ? def.access.self.fields : [];
  const out: Offer = { fields: [], held: [], def };
  const fields: Record<string, FieldSpec> = { ...def.fields };
  for (const [name, field] of Object.entries(def.fields)) {
    if (!isOffered(def, name)) continue;
    if (row && mergeRuleOf(def, name) === 'append') continue;
    if (row && !may(actor, 'edit', def, [name]) && !mine.includes(name)) continue;
    const why = heldBy(actor, def, name, row);
    if (why !== undefined) {
      out.held.push({ field: name, why });
      continue;
    }
    out.fields.push(name);
    if (field.kind === 'choice') fields[name] = { ...field, choices: choicesNow(actor, def, name, field, row) };
  }
  return { ...out, def: { ...def, fields } };
}

/** Whether anything of this row may be changed by this person. */
export const mayChange = (actor: Actor, def: RecordDef, row: Row): boolean => offer(actor, def, row).fields.length > 0;

/** Whether this row is for this person's eyes: of what belongs to one person, only their own, or what they have just begun here. */
export function isMine(actor: Actor, def: RecordDef, row: object): boolean {
  const { own } = def.access;
  if (!own?.actions.includes('read')) return true;
  const values = row as Row;
  return (values[own.field] ?? values.created_by ?? actor.user_id) === actor.user_id;
}
