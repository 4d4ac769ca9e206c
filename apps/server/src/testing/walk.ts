import { createRequire } from 'node:module';
import { type Chance, type FieldSpec, type Json, mergeRuleOf, type Patch, type RecordDef, randomFields } from '@psa/domain';
import type { Schema } from '../openapi/schema.ts';

interface Validate {
  (data: unknown): boolean;
  errors?: readonly { instancePath: string; message?: string; params: object }[] | null;
}
interface Ajv {
  addSchema(schema: object, key: string): void;
  compile(schema: object): Validate;
}

/** JSON Schema 2020-12 as an independent library reads it: the one that Fastify brings along. */
function newAjv(): Ajv {
  const near = createRequire(createRequire(import.meta.url).resolve('fastify'));
  const { default: Ajv2020 } = near('ajv/dist/2020.js') as { default: new (options: object) => Ajv };
  return new Ajv2020({ strict: false, allErrors: false, validateFormats: false });
}

export interface Answers {
  [status: string]: { content?: { [type: string]: { schema: Schema } } };
}

/** Checks answers against a served document: the status is one of those that it names, and the body is what it says there. */
export class Checker {
  readonly #ajv = newAjv();
  /** By the text of the schema: refusals share a few. */
  readonly #compiled = new Map<string, Validate>();

  constructor(document: { components: { schemas: Record<string, object> } }) {
    const own = JSON.stringify(document.components.schemas).replaceAll('#/components/schemas/', '#/$defs/');
    this.#ajv.addSchema({ $id: 'api:document', $defs: JSON.parse(own) as object }, 'api:document');
  }

  /** What is wrong with an answer, or undefined. */
  problem(answers: Answers, status: number, type: string, text: string): string | undefined {
    const answer = answers[String(status)];
    if (!answer) return `${status} is not described (${Object.keys(answers).join(', ')}): ${text.slice(0, 200)}`;
    const kind = type.split(';')[0] ?? '';
    const content = answer.content?.[kind];
    if (!content) return `${status} as ${kind} is not described`;
    if (kind !== 'application/json') return undefined;
    const validate = this.#validate(content.schema);
    if (validate(JSON.parse(text))) return undefined;
    const [error] = validate.errors ?? [];
    return `${status}: ${error?.instancePath} ${error?.message} ${JSON.stringify(error?.params)}: ${text.slice(0, 200)}`;
  }

  #validate(schema: Schema): Validate {
    const text = JSON.stringify(schema).replaceAll('#/components/schemas/', 'api:document#/$defs/');
    const known = this.#compiled.get(text);
    if (known) return known;
    const made = this.#ajv.compile(JSON.parse(text) as object);
    this.#compiled.set(text, made);
    return made;
  }
}

/** Whether whoever is not the server may set a field. */
const isOpen = (def: RecordDef, name: string): boolean =>
  def.merge === 'server' ? def.fields[name]?.stamp === undefined : mergeRuleOf(def, name) !== 'server';

/** A body for a new row that keeps to the declaration: all that may be given, or with `few` only what must be. */
export function bodyFor(
  def: RecordDef,
  chance: Chance,
  links: Readonly<Record<string, readonly string[]>>,
  few: boolean,
): Patch {
  const row = { ...randomFields(def, chance, links), ...first(def) };
  const keep = ([name, value]: [string, Json]) => {
    const field = def.fields[name] as FieldSpec;
    return isOpen(def, name) && value !== null && (!few || field.required || field.kind === 'link');
  };
  return Object.fromEntries(Object.entries(row).filter(keep));
}

/** States begin with the first that is declared. */
const first = (def: RecordDef): Patch =>
  Object.fromEntries(
    Object.entries(def.fields)
      .filter(([name, field]) => field.choices && mergeRuleOf(def, name) === 'state')
      .map(([name, field]) => [name, field.choices?.[0] ?? null]),
  );
