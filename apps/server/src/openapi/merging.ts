import { RECORDS } from '@psa/domain';
import { mergeBodies } from '../routes/merging.ts';
import type { Operation } from './operation.ts';
import { from, ID, list, object, orNull, ref, whole } from './schema.ts';

const who = RECORDS.patient_matches.access.acts?.find(({ name }) => name === 'merge')?.roles ?? [];
const entries = { type: 'object', additionalProperties: list(ID) } as const;
const tag = 'Possible duplicates';

/** Two registrations of one person, made one and two again. */
export const mergeOperations: readonly Operation[] = [
  {
    method: 'post',
    path: '/api/patients/merge',
    tag,
    summary: 'Make one patient of two',
    about:
      'One transaction: the fields named in `taken` come from the other patient, every entry of the other is moved, and the other is retracted with `merged_into` (docs/sync.md, S37).',
    who,
    body: from(mergeBodies.merge),
    done: { status: 200, about: 'Ids of what was moved, by record.', schema: object({ match: ID, moved: entries }) },
    problems: ['INVALID', 'NOT_FOUND', 'CONFLICT', 'CONSTRAINT', 'TAKEN'],
  },
  {
    method: 'post',
    path: '/api/patients/unmerge',
    tag,
    summary: 'Take a merge apart',
    about:
      'What was moved goes back as far as it is still there; what was written since stays, and is listed (docs/sync.md, S38).',
    who,
    body: from(mergeBodies.unmerge),
    done: { status: 200, schema: object({ back: entries, stayed: entries }) },
    problems: ['INVALID', 'NOT_FOUND', 'CONFLICT', 'CONSTRAINT', 'TAKEN'],
  },
  {
    method: 'post',
    path: '/api/patients/matches/decide',
    tag,
    summary: 'Say that two are different people, or may be one after all',
    who,
    body: from(mergeBodies.decide),
    done: { status: 200, schema: ref('Message') },
    problems: ['INVALID', 'NOT_FOUND', 'CONFLICT'],
  },
  {
    method: 'post',
    path: '/api/patients/matches/scan',
    tag,
    summary: 'Compare all patients, a page at a time',
    about: 'Begin without `after`, go on with the `next` of the answer before until it is null.',
    who,
    body: from(mergeBodies.scan),
    done: { status: 200, schema: object({ found: whole(), next: orNull(ID) }) },
    problems: ['INVALID'],
  },
];
