import { CALCULATORS, type Calculator, type InputSpec, isNeeded, type OutputSpec } from '@psa/domain/clinical';
import type { Operation } from './operation.ts';
import { flag, list, object, orNull, type Schema, text, whole } from './schema.ts';

const named = (items: Readonly<Record<string, unknown>>): string[] => Object.keys(items);

function schemaOf(spec: InputSpec): Schema {
  switch (spec.type) {
    case 'number':
    case 'integer': {
      const low: Schema = spec.exclusiveMin ? { exclusiveMinimum: spec.min } : { minimum: spec.min };
      const bounded: Schema = { type: spec.type, ...low, maximum: spec.max };
      return spec.alsoAllow ? { anyOf: [bounded, { enum: named(spec.alsoAllow) }] } : bounded;
    }
    case 'enum':
      return text({ enum: named(spec.values) });
    case 'boolean':
      return flag();
    case 'datetime':
      return text({ format: 'date-time', description: 'ISO 8601 with its zone.' });
    case 'string':
      return text();
    case 'array<enum>':
      return list(text({ enum: named(spec.values) }));
    case 'array<string>':
      return list(text());
    case 'array<integer>':
      return list(whole({ minimum: spec.min, maximum: spec.max }), {
        minItems: spec.items.length,
        maxItems: spec.items.length,
      });
    case 'object': {
      const items = Object.entries(spec.items).map(([id, item]): [string, Schema] => [
        id,
        'values' in item
          ? text({ title: item.label, enum: named(item.values) })
          : { title: item.label, type: item.integer ? 'integer' : 'number', minimum: item.min, maximum: item.max },
      ]);
      return { type: 'object', properties: Object.fromEntries(items) };
    }
  }
}

function inputOf(spec: InputSpec): Schema {
  const unit = 'unit' in spec && spec.unit !== undefined ? `In ${spec.unit}.` : undefined;
  const about = [spec.help, unit].filter((words) => words !== undefined).join(' ');
  const schema = schemaOf(spec);
  return {
    title: spec.label,
    ...(about === '' ? {} : { description: about }),
    ...(isNeeded(spec, {}) ? schema : orNull(schema)),
  };
}

const KINDS: Readonly<Record<OutputSpec['type'], Schema>> = {
  number: { type: 'number' },
  integer: whole(),
  text: text(),
  boolean: flag(),
  datetime: text({ format: 'date-time' }),
  list: list({}),
  object: { type: 'object' },
};

function outputOf({ label, type, unit, nullable, values, bands }: OutputSpec): Schema {
  const known = values ?? bands;
  const schema: Schema = type === 'text' && known ? text({ enum: named(known) }) : KINDS[type];
  const about: Schema = unit === undefined ? {} : { description: `In ${unit}.` };
  return { title: label, ...about, ...(nullable ? orNull(schema) : schema) };
}

const rule: Schema = object({
  id: text(),
  title: text(),
  version: text(),
  sources: list(object({ cite: text(), year: whole() })),
  working: list(text()),
});

const REFUSED: Schema = object({
  error: object({
    code: text({ enum: ['MISSING_INPUT', 'INVALID_VALUE', 'OUT_OF_RANGE', 'INCONSISTENT'] }),
    field: text(),
  }),
});

/** Inputs beyond those asked for are ignored. */
function body({ inputs }: Calculator): Schema {
  const properties = Object.fromEntries(Object.entries(inputs).map(([name, spec]) => [name, inputOf(spec)]));
  const required = Object.keys(inputs).filter((name) => isNeeded(inputs[name] as InputSpec, {}));
  return { type: 'object', properties, ...(required.length > 0 ? { required } : {}) };
}

function operation(calculator: Calculator): Operation {
  const { id, title, about, outputs, limits } = calculator;
  const results = Object.fromEntries(Object.entries(outputs).map(([name, spec]) => [name, outputOf(spec)]));
  return {
    method: 'post',
    path: `/api/calculators/${id}`,
    tag: 'Clinical rules',
    summary: title,
    about: [about, ...limits].join(' '),
    who: 'signed in',
    body: body(calculator),
    done: { status: 200, schema: object({ ...results, rule }) },
    problems: ['BAD_REQUEST'],
    also: { 422: { about: 'The first answer that is missing or wrong, in the order asked.', schema: REFUSED } },
  };
}

const listed: Operation = {
  method: 'get',
  path: '/api/calculators',
  tag: 'Clinical rules',
  summary: 'Every clinical rule: what it asks, what it answers, where it comes from',
  who: 'signed in',
  done: { status: 200, schema: object({ calculators: list({ type: 'object' }) }) },
  problems: [],
};

/** The clinical rules, each an operation. Nothing of what is sent is kept. */
export const calculatorOperations: readonly Operation[] = [listed, ...Object.values(CALCULATORS).map(operation)];
