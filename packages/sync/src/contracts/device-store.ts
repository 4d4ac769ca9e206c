import { archiveCases } from './device-archive.ts';
import { copyCases } from './device-copies.ts';
import type { DeviceCase } from './device-fixture.ts';
import { outboxCases } from './device-outbox.ts';

export { type DeviceCase, type DeviceFixture, type OpenDevice, PERSON_SCOPE } from './device-fixture.ts';

/**
 * What every DeviceStore promises, one case each: `test.each(deviceStoreContract)('$name', ({ run }) => run(open))`. Each case opens a
 * fresh storage and closes it.
 */
export const deviceStoreContract: readonly DeviceCase[] = [...outboxCases, ...copyCases, ...archiveCases];
