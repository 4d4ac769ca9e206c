import type { TestProject } from 'vitest/node';
import { startTestCluster, type TestCluster } from './cluster.ts';

declare module 'vitest' {
  interface ProvidedContext {
    testCluster: TestCluster;
  }
}

/**
 * One PostgreSQL for the whole run: an embedded one, or that of TEST_DATABASE_URL. Answers the function that removes it, which
 * vitest calls after the last test, whatever came before.
 */
export default async function setup({ provide }: Pick<TestProject, 'provide'>): Promise<() => Promise<void>> {
  const { stop, ...cluster } = await startTestCluster(process.env.TEST_DATABASE_URL);
  provide('testCluster', cluster);
  return stop;
}
