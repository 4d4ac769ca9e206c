import type { Rehearsal } from './rehearsal.ts';

interface Entry {
  name: string;
  summary: string;
  load(): Promise<{ default: Rehearsal }>;
}

/** Every rehearsal. A new one is a line here and a file beside whose default export is a `Rehearsal`. */
export const REHEARSALS: readonly Entry[] = [
  { name: 'legacy', summary: 'the migration from a real MariaDB, killed in its middle', load: () => import('./legacy.ts') },
];
