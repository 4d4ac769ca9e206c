import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { PROJECT_DIR } from '../config.ts';
import { Database } from '../db/database.ts';
import { createPool } from '../db/pool.ts';
import { Figures } from './figures.ts';
import { Metrics } from './metrics.ts';

const metrics = new Metrics();
const pool = createPool('postgres://nobody@127.0.0.1:1/none');
new Figures(metrics, { db: new Database(pool), pool, folder: '.', now: Date.now });
metrics.watchProcess();
afterAll(async () => {
  metrics.stop();
  await pool.end();
});

const read = (path: string) => readFileSync(join(PROJECT_DIR, path), 'utf8');
/** Names of our metrics and of Node's in a text, without what histograms add to theirs. */
const named = (text: string): string[] =>
  [...new Set(text.match(/\b(psa|nodejs|process)_[a-z0-9_]+/g) ?? [])].map((name) => name.replace(/_(bucket|sum|count)$/, ''));

test.each(['deploy/prometheus/alerts.yml', 'deploy/grafana/dashboard.json'])('%s asks only for what is told', (path) => {
  const told = new Set(metrics.registry.getMetricsAsArray().map(({ name }) => name));
  const asked = named(read(path));
  expect(asked.length).toBeGreaterThan(10);
  expect(asked.filter((name) => !told.has(name))).toEqual([]);
});

test('every alert says what it means and what to do', () => {
  const text = read('deploy/prometheus/alerts.yml');
  const count = (pattern: RegExp) => (text.match(pattern) ?? []).length;
  expect(count(/- alert:/g)).toBeGreaterThan(10);
  expect(count(/^ {10}summary: .+\.$/gm)).toBe(count(/- alert:/g));
  expect(count(/^ {10}action: .+$/gm)).toBe(count(/- alert:/g));
});
