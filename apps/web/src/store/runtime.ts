import type { Chance } from '@psa/sync';
import { browserPasskeys } from '../session/passkey.ts';
import { Device } from './device.ts';

const chance: Chance = {
  below: (n) => Math.floor((crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) * 2 ** -32 * n),
  random: (count) => crypto.getRandomValues(new Uint8Array(count)),
};

/** This browser's device. It starts by itself where there is a browser, and stays `starting` where there is none (tests of screens). */
const device = new Device({
  name: 'psa',
  fetch: (input, init) => fetch(input, init),
  base: '',
  now: Date.now,
  chance,
  locks: typeof navigator === 'undefined' ? undefined : navigator.locks,
  page: typeof window === 'undefined' ? null : window,
  visible: () => typeof document === 'undefined' || document.visibilityState === 'visible',
  userAgent: typeof navigator === 'undefined' ? '' : navigator.userAgent,
  persist: async () => (await navigator.storage?.persist?.()) ?? false,
  shelf: {
    estimate: async () => {
      const told = await navigator.storage?.estimate?.();
      if (!told) return null;
      const { usage = null, quota = null } = told;
      return { used: usage, room: usage === null || quota === null ? null : Math.max(0, quota - usage) };
    },
    persisted: async () => (await navigator.storage?.persisted?.()) ?? null,
  },
  passkeys: browserPasskeys,
});
if (typeof window !== 'undefined') void device.start();

export const runtime = {
  device: device.api,
  session: device.session,
  sync: device.sync,
  attention: device.memory.work.attention,
  rows: device.memory.rows,
  work: device.memory.work,
  files: device.memory.files,
  drafts: device.drafts,
};
