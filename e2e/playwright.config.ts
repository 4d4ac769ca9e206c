import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from '@playwright/test';

const root = fileURLToPath(new URL('..', import.meta.url));
const results = process.env.PSA_TEST_RESULTS ?? join(root, '.cache', 'test');

/** Real browsers against a real server: `npm test -- build browser`, or `npx playwright test -c e2e` after a build. */
export default defineConfig({
  testDir: '.',
  outputDir: join(root, 'test-results'),
  globalSetup: './kit/before-all.ts',
  workers: 2,
  fullyParallel: true,
  // A test that fails now and then is a fault to find, not to try again.
  retries: 0,
  forbidOnly: true,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  // The longest begins first, so that no worker waits for it at the end. `thorough` has what `npm test` leaves out, as a run of all would
  // take too long to be waited for: `npm test -- build thorough`.
  projects: [
    { name: 'torture', testMatch: '**/torture.e2e.ts' },
    { name: 'screens', testMatch: '**/*.e2e.ts', testIgnore: '**/torture.e2e.ts', grepInvert: /@thorough/ },
    { name: 'thorough', testMatch: '**/*.e2e.ts', grep: /@thorough/ },
  ],
  reporter: [['list'], ['json', { outputFile: join(results, 'playwright.json') }]],
});
