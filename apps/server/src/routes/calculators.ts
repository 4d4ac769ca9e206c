import { CALCULATORS, type Calculator, explain, isRefusal } from '@psa/domain/clinical';
import type { FastifyInstance } from 'fastify';
import { type Services, signedIn } from './services.ts';

/** What of a rule can be told without its functions. */
function told({ compute: _, working: __, ...facts }: Calculator): Omit<Calculator, 'compute' | 'working'> {
  return facts;
}

/**
 * GET /api/calculators: every clinical rule with what it asks and answers. POST /api/calculators/<id>: computes one, keeps nothing.
 * The answer is what the contract of the rules says, so that its vectors run over HTTP as well: the result itself with `rule` beside it,
 * or 422 with exactly `{error: {code, field}}`.
 */
export function calculatorRoutes(app: FastifyInstance, s: Services): void {
  const onRequest = signedIn(s);
  const all = Object.values(CALCULATORS);
  app.get('/api/calculators', { onRequest }, () => ({ calculators: all.map(told) }));
  for (const calculator of all) {
    const { id, title, version, sources } = calculator;
    app.post(`/api/calculators/${id}`, { onRequest }, async (request, reply) => {
      const explained = explain(calculator, request.body);
      if (isRefusal(explained)) return reply.code(422).send(explained);
      return { ...explained.result, rule: { id, title, version, sources, working: explained.working } };
    });
  }
}
