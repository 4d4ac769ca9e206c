import { test as base, expect } from '@playwright/test';
import { Hospital } from './hospital.ts';
import { Tablet, type TabletSettings } from './tablet.ts';

interface Parts {
  /** A server with a database of its own and no patients. */
  hospital: Hospital;
  /** Unpacks one more tablet. Without `url` it talks to the hospital's server. */
  unpack(name: string, options?: TabletSettings & { url?: string }): Promise<Tablet>;
}

/** A test with a hospital and as many tablets as it asks for; all are taken down afterwards, with a picture of each if it failed. */
export const test = base.extend<Parts>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads which parts are wanted from this pattern.
  hospital: async ({}, use) => {
    const hospital = await Hospital.open();
    await use(hospital);
    await hospital.close();
  },
  unpack: async ({ hospital }, use, info) => {
    const tablets: Tablet[] = [];
    await use(async (name, { url = hospital.url, ...settings } = {}) => {
      const tablet = await Tablet.unpack(name, url, settings);
      tablets.push(tablet);
      return tablet;
    });
    const failed = info.status !== info.expectedStatus;
    for (const tablet of tablets) {
      if (failed && tablet.isOn)
        await info.attach(`${tablet.name}.png`, { body: await tablet.page.screenshot(), contentType: 'image/png' });
      await tablet.throwAway();
    }
    // Whatever a test is about: the app keeps to its own policy all the while.
    for (const { name, violations } of tablets) expect(violations, `what the policy stopped on ${name}`).toEqual([]);
  },
});
export { expect } from '@playwright/test';
