import { ProblemError } from '@psa/domain';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { areAllTrialAccountsOpen, openTrialAccounts } from '../auth/defaults.ts';
import { isWithoutPatients, loadDemo } from '../db/demo.ts';
import { homeFacility } from '../db/home.ts';
import { type Services, sessionOf, signedIn } from './services.ts';

/** For trying out: the published accounts while they open, and the demonstration ward while there is nothing to spoil. */
export function trialRoutes(app: FastifyInstance, s: Services): void {
  let loading: { done: number; of: number } | null = null;

  const isUntouched = async (facility: string): Promise<boolean> =>
    (await areAllTrialAccountsOpen(s.db, facility)) && (await isWithoutPatients(s.db, facility));

  app.get('/api/trial', async (request) => {
    const facility = await homeFacility(s.db);
    if (!isLocal(request) || facility === undefined) return { accounts: [], demo_available: false, demo_loading: null };
    return {
      accounts: await openTrialAccounts(s.db, facility),
      demo_available: loading === null && (await isUntouched(facility)),
      demo_loading: loading,
    };
  });

  app.post('/api/trial/demo', { onRequest: signedIn(s) }, async (request) => {
    const { facility_id } = sessionOf(request).actor;
    if (loading) throw new ProblemError('CONFLICT', { say: 'The demonstration ward is being filled already.' });
    loading = { done: 0, of: 0 };
    try {
      if (facility_id !== (await homeFacility(s.db)) || !(await isUntouched(facility_id))) {
        throw new ProblemError('CONFLICT', { say: 'The demonstration ward can only be loaded into a new installation.' });
      }
      return await loadDemo(s.db, undefined, {
        now: s.now,
        progress: (done, of) => {
          loading = { done, of };
        },
      });
    } finally {
      loading = null;
    }
  });
}

/** Loopback addresses, also as IPv6 writes them. */
const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/;
const LOCAL_HOST = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i;

/**
 * Whether a browser on this machine asks, for this machine by name: not through a proxy (which would make everybody look
 * local), and not from a page that made some other name point here.
 */
function isLocal(request: FastifyRequest): boolean {
  const { headers, socket } = request.raw;
  const forwarded = headers.forwarded ?? headers['x-forwarded-for'] ?? headers['x-real-ip'] ?? headers.via;
  return forwarded === undefined && LOOPBACK.test(socket.remoteAddress ?? '') && LOCAL_HOST.test(headers.host ?? '');
}
