import { afterAll, expect, test } from 'vitest';
import { openDatabase } from '../database.ts';
import { openFuzzRig } from './rig.ts';
import { type FuzzResult, report, runFuzz } from './run.ts';

const REQUESTS = 20_000;
/** Each with a server and a database of its own: while one waits for PostgreSQL, another asks. */
const SEEDS = [20_261_122, 20_261_123];

const databases: { drop(): Promise<void> }[] = [];
afterAll(async () => {
  for (const made of databases) await made.drop();
});

async function fuzz(seed: number): Promise<FuzzResult> {
  const database = await openDatabase();
  databases.push(database);
  const rig = await openFuzzRig(database, seed);
  try {
    return await runFuzz(rig, { n: REQUESTS / SEEDS.length, seed });
  } finally {
    await rig.close();
  }
}

test('20,000 requests, most of them spoilt: none ends in a fault of ours', { timeout: 600_000 }, async () => {
  const results = await Promise.all(SEEDS.map(fuzz));
  for (const { requests, answered, routes } of results) console.info(JSON.stringify({ requests, answered, routes }));
  expect(results.map(report).join('')).toBe('');
  for (const { requests, routes, answered } of results) {
    expect(requests).toBe(REQUESTS / SEEDS.length);
    // Every route is asked, and enough gets past the first check to be worth it.
    expect(routes.asked).toBe(routes.of);
    expect(answered[2] ?? 0).toBeGreaterThan(requests / 10);
  }
});
