import type { FastifyInstance } from 'fastify';
import type { Services } from './services.ts';

/** The database is asked once a second at most, however many ask us. */
const FRESH_MS = 1_000;

interface Health {
  status: 'healthy' | 'unhealthy';
  database: 'connected' | 'disconnected';
  migrated: boolean;
  writable: boolean;
  version: string;
  timestamp: string;
}

/** GET /api/health: whether this server could keep an entry now. Answered 503 when it could not. */
export function healthRoute(app: FastifyInstance, s: Services, migrations: () => Promise<boolean>): void {
  let last: { at: number; health: Promise<Health> } | undefined;
  app.get('/api/health', async (_request, reply) => {
    const now = s.now();
    if (!last || now - last.at >= FRESH_MS || now < last.at) last = { at: now, health: look(s, migrations) };
    const health = await last.health;
    return reply.code(health.status === 'healthy' ? 200 : 503).send(health);
  });
}

async function look(s: Services, migrations: () => Promise<boolean>): Promise<Health> {
  const health: Health = {
    status: 'unhealthy',
    database: 'disconnected',
    migrated: false,
    writable: false,
    version: s.config.version,
    timestamp: new Date(s.now()).toISOString(),
  };
  try {
    await s.db.of(null).query('select 1');
    health.database = 'connected';
    health.migrated = await migrations();
    // A write that commits: a standby, a read-only database and a full disk all refuse it.
    await s.db
      .of(null)
      .query('insert into server_health (id, checked_at) values (1, now()) on conflict (id) do update set checked_at = now()');
    health.writable = true;
  } catch {
    // What is still false says how far it came.
  }
  if (health.migrated && health.writable) health.status = 'healthy';
  return health;
}
