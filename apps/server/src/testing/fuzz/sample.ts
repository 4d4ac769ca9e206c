import type { Chance, Json } from '@psa/domain';
import { openApi } from '../../openapi/document.ts';
import type { Schema } from '../../openapi/schema.ts';

type Tree = { [key: string]: Json };
let schemas: Tree | undefined;

const isTree = (value: Json | undefined): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: Json | undefined): Json[] | undefined => (Array.isArray(value) && value.length > 0 ? value : undefined);

function named(ref: string): Tree {
  schemas ??= (openApi('fuzz').components as { schemas: Tree }).schemas;
  const found = schemas[ref.split('/').at(-1) ?? ''];
  return isTree(found) ? found : {};
}

/** A value that a schema of the document allows, as far as a schema can say it. @param id makes the id of a row */
export function sampleOf(schema: Schema, chance: Chance, id: () => string): Json {
  return sample(schema as Tree, chance, id, 0);
}

function sample(schema: Tree, c: Chance, id: () => string, depth: number): Json {
  if (typeof schema.$ref === 'string') return sample(named(schema.$ref), c, id, depth);
  if (schema.const !== undefined) return schema.const;
  const choices = listOf(schema.enum);
  if (choices) return c.pick(choices);
  const either = listOf(schema.anyOf) ?? listOf(schema.oneOf);
  if (either) {
    const one = c.pick(either);
    return isTree(one) ? sample(one, c, id, depth) : null;
  }
  const type = Array.isArray(schema.type) ? c.pick(schema.type) : schema.type;
  if (type === 'object' || isTree(schema.properties)) return objectOf(schema, c, id, depth);
  if (type === 'array') {
    const { items } = schema;
    if (!isTree(items) || depth > 5) return [];
    return Array.from({ length: c.below(3) + Number(schema.minItems ?? 0) }, () => sample(items, c, id, depth + 1));
  }
  if (type === 'integer' || type === 'number')
    return Math.max(Number(schema.minimum ?? 0), Math.min(c.below(50), Number(schema.maximum ?? 50)));
  if (type === 'boolean') return c.odds(0.5);
  if (type === 'null') return null;
  return type === 'string' ? textOf(schema, c, id) : {};
}

function objectOf(schema: Tree, c: Chance, id: () => string, depth: number): Json {
  const properties = isTree(schema.properties) ? schema.properties : {};
  const required = listOf(schema.required) ?? [];
  const out: Tree = {};
  for (const [name, inner] of Object.entries(properties)) {
    if (!isTree(inner) || depth > 6 || (!required.includes(name) && c.odds(0.5))) continue;
    out[name] = sample(inner, c, id, depth + 1);
  }
  return out;
}

function textOf(schema: Tree, c: Chance, id: () => string): string {
  const pattern = String(schema.pattern ?? '');
  if (schema.format === 'uuid' || pattern.includes('[0-9a-f]{8}')) return id();
  if (schema.format === 'date') return '2026-03-04';
  if (schema.format === 'date-time' || pattern.includes('T')) return '2026-03-04T05:06:07.000Z';
  if (schema.format === 'email') return `p${c.below(1_000)}@ward.example`;
  if (pattern.includes('\\d') || pattern.includes('0-9')) return String(c.below(100));
  return c.pick(['Ada', 'Obi', 'a note', 'x']).slice(0, Number(schema.maxLength ?? 100));
}
