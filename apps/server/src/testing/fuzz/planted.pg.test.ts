import { chanceFrom, UUID } from '@psa/domain';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../db/database.ts';
import type { TestDatabase } from '../cluster.ts';
import { openDatabase } from '../database.ts';
import type { Fault } from './checks.ts';
import { Maker } from './maker.ts';
import { type FuzzRig, openFuzzRig } from './rig.ts';
import { runFuzz } from './run.ts';

// What the fuzzing is for is put into the server on purpose, and must be found.

let database: TestDatabase;
let rig: FuzzRig;
const SEED = 7;

/** Routes with a fault each, beside the real ones. None is described anywhere: a new route is found by itself. */
function plant(app: FastifyInstance, db: Database, foreign: () => string): void {
  app.get('/api/planted/throws/:id', async (request) => {
    const { id } = request.params as { id: string };
    if (!UUID.test(id)) throw new TypeError('cannot read properties of undefined');
    return {};
  });
  app.post('/api/planted/writes-first', async (request, reply) => {
    await db.of(foreign()).query("update patients set city = 'Enugu', row_version = row_version + 1");
    return request.body === null ? {} : reply.code(400).send({ error: 'No.', code: 'BAD_REQUEST', fields: {} });
  });
  app.get('/api/planted/reads-and-writes', async () => {
    await db.of(foreign()).query("update patients set city = 'Nsukka', row_version = row_version + 1");
    return {};
  });
  app.get('/api/planted/everybody', async () => {
    const { rows } = await db.of(foreign()).query('select first_name from patients limit 3');
    return { rows };
  });
  app.post('/api/planted/tells', async (request, reply) => {
    if (request.body !== null)
      return reply.code(400).send({ error: 'insert into patients violates it', code: 'INVALID', fields: {} });
    return {};
  });
  app.post('/api/planted/own-shape', async (_request, reply) => reply.code(422).send({ message: 'no' }));
}

beforeAll(async () => {
  database = await openDatabase();
  rig = await openFuzzRig(database, SEED, (app, db) => plant(app, db, () => rig.ids.b.facilities?.[0] ?? ''));
});
afterAll(async () => {
  await rig.close();
  await database.drop();
});

test('each planted fault is found, told with its request, and nothing else', { timeout: 300_000 }, async () => {
  const planted = rig.routes.filter(({ url }) => url.startsWith('/api/planted/'));
  expect(planted).toHaveLength(6);
  const { findings } = await runFuzz({ ...rig, routes: planted }, { n: 1_500, seed: SEED, findingsMax: 100 });
  const found = new Map(findings.map(({ is, story }) => [story.route, is]));
  const wanted: Record<string, Fault['is']> = {
    '/api/planted/throws/:id': 'server error',
    '/api/planted/writes-first': 'refused but written',
    '/api/planted/reads-and-writes': 'read but written',
    '/api/planted/everybody': 'leak',
    '/api/planted/tells': 'inside told',
    '/api/planted/own-shape': 'not our shape',
  };
  expect(Object.fromEntries(found)).toEqual(wanted);
  const thrown = findings.find(({ is }) => is === 'server error');
  expect(thrown?.smallest).toMatch(/^curl -i -X GET '\$BASE\/api\/planted\/throws\//);
});

test('the same seed makes the same requests', () => {
  const stories = (seed: number) => {
    const maker = new Maker(rig, chanceFrom(seed));
    return Array.from({ length: 300 }, () => maker.next());
  };
  expect(stories(3)).toEqual(stories(3));
  expect(stories(3)).not.toEqual(stories(4));
});
