import { existsSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

/** One throw-away PostgreSQL for the whole run; each test file takes a database of its own from it. */
const cluster = './apps/server/src/testing/global-setup.ts';
const setup = existsSync(new URL(cluster, import.meta.url)) ? [cluster] : [];

const rooms = ['packages', 'apps', 'tools', 'bench'];
const outside = ['**/node_modules/**', '**/dist/**'];

/**
 * Test files of one worker share what they import: loading the rooms anew for each took a third of the time. What a test changes for all
 * (a clock, a variable of the environment) it puts back. A project does not take this from what stands above it.
 */
const shared = { pool: 'forks', isolate: false } as const;

export default defineConfig({
  test: {
    // Two cores in CI; more would only make the slow tests slower.
    maxWorkers: 2,
    projects: [
      {
        test: {
          ...shared,
          name: 'unit',
          include: rooms.map((room) => `${room}/**/*.test.{ts,tsx}`),
          exclude: [...outside, '**/*.pg.test.ts'],
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        test: {
          ...shared,
          name: 'postgresql',
          include: rooms.map((room) => `${room}/**/*.pg.test.ts`),
          exclude: outside,
          globalSetup: setup,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
