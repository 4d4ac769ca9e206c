import { inject } from 'vitest';
import { cloneTemplate, type TestDatabase } from './cluster.ts';

/**
 * A migrated database of its own for a test file (`.pg.test.ts`). Call it in `beforeAll`, and `drop` in `afterAll` after
 * closing the pool. The role owns the database and is no superuser.
 */
export function openDatabase(): Promise<TestDatabase> {
  return cloneTemplate(inject('testCluster'));
}
