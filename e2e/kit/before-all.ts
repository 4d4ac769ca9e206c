import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestCluster } from '../../apps/server/src/testing/cluster.ts';
import { findBrowser } from '../../tools/browser.ts';
import { hire } from './api.ts';
import { freePort } from './port.ts';
import { ServerProcess } from './server.ts';

/**
 * Once for all tests: finds a browser, starts one PostgreSQL, and lets a server fill the template that every test clones, with
 * the people of the tests in it. Answers what undoes it.
 */
export default async function beforeAll(): Promise<() => Promise<void>> {
  const { path, from } = await findBrowser();
  process.stdout.write(`Browser: ${path} (${from})\n`);
  const cluster = await startTestCluster(process.env.TEST_DATABASE_URL);
  const dataDir = await mkdtemp(join(tmpdir(), 'psa-e2e-'));
  const undo = async () => {
    await cluster.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    const port = await freePort();
    const server = await ServerProcess.start({
      port,
      dataDir,
      databaseUrl: cluster.templateUrl,
      serverUrl: cluster.templateServerUrl,
    });
    try {
      await hire(`http://127.0.0.1:${port}`);
    } finally {
      await server.stop();
    }
  } catch (error) {
    await undo();
    throw error;
  }
  process.env.PSA_E2E_BROWSER = path;
  const { stop: _, ...urls } = cluster;
  process.env.PSA_E2E_CLUSTER = JSON.stringify(urls);
  return undo;
}
