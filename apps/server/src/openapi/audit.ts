import { RECORDS, ROLES } from '@psa/domain';
import { AUDIT_PAGE_MAX } from '../routes/audit.ts';
import type { Operation, Parameter } from './operation.ts';
import { flag, ID, list, MOMENT, object, orNull, type Schema, text, whole } from './schema.ts';

const ADMIN = RECORDS.audit_logs.access.read;
const role: Schema = orNull(text({ enum: [...ROLES] }));

const paging: readonly Parameter[] = [
  {
    name: 'limit',
    in: 'query',
    about: `Entries of a page, 50 unless told, ${AUDIT_PAGE_MAX} at most.`,
    schema: { type: 'integer', minimum: 1, maximum: AUDIT_PAGE_MAX },
  },
  { name: 'cursor', in: 'query', about: 'The `next_cursor` of the page before.', schema: text() },
];

const word = (name: string, about: string): Parameter => ({ name, in: 'query', about, schema: text({ maxLength: 100 }) });

/** Searching the audit trail, and who has looked at a patient. */
export const auditOperations: readonly Operation[] = [
  {
    method: 'get',
    path: '/api/audit',
    tag: 'The audit trail',
    summary: 'Search the audit trail',
    about:
      'Newest first. Values of a record are shown to whoever may read every such record; otherwise the entry says which fields, and `hidden`. The search is an entry itself.',
    who: ADMIN,
    parameters: [
      { name: 'user_id', in: 'query', about: 'Whose doing.', schema: ID },
      word('table_name', 'Of which record.'),
      word('record_id', 'Of which row; a reading of what belongs to a patient names the patient.'),
      word('action', 'What was done, for example `edit`, `read`, `refuse`, `login`.'),
      { name: 'from', in: 'query', about: 'Not before this moment.', schema: MOMENT },
      { name: 'to', in: 'query', about: 'Before this moment.', schema: MOMENT },
      ...paging,
    ],
    done: {
      status: 200,
      schema: object({
        entries: list(
          object({
            n: whole(),
            at: MOMENT,
            user_id: orNull(ID),
            user_name: orNull(text()),
            user_role: role,
            action: text(),
            table_name: orNull(text()),
            record_id: orNull(text()),
            fields: list(text()),
            old_values: {},
            new_values: {},
            hidden: flag(),
            device_id: orNull(text()),
            device_name: orNull(text()),
            mutation_id: orNull(text()),
            ip_address: orNull(text()),
            user_agent: orNull(text()),
            hash: text(),
          }),
        ),
        next_cursor: orNull(text()),
      }),
    },
    problems: ['INVALID'],
  },
  {
    method: 'get',
    path: '/api/audit/patients/{id}',
    tag: 'The audit trail',
    summary: 'Who has looked at a patient',
    about: 'Readings of the record, newest first, for whoever may read the patient. No values.',
    who: RECORDS.patients.access.read,
    parameters: [{ name: 'id', in: 'path', about: 'The id of the patient.', schema: ID }, ...paging],
    done: {
      status: 200,
      schema: object({
        looks: list(
          object({
            n: whole(),
            at: MOMENT,
            user_id: orNull(ID),
            user_name: orNull(text()),
            user_role: role,
            action: text(),
            table_name: orNull(text()),
            device_name: orNull(text()),
          }),
        ),
        next_cursor: orNull(text()),
      }),
    },
    problems: ['INVALID', 'NOT_FOUND'],
  },
];
