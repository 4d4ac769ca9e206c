import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { disaster } from './disaster.ts';

/** Three starts of PostgreSQL and two restores; two cores may be shared by many. */
const SLOW_MS_MAX = 180_000;

test('[S48] the data folder is destroyed while a tablet writes: all that was acknowledged comes back', {
  timeout: SLOW_MS_MAX,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'psa-disaster-'));
  chmodSync(folder, 0o755);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 }));
  const report = await disaster(folder, 60, () => undefined);
  expect(report.acknowledged).toBeGreaterThanOrEqual(60);
  // The copy alone would not do: some came from the log.
  expect(report.parts).toBeGreaterThan(0);
  expect(report.wrong).toEqual([]);
  expect(report.restored.entries).toBeGreaterThan(60);
  // A disk that can still be read gives back everything …
  expect(report.missingWithSalvage).toBe(0);
  // … and without it the tablets close what was not carried away yet.
  expect(report.newEpoch).toBe(true);
  expect([report.missingAfterTablets, report.waiting]).toEqual([0, 0]);
});
