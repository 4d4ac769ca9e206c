import { EMERGENCY_FOR } from '../routes/emergency.ts';
import type { Operation, Parameter } from './operation.ts';
import { ID, list, MOMENT, object, orNull, ref, text } from './schema.ts';

const id: Parameter = { name: 'id', in: 'path', about: 'The id of the access.', schema: ID };

/** One patient's record, opened in an emergency. */
export const emergencyOperations: readonly Operation[] = [
  {
    method: 'post',
    path: '/api/emergency',
    tag: 'Emergency access',
    summary: 'Open one patient’s record in an emergency',
    about: `For roles that do not read clinical records (${EMERGENCY_FOR.join(', ')}); of others it is refused with CONFLICT. An hour, this session, this patient. The consultants and administrators are told at once.`,
    who: 'signed in',
    body: object({ patient_id: ID, reason: text({ minLength: 10, maxLength: 1000 }) }),
    done: { status: 201, schema: object({ id: ID, until: MOMENT, message: text() }) },
    problems: ['INVALID', 'NOT_FOUND', 'CONFLICT', 'TOO_MANY'],
  },
  {
    method: 'get',
    path: '/api/emergency',
    tag: 'Emergency access',
    summary: 'What was opened in emergencies',
    about: 'All of it for administrators and consultants, one’s own for others; newest first, at most 200.',
    who: 'signed in',
    done: {
      status: 200,
      schema: object({
        accesses: list(
          object({
            ...{ id: ID, user_id: ID, user_name: text(), patient_id: ID, patient_name: text(), reason: text() },
            ...{ begun_at: MOMENT, until: MOMENT, ended_at: orNull(MOMENT) },
          }),
        ),
      }),
    },
    problems: [],
  },
  {
    method: 'get',
    path: '/api/emergency/{id}/record',
    tag: 'Emergency access',
    summary: 'The record that was opened',
    about: 'Every row that belongs to the patient, by kind. Not to be kept.',
    who: 'signed in',
    parameters: [id],
    done: {
      status: 200,
      schema: object({
        ...{ patient_id: ID, until: MOMENT },
        rows: { type: 'object', additionalProperties: list({ type: 'object' }) },
      }),
    },
    problems: ['NOT_FOUND', 'NOT_YOURS', 'EMERGENCY_OVER'],
  },
  {
    method: 'post',
    path: '/api/emergency/{id}/end',
    tag: 'Emergency access',
    summary: 'Close it before the hour is over',
    who: 'signed in',
    parameters: [id],
    done: { status: 200, schema: ref('Message') },
    problems: ['NOT_FOUND', 'NOT_YOURS', 'EMERGENCY_OVER'],
  },
];
