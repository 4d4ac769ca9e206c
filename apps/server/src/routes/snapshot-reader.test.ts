import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { Metrics } from '../watch/metrics.ts';
import { SnapshotReader } from './snapshot-reader.ts';

test('[S45] a snapshot is read from a replica only when it has come as far as the device may have seen', async () => {
  const facility = randomUUID();
  const store = (head: number, fails = false) => ({
    head: async () => head,
    epoch: async () => ({ epoch: 'e' }),
    snapshotPages: async () => {
      if (fails) throw new Error('ended in favour of what it replays');
      return { head, pages: [] };
    },
  });
  const metrics = new Metrics();
  const read = (behind: Parameters<typeof store>) =>
    new SnapshotReader(store(10), store(...behind), metrics, 60).snapshotPages(facility, 'identity', 100, 10);
  expect((await read([10])).head).toBe(10);
  expect((await read([9])).head).toBe(10);
  expect((await read([11, true])).head).toBe(10);
  const text = await metrics.registry.metrics();
  expect(text).toContain('psa_snapshots_made_total{from="replica"} 1');
  expect(text).toContain('psa_snapshots_made_total{from="primary"} 2');
  metrics.stop();
});
