export * from './api.ts';
export * from './hooks.ts';

import type { AnyRow } from '@psa/domain';
import type { DeviceApi } from './api.ts';
import { runtime } from './runtime.ts';

export { hoursInWords } from '../session/lease.ts';

/** What this browser keeps, and how to ask for it. */
export const device: DeviceApi = runtime.device;

/** A shown row as it is at this moment, for names in passing; screens that must follow changes use the hooks. */
export const peek = (kind: string, id: string): AnyRow | undefined => runtime.rows.row(kind, id);

/** Shown rows whose `field` is `id` as they are at this moment, by an index. */
export const peekBy = (kind: string, field: string, id: string): readonly AnyRow[] => runtime.rows.rowsBy(kind, field, id);
