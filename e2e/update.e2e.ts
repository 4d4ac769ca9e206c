import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listed, register, saved, sent, signIn, takeUpdate, unlock } from './kit/app.ts';
import { deployNextVersion } from './kit/server.ts';
import { expect, test } from './kit/test.ts';

test('[S5] a new version announces itself, waits for a tap, and finds the work that was not sent', async ({
  hospital,
  unpack,
}) => {
  const next = await mkdtemp(join(tmpdir(), 'psa-next-'));
  try {
    const a = await unpack('tablet A');
    await signIn(a, 'doctor');
    await deployNextVersion(next, 'next');
    await hospital.stop();
    await register(a, { Surname: 'Okoro', 'First name': 'Emeka', 'Hospital number': 'PS-5001' });
    await saved(a);

    // The line stays cut for data, so that the work still waits when the version changes.
    await a.context.route('**/api/sync/**', (route) => route.abort());
    await hospital.start(next);
    const version = a.page.locator('meta[name="psa-version"]');
    await expect(version).toHaveCount(0);
    await takeUpdate(a);
    await expect(version).toHaveAttribute('content', 'next');
    await unlock(a, 'doctor', { mayBeOpen: true });
    await saved(a);
    await listed(a, 'Okoro');

    await a.context.unroute('**/api/sync/**');
    await sent(a);
    const ask = await hospital.as('doctor');
    const { patients } = await ask<{ patients: unknown[] }>('GET', '/api/sync/patients');
    expect(patients).toMatchObject([{ hospital_number: 'PS-5001', row_version: 1 }]);
  } finally {
    await rm(next, { recursive: true, force: true });
  }
});
