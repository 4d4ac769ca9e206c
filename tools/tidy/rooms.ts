import { posix } from 'node:path';
import { importsOf, isCode, isTest, type Source } from './sources.ts';

/** A room, its workspace name, and which others it may name. Libraries are those of its own package.json. */
interface Room {
  dir: string;
  name: string;
  rooms: readonly string[];
  /** May use Node's own modules. */
  node: boolean;
  /** Libraries, when fewer than its package.json would allow. */
  only?: readonly string[];
}

/** The table of docs/architecture.md. */
export const ROOMS: readonly Room[] = [
  { dir: 'packages/domain', name: '@psa/domain', rooms: [], node: false, only: ['zod'] },
  { dir: 'packages/sync', name: '@psa/sync', rooms: ['@psa/domain'], node: false, only: ['zod'] },
  { dir: 'apps/server', name: '@psa/server', rooms: ['@psa/domain', '@psa/sync'], node: true },
  { dir: 'apps/web', name: '@psa/web', rooms: ['@psa/domain', '@psa/sync'], node: false },
];

/** Inside a room: a layer may import itself and those named. What is not named here (main, app, cli …) may import all. */
const LAYERS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'apps/server/src': {
    db: [],
    // The sentence with which a start fails is told from below as well.
    embedded: ['start-failure.ts'],
    // As above.
    keys: ['start-failure.ts'],
    auth: ['db', 'keys'],
    fhir: ['db'],
    legacy: ['db'],
    ai: ['auth', 'db', 'keys'],
    audit: ['db'],
    watch: ['db'],
    // The files and processes of the embedded PostgreSQL are what it copies and brings back.
    backup: ['audit', 'db', 'embedded', 'start-failure.ts'],
    routes: ['ai', 'audit', 'auth', 'fhir', 'db', 'keys', 'watch'],
  },
  'apps/web/src': {
    ui: [],
    sync: [],
    session: ['sync'],
    store: ['session', 'sync'],
    record: ['store', 'ui'],
    scores: ['record', 'store', 'ui'],
    screens: ['scores', 'record', 'store', 'ui'],
  },
};

/** Libraries for tests and for building, which the package.json at the top carries for all. */
const TESTING = ['vitest', 'fast-check', '@playwright/test'];
const isConfig = (path: string) => /\.config\.ts$/.test(path);

/** Every import that the table does not allow, one sentence each. `libraries`: dependencies by workspace folder. */
export function strayImports(sources: readonly Source[], libraries: Readonly<Record<string, readonly string[]>>): string[] {
  const stray: string[] = [];
  for (const { path, text } of sources) {
    const room = ROOMS.find(({ dir }) => path.startsWith(`${dir}/`));
    if (!room || !isCode(path)) continue;
    for (const { from, line } of importsOf(text)) {
      const why = from.startsWith('.')
        ? judgeInside(room, path, from)
        : judgeOutside(room, path, from, libraries[room.dir] ?? []);
      if (why) stray.push(`${path}:${line} imports ${from}: ${why}`);
    }
  }
  return stray;
}

function judgeOutside(room: Room, path: string, from: string, libraries: readonly string[]): string | undefined {
  const name = from
    .split('/')
    .slice(0, from.startsWith('@') ? 2 : 1)
    .join('/');
  const helping = isTest(path) || isConfig(path);
  if (name.startsWith('node:')) return room.node || helping ? undefined : 'this room does not know Node';
  if (name.startsWith('virtual:'))
    return room.node || room.dir.startsWith('packages/') ? 'only the web app is built by Vite' : undefined;
  if (name.startsWith('@psa/')) return room.rooms.includes(name) ? undefined : 'not a room it may name';
  if (helping && TESTING.includes(name)) return undefined;
  if (room.only && !helping) return room.only.includes(name) ? undefined : `only ${room.only.join(', ')}`;
  return libraries.includes(name) ? undefined : 'not in its package.json';
}

function judgeInside(room: Room, path: string, from: string): string | undefined {
  const target = posix.join(posix.dirname(path), from.replace(/\?.*$/, ''));
  if (!target.startsWith(`${room.dir}/`)) return 'leaves its room';
  const [base, layers] = Object.entries(LAYERS).find(([dir]) => path.startsWith(`${dir}/`)) ?? [];
  // A test may set up what it needs.
  if (base === undefined || layers === undefined || isTest(path)) return undefined;
  const [own, other] = [path, target].map((p) => p.slice(base.length + 1).split('/')[0] ?? '');
  if (own === undefined || other === undefined || own === other || !(own in layers)) return undefined;
  return layers[own]?.includes(other) ? undefined : `${own} may import ${[own, ...(layers[own] ?? [])].join(', ')}`;
}
