import { handInRequestSchema } from '@psa/sync';
import type { Operation } from './operation.ts';
import { pushedGroups } from './others.ts';
import { from, ID, list, MOMENT, object, ref, whole } from './schema.ts';

const handedIn: Operation['done'] = { status: 200, schema: object({ groups: pushedGroups }) };
const device = object({ device: ID });
const ADMIN = ['super_admin'] as const;

/** Work that is carried for another device, and devices that are taken out of use. */
export const tabletOperations: readonly Operation[] = [
  {
    method: 'post',
    path: '/api/sync/hand-in',
    tag: 'Devices',
    summary: 'Hand in unsent work of a device',
    about:
      'Entries of its outbox as they lie there (docs/sync.md, S60 to S63). Each group is judged with its author’s rights, once. Of a withdrawn device it is kept raw.',
    who: 'signed in',
    body: from(handInRequestSchema),
    done: handedIn,
    problems: ['INVALID', 'NOT_FOUND'],
  },
  {
    method: 'get',
    path: '/api/sync/hand-in',
    tag: 'Devices',
    summary: 'Work of withdrawn devices that waits to be released',
    who: ADMIN,
    done: { status: 200, schema: object({ held: list(object({ device: ID, groups: whole(), since: MOMENT })) }) },
    problems: [],
  },
  {
    method: 'post',
    path: '/api/sync/hand-in/release',
    tag: 'Devices',
    summary: 'Judge the work of a withdrawn device',
    about: 'As if the device had sent it. At most 200 groups at once.',
    who: ADMIN,
    body: device,
    done: handedIn,
    problems: ['INVALID', 'NOT_FOUND'],
  },
  {
    method: 'post',
    path: '/api/sync/wiped',
    tag: 'Devices',
    summary: 'A withdrawn device says that it is empty',
    who: 'signed in',
    body: device,
    done: { status: 200, schema: ref('Message') },
    problems: ['INVALID', 'NOT_FOUND', 'NOT_YOURS', 'CONFLICT'],
  },
];
