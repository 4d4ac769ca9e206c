import type { ServerCase } from './server-fixture.ts';
import { serverRaces } from './server-races.ts';
import { serverReads } from './server-reads.ts';
import { serverRules } from './server-rules.ts';
import { serverWrites } from './server-writes.ts';

export type { OpenServer, ServerCase, ServerFixture } from './server-fixture.ts';

/**
 * What every ServerStore promises, whatever keeps it: cases without a test runner, for
 * `test.each(serverStoreContract)('$name', (c) => c.run(open))`.
 */
export const serverStoreContract: readonly ServerCase[] = [...serverWrites, ...serverRules, ...serverRaces, ...serverReads];
