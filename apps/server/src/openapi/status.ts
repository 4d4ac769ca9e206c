import { KEEPERS } from '../routes/status.ts';
import type { Operation } from './operation.ts';
import { flag, list, MOMENT, object, orNull, text, whole } from './schema.ts';

const event = orNull(object({ at: MOMENT, ok: flag(), ok_at: orNull(MOMENT) }));
const count = whole({ minimum: 0 });

/** How server and tablets are. */
export const statusOperations: readonly Operation[] = [
  {
    method: 'get',
    path: '/api/status',
    tag: 'Server',
    summary: 'How the server, the tablets and the backups are',
    about: `In numbers. \`kept\` (names of tablets, disk, trail) only for ${KEEPERS.join(', ')}. Null: not known, or never done.`,
    who: 'signed in',
    done: {
      status: 200,
      schema: object(
        {
          ...{ time: MOMENT, version: text(), conflicts: count, refused: count, backup: event },
          tablets: object({ in_use: count, waiting: count, saves: count, oldest_at: orNull(MOMENT), silent: count }),
          kept: object({
            ...{ audit: event, rehearsal: event, database_bytes: count },
            disk: orNull(object({ free: count, total: count })),
            tablets: list(object({ name: text(), last_seen_at: orNull(MOMENT), waiting: count, oldest_at: orNull(MOMENT) })),
          }),
        },
        ['kept'],
      ),
    },
    problems: [],
  },
];
