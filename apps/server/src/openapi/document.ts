import type { Json } from '@psa/domain';
import { assistanceOperations } from './assistance.ts';
import { auditOperations } from './audit.ts';
import { calculatorOperations } from './calculators.ts';
import { emergencyOperations } from './emergency.ts';
import { mergeOperations } from './merging.ts';
import type { Operation } from './operation.ts';
import { written } from './operation.ts';
import { otherOperations } from './others.ts';
import { recordOperations, recordSchemas } from './records.ts';
import { object, type Schema, text } from './schema.ts';
import { signingInOperations } from './signing-in.ts';
import { statusOperations } from './status.ts';
import { tabletOperations } from './tablets.ts';

/** Every operation of the API: signing in and accounts first, then the records in their order. */
export const OPERATIONS: readonly Operation[] = [
  ...otherOperations,
  ...signingInOperations,
  ...emergencyOperations,
  ...tabletOperations,
  ...statusOperations,
  ...assistanceOperations,
  ...auditOperations,
  ...calculatorOperations,
  ...mergeOperations,
  ...recordOperations,
];

const schemas: Readonly<Record<string, Schema>> = {
  Problem: object({
    error: text({ description: 'A sentence for people.' }),
    code: text({ description: 'A word for machines.' }),
    fields: { type: 'object', additionalProperties: text(), description: 'Sentences by field.' },
  }),
  Message: object({ message: text() }),
  ...recordSchemas,
};

const ABOUT = `The published interface of the Plastic Surgeon Assistant. Rows are JSON with \`snake_case\` fields; days are YYYY-MM-DD, moments ISO 8601 in UTC, \
times HH:MM. A change touches only the fields that it carries; null clears. Every refusal is {error, code, fields}. \`x-roles\` names the roles that may.`;

/** The whole document, OpenAPI 3.1. @param version of the app. */
export function openApi(version: string): { [key: string]: Json } {
  const paths: { [path: string]: { [method: string]: Json } } = {};
  for (const op of OPERATIONS) paths[op.path] = { ...paths[op.path], [op.method]: written(op) };
  return {
    openapi: '3.1.0',
    info: { title: 'Plastic Surgeon Assistant', version, description: ABOUT, license: { name: 'MIT', identifier: 'MIT' } },
    security: [{ bearer: [] }],
    tags: [...new Set(OPERATIONS.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      schemas: { ...schemas },
    },
  };
}
