import type { Rehearsal } from './rehearsal.ts';

interface Entry {
  name: string;
  summary: string;
  load(): Promise<{ default: Rehearsal }>;
}

/** Every rehearsal. A new one is a line here and a file beside whose default export is a `Rehearsal`. */
export const REHEARSALS: readonly Entry[] = [
  { name: 'legacy', summary: 'the migration from a real MariaDB, killed in its middle', load: () => import('./legacy.ts') },
  { name: 'alerts', summary: 'the alert rules, read and tried by promtool', load: () => import('./alerts.ts') },
  {
    name: 'failover',
    summary: 'the primary is killed under load, the replica takes over',
    load: () => import('./failover.ts'),
  },
  { name: 'pooler', summary: 'two server processes behind PgBouncer in transaction mode', load: () => import('./pooler.ts') },
  {
    name: 'restore',
    summary: 'restores the newest backup beside the server and compares (--key FILE), or a drill',
    load: () => import('./restore.ts'),
  },
  { name: 'deploy', summary: 'walks through docs/deployment.md, behind real proxies', load: () => import('./deploy.ts') },
];
