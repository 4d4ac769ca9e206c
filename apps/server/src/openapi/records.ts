import { type Actor, type FieldSpec, may, type ProblemCode, type RecordDef, ROLES, type Role } from '@psa/domain';
import { isCounted, mayFilter, PAGE_ROWS_MAX } from '../routes/list-wish.ts';
import { PUBLISHED, type Published, publishedAs } from '../routes/published.ts';
import { ITEMS_MAX, mightEdit } from '../routes/record-writes.ts';
import type { Operation, Parameter } from './operation.ts';
import {
  aOf,
  bodySchema,
  fieldSchema,
  flag,
  ID,
  list,
  object,
  orNull,
  ref,
  rowSchema,
  type Schema,
  text,
  whole,
} from './schema.ts';

/** `treatment_plan` → `TreatmentPlan`. */
const camel = (name: string): string => name.replace(/(^|_)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
const nameOf = (p: Published): string => camel(p.one);

/** Reading rights do not make what one role is told another's: rows with owners are each person's own. */
function rowsWho(def: RecordDef): string {
  const { own } = def.access;
  const notes = [
    own?.actions.includes('read') ? `Everybody sees only the rows whose ${own.field} is their own.` : undefined,
    def.scope === 'row' ? 'Everybody sees only what concerns records that their role reads.' : undefined,
  ];
  return notes.filter((note) => note !== undefined).join(' ');
}

/** The roles of which this is true, by the declared rights alone. */
export const rolesFor = (test: (actor: Actor) => boolean): Role[] =>
  ROLES.filter((role) => test({ user_id: '', facility_id: '', role }));

const WRITES: readonly ProblemCode[] = [
  'INVALID',
  'NOT_YOURS',
  'TAKEN',
  'CONFLICT',
  'BROKEN_LINK',
  'CONSTRAINT',
  'ILLEGAL_STEP',
  'SERVER_ONLY',
  'APPEND_ONLY',
  'LOCKED',
];

/** What is asked of a write that may rest on something in dispute. */
const DESPITE: Parameter = {
  name: 'reason',
  in: 'query',
  about:
    'Why it cannot wait, where two versions of what it rests on stand open (IN_DISPUTE). Kept on the conflict and in the audit.',
  schema: text({ maxLength: 1000 }),
};

/** Whether such a write may be held up by a conflict. */
const rests = ({ def, items }: Published): boolean =>
  def.rests !== undefined || (items !== undefined && publishedAs(items.kind).def.rests !== undefined);

const idParameter: Parameter = { name: 'id', in: 'path', about: 'The id of the record.', schema: ID };

/** Filters of a list, from the declaration; values are taken as in the fields themselves. */
function filters(p: Published): Parameter[] {
  const { def } = p;
  const fields = Object.keys(def.fields).filter((name) => mayFilter(def, name));
  const equal = fields.map((name): Parameter => {
    const field = def.fields[name] as FieldSpec;
    return {
      name,
      in: 'query',
      about: `Only where ${field.label.toLowerCase()} is this.`,
      schema: fieldSchema({ ...field, required: true }),
    };
  });
  const bounds = Object.entries(p.between ?? {}).map(([name, { field, sign }]): Parameter => {
    const spec = def.fields[field] as FieldSpec;
    const about = `${spec.label} ${sign === '>=' ? 'on or after' : 'on or before'} this.`;
    return { name, in: 'query', about, schema: fieldSchema({ ...spec, required: true }) };
  });
  return [...equal, ...bounds];
}

function listOperation(p: Published): Operation {
  const { def } = p;
  return {
    method: 'get',
    path: p.path,
    tag: def.titles,
    summary: `List ${def.titles.toLowerCase()}`,
    about: `${p.order === undefined ? 'Newest first' : `By ${p.order}`}. ${rowsWho(def)}`.trim(),
    who: rolesFor((actor) => may(actor, 'read', def)),
    parameters: [
      {
        name: 'limit',
        in: 'query',
        about: 'Rows of a page, 100 unless told.',
        schema: whole({ minimum: 1, maximum: PAGE_ROWS_MAX }),
      },
      { name: 'cursor', in: 'query', about: 'The next_cursor of the page before.', schema: text() },
      {
        name: 'since',
        in: 'query',
        about: 'The next_since of an earlier answer: what was changed after it, retracted rows included. Or a day or moment.',
        schema: text(),
      },
      ...filters(p),
    ],
    done: {
      status: 200,
      about: 'A page. There are more while next_cursor is no null; next_since asks for what changes after this list.',
      schema: object({ [p.many]: list(ref(nameOf(p))), next_cursor: orNull(text()), next_since: orNull(text()) }),
    },
    problems: isCounted(def) ? ['INVALID', 'EPOCH_CHANGED'] : ['INVALID'],
  };
}

function readOperation(p: Published): Operation {
  const { def } = p;
  const who = rolesFor((actor) => may(actor, 'read', def));
  const path = `${p.path}/{id}`;
  const common = { method: 'get', path, tag: def.titles, who } as const;
  if (p.by) {
    const { field, answer } = p.by;
    const to = def.fields[field]?.label.toLowerCase() ?? field;
    return {
      ...common,
      summary: `${answer === 'one' ? def.title : def.titles} of one ${to}`,
      about:
        answer === 'one' ? rowsWho(def) : 'Which options are right is told once your own assessment is in, of what it asked.',
      parameters: [{ ...idParameter, about: `The id of the ${to}.` }],
      done: {
        status: 200,
        schema: object(answer === 'one' ? { [p.one]: orNull(ref(nameOf(p))) } : { [p.many]: list(ref('QuestionAsked')) }),
      },
      problems: ['NOT_FOUND'],
    };
  }
  return {
    ...common,
    summary: `Read ${aOf(def)}`,
    about: rowsWho(def),
    parameters: [idParameter],
    done: { status: 200, schema: ref(nameOf(p)) },
    problems: ['NOT_FOUND'],
  };
}

function writeOperations(p: Published): Operation[] {
  const { def } = p;
  const despite = rests(p) ? [DESPITE] : [];
  const disputed = rests(p) ? (['IN_DISPUTE'] as const) : [];
  const whoEdits = rolesFor((actor) => may(actor, 'read', def) && mightEdit(actor, def));
  const changed: Operation['done'] = { status: 200, about: 'The row as it is now.', schema: answerSchema(p) };
  const changes = (['patch', 'put'] as const).map(
    (method): Operation => ({
      method,
      path: `${p.path}/{id}`,
      tag: def.titles,
      summary: `Change ${aOf(def)}`,
      about: 'Only the fields that the body carries are changed; null clears a field.',
      who: whoEdits,
      parameters: [idParameter, ...despite],
      body: ref(`${nameOf(p)}Change`),
      done: changed,
      problems: [...WRITES, ...disputed, 'NOT_FOUND', ...(def.name === 'users' ? (['LAST_ADMIN'] as const) : [])],
    }),
  );
  return [
    {
      method: 'post',
      path: p.path,
      tag: def.titles,
      summary: `Add ${aOf(def)}`,
      about: `With the id${p.key ? ` or the ${p.key.join(' and ')}` : ''} of one that exists, the fields that the body carries are changed, as by PATCH.`,
      who: rolesFor((actor) => may(actor, 'create', def) || (may(actor, 'read', def) && mightEdit(actor, def))),
      ...(despite.length > 0 ? { parameters: despite } : {}),
      body: newSchema(p),
      done: { status: 201, about: 'The row as it is now.', schema: answerSchema(p) },
      problems: [...WRITES, ...disputed, ...(def.name === 'users' ? (['LAST_ADMIN'] as const) : [])],
    },
    ...changes,
    {
      method: 'delete',
      path: `${p.path}/{id}`,
      tag: def.titles,
      summary: `Retract ${aOf(def)}`,
      about: 'It is marked and no longer listed; nothing leaves the database.',
      who: rolesFor((actor) => may(actor, 'retract', def)),
      parameters: [idParameter, { name: 'reason', in: 'query', about: 'Why.', schema: text({ maxLength: 1000 }) }],
      done: { status: 200, schema: ref('Message') },
      problems: ['INVALID', 'NOT_YOURS', 'NOT_FOUND', 'CONFLICT', 'CONSTRAINT', 'LOCKED', 'TAKEN'],
    },
  ];
}

/** The answer to a write: the row, and beside it what was written with it. */
function answerSchema(p: Published): Schema {
  const { items } = p;
  if (!items) return object({ [p.one]: ref(nameOf(p)) });
  return object({ [p.one]: ref(nameOf(p)), [items.key]: list(ref(nameOf(publishedAs(items.kind)))) }, [items.key]);
}

function newSchema(p: Published): Schema {
  const alone = ref(`${nameOf(p)}New`);
  if (!p.items) return alone;
  const item = publishedAs(p.items.kind);
  const inside = bodySchema(item.def, 'new', [p.items.link, ...p.items.same, ...Object.keys(item.absent ?? {})]);
  return { anyOf: [object({ [p.one]: alone, [p.items.key]: list(inside, { maxItems: ITEMS_MAX }) }, [p.items.key]), alone] };
}

/** A question as it is put: options as objects, with what may be told of the key. */
function askedSchema(): Schema {
  const row = rowSchema(publishedAs('mcq_questions').def, { explanation: orNull(text()) });
  const options = list(object({ text: text(), isCorrect: flag() }, ['isCorrect']));
  return { ...row, properties: { ...(row.properties as Record<string, Schema>), options } };
}

/** Every operation on every record. */
export const recordOperations: readonly Operation[] = PUBLISHED.flatMap((p) => [
  listOperation(p),
  readOperation(p),
  ...writeOperations(p),
]);

/** The schemas that those operations name. */
export const recordSchemas: Readonly<Record<string, Schema>> = {
  QuestionAsked: askedSchema(),
  ...Object.fromEntries(PUBLISHED.flatMap(schemasOf)),
};

function schemasOf(p: Published): [string, Schema][] {
  const inside: Record<string, Schema> = p.items ? { [p.items.key]: list(ref(nameOf(publishedAs(p.items.kind)))) } : {};
  return [
    [nameOf(p), rowSchema(p.def, inside)],
    [`${nameOf(p)}New`, bodySchema(p.def, 'new', Object.keys(p.absent ?? {}))],
    [`${nameOf(p)}Change`, bodySchema(p.def, 'change')],
  ];
}
