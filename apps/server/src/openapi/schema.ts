import { type FieldSpec, type Json, mergeRuleOf, type RecordDef, recordOf, UUID } from '@psa/domain';
import { z } from 'zod';

/** A JSON Schema of draft 2020-12, as OpenAPI 3.1 takes it. */
export type Schema = { [keyword: string]: Json };

/** The schema of a body that the server reads with zod. */
export const from = (schema: z.ZodType): Schema => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return rest as Schema;
};
export const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });
export const text = (more: Schema = {}): Schema => ({ type: 'string', ...more });
export const flag = (more: Schema = {}): Schema => ({ type: 'boolean', ...more });
export const whole = (more: Schema = {}): Schema => ({ type: 'integer', ...more });
export const list = (items: Schema, more: Schema = {}): Schema => ({ type: 'array', items, ...more });
export const orNull = (schema: Schema): Schema =>
  typeof schema.type === 'string' && schema.enum === undefined
    ? { ...schema, type: [schema.type, 'null'] }
    : { anyOf: [schema, { type: 'null' }] };

/** An object of exactly these properties, all of them there but those of `optional`. */
export function object(properties: Readonly<Record<string, Schema>>, optional: readonly string[] = []): Schema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', properties, ...(required.length > 0 ? { required } : {}), additionalProperties: false };
}

export const ID: Schema = text({ format: 'uuid', pattern: UUID.source });
const DAY: Schema = text({ format: 'date', pattern: '^\\d{4}-\\d{2}-\\d{2}$' });
export const MOMENT: Schema = text({ format: 'date-time', pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z$' });

const kinds: Readonly<Record<FieldSpec['kind'], (f: FieldSpec) => Schema>> = {
  text: (f) => text({ minLength: 1, maxLength: f.max ?? 100, ...(f.pattern ? { pattern: f.pattern.source } : {}) }),
  note: (f) => text({ minLength: 1, maxLength: f.max ?? 10_000 }),
  choice: (f) => text({ enum: [...(f.choices ?? [])] }),
  flag: () => flag(),
  date: () => DAY,
  instant: () => MOMENT,
  time: () => text({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$' }),
  integer: (f) => whole(bounds(f)),
  number: (f) => ({ type: 'number', ...bounds(f) }),
  link: () => ID,
  texts: (f) => list(text({ minLength: 1, maxLength: f.max ?? 100 }), { maxItems: 200 }),
  json: () => ({}),
};

const bounds = (f: FieldSpec): Schema => ({
  ...(f.least === undefined ? {} : { minimum: f.least }),
  ...(f.most === undefined ? {} : { maximum: f.most }),
});

/** `an allergy`, `a patient`. */
export const aOf = ({ title }: RecordDef): string =>
  `${/^[aeiou]/i.test(title) ? 'an' : 'a'} ${title.charAt(0).toLowerCase()}${title.slice(1)}`;

/** What a field is, in words that a schema cannot say. */
export function aboutField(f: FieldSpec): string {
  const linked = f.kind === 'link' ? recordOf(f.to ?? '') : undefined;
  const words = [
    f.help,
    f.unit === undefined ? undefined : `In ${f.unit}.`,
    f.decimals ? `At most ${f.decimals} digits after the point.` : undefined,
    linked && `The id of ${aOf(linked)}.`,
  ];
  return words.filter((word) => word !== undefined).join(' ');
}

/** The schema of a field of a row, or of a body that sets it. */
export function fieldSchema(f: FieldSpec): Schema {
  const about = aboutField(f);
  const schema = f.required ? kinds[f.kind](f) : f.kind === 'json' ? {} : orNull(kinds[f.kind](f));
  return { title: f.label, ...(about === '' ? {} : { description: about }), ...schema };
}

const system: Readonly<Record<string, Schema>> = {
  id: ID,
  facility_id: ID,
  created_by: orNull(ID),
  updated_by: orNull(ID),
  created_at: MOMENT,
  updated_at: MOMENT,
  deleted: flag({ description: 'Retracted. Nothing leaves the database.' }),
  row_version: whole({ minimum: 1, description: '1 at creation, one more with each change.' }),
};

const declared = (def: RecordDef, keep: (name: string) => boolean): Record<string, Schema> =>
  Object.fromEntries(
    Object.entries(def.fields)
      .filter(([name]) => keep(name))
      .map(([name, f]) => [name, fieldSchema(f)]),
  );

/** A whole row: every field there, null where nothing is recorded. `inside`: what travels in it. */
export const rowSchema = (def: RecordDef, inside: Readonly<Record<string, Schema>> = {}): Schema => ({
  title: def.title,
  description: [def.about, ...rulesOf(def)].join('\n'),
  ...object({ ...system, ...declared(def, () => true), ...inside }, Object.keys(inside)),
});

/** Whether somebody outside the server may set a field. */
const isSettable = (def: RecordDef, name: string): boolean =>
  def.merge === 'server' ? def.fields[name]?.stamp === undefined : mergeRuleOf(def, name) !== 'server';

/** What a body may carry. @param absent fields that the server fills when a new row names none. */
export function bodySchema(def: RecordDef, op: 'new' | 'change', absent: readonly string[] = []): Schema {
  const given = declared(def, (name) => isSettable(def, name));
  const optional = Object.keys(given).filter((name) => op === 'change' || !def.fields[name]?.required || absent.includes(name));
  const row_version = whole({
    minimum: 1,
    description: 'The version that was read: then an unseen change is told as a conflict.',
  });
  return object({ id: ID, row_version, ...given }, ['id', 'row_version', ...optional]);
}

/** The rules over several fields or rows, one sentence each. */
export function rulesOf(def: RecordDef): string[] {
  const steps = Object.entries(def.transitions ?? {}).flatMap(([field, from]) =>
    Object.entries(from ?? {}).map(([value, to]) => `${field}: from ${value} to ${to.length > 0 ? to.join(', ') : 'nothing'}.`),
  );
  const sentences = [...(def.checks ?? []), ...(def.unique ?? []), ...(def.against ?? []), ...(def.locks ?? [])];
  return [...new Set([...sentences.map(({ say }) => say), ...steps])].map((say) => `- ${say}`);
}
