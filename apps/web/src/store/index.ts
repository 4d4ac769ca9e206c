export * from './api.ts';
export * from './hooks.ts';

import type { DeviceApi } from './api.ts';
import { runtime } from './runtime.ts';

/** What this browser keeps, and how to ask for it. */
export const device: DeviceApi = runtime.device;
