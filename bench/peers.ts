import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { BrowserContext, Page } from '@playwright/test';
import { type AnyRow, RECORDS, type RecordDef } from '@psa/domain';
import { build } from 'esbuild';
import { rowJson } from '../apps/server/src/db/sql.ts';
import { withBrowser } from './kit/browser.ts';
import { atRest, cpuMs } from './kit/cpu.ts';
import { openRig, type Rig, say } from './kit/rig.ts';
import { median, quantile, short } from './kit/stats.ts';

const CHANGES = 2_000;
const LIVE = 100;
/** Batch sizes of the peers that were tried; the best of each counts. */
const BATCHES = [500, 2_000, 5_000] as const;

const { values: asked } = parseArgs({
  args: process.argv.slice(3),
  options: { patients: { type: 'string', default: '20000' }, rounds: { type: 'string', default: '3' } },
});
const PATIENTS = Number(asked.patients);
const ROUNDS = Number(asked.rounds);

/** The servers of the peers (`peers/server.mjs`). */
interface Peers {
  pouchServer(rows: readonly AnyRow[]): Promise<Server>;
  rxServer(rows: readonly AnyRow[]): Promise<Server>;
}
interface Server {
  url: string;
  close(): Promise<void>;
}

const folder = fileURLToPath(new URL('./peers/', import.meta.url));

/** The peers have a package of their own, installed when first asked for. */
function install(): void {
  if (existsSync(`${folder}node_modules/rxdb`)) return;
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: folder, stdio: 'inherit' });
  if (status !== 0) throw new Error('The peers could not be installed.');
}

const bundle = async (path: string): Promise<string> => {
  const entryPoints = [fileURLToPath(new URL(path, import.meta.url))];
  const made = await build({
    entryPoints,
    bundle: true,
    format: 'esm',
    write: false,
    target: 'es2023',
    define: { global: 'globalThis' },
  });
  return made.outputFiles[0]?.text ?? '';
};

/** Calls a function that a page offers, with plain arguments. */
const call = <T>(page: Page, object: 'bench' | 'peers', name: string, ...args: unknown[]): Promise<T> =>
  page.evaluate(
    ([from, fn, given]) => {
      const offered = (globalThis as unknown as Record<string, Record<string, (...a: unknown[]) => unknown>>)[from as string];
      return offered?.[fn as string]?.(...(given as unknown[]));
    },
    [object, name, args] as const,
  ) as Promise<T>;

async function openPage(context: BrowserContext, rig: Rig, scripts: readonly string[]): Promise<Page> {
  // The servers of the peers are other origins on this machine.
  await context.grantPermissions(['local-network-access'], { origin: rig.url });
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error') say(message.text().slice(0, 300));
  });
  await page.route('**/bench.html', (route) =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>bench</title>' }),
  );
  await page.goto(`${rig.url}/bench.html`);
  for (const content of scripts) await page.addScriptTag({ content, type: 'module' });
  await page.waitForFunction('globalThis.bench !== undefined && globalThis.peers !== undefined');
  return page;
}

/** RxDB wants the type of each field; a patient has texts, flags and a version. */
function schemaOf(row: AnyRow): object {
  return Object.fromEntries(
    Object.keys(row)
      .filter((name) => name !== 'id')
      .map((name) => [name, {}]),
  );
}

interface Took {
  ms: number;
  rows?: number;
  patients?: number;
  written?: number;
}

/**
 * The same patients, browser and run: first sync and push of changes made without a network, against PouchDB with a CouchDB-compatible server
 * and RxDB with Dexie and HTTP replication; and, of ours alone, one change from device to device. Their servers keep everything in memory and check nothing; ours is the real one.
 */
export async function benchPeers(): Promise<object> {
  install();
  const { pouchServer, rxServer } = (await import(`${folder}server.mjs`)) as Peers;
  const scripts = await Promise.all(['./page/tablet.ts', './peers/page.mjs'].map(bundle));
  const rig = await openRig(PATIENTS);
  const servers: Server[] = [];
  try {
    const patients = RECORDS.patients as unknown as RecordDef;
    const { rows: found } = await rig.pool.query<{ row: AnyRow }>(`select ${rowJson(patients)} as row from patients t`);
    const rows = found.map(({ row }) => row);
    const fields = schemaOf(rows[0] as AnyRow);
    const [pouch, rx] = [await pouchServer(rows), await rxServer(rows)];
    servers.push(pouch, rx);
    return await withBrowser(async (context) => {
      const page = await openPage(context, rig, scripts);
      const tools = await context.newCDPSession(page);
      const cleanly = async (measure: () => Promise<Took>): Promise<number> => {
        await tools.send('HeapProfiler.collectGarbage');
        await atRest();
        const took = await measure();
        const arrived = took.rows ?? took.patients ?? took.written;
        if (arrived !== PATIENTS && arrived !== CHANGES) throw new Error(`${arrived} rows instead of ${PATIENTS}.`);
        return took.ms;
      };
      const first: Record<string, number[]> = {};
      const note = (name: string, ms: number) => {
        first[name] = [...(first[name] ?? []), ms];
        say(`${name}: ${short(ms)} ms`);
      };
      for (let round = 0; round < ROUNDS; round++) {
        await call(page, 'bench', 'warm', `tablet-${round}`);
        note('ours', await cleanly(() => call(page, 'bench', 'ours', `tablet-${round}`)));
        for (const batch of BATCHES) {
          const name = `${batch}-${round}`;
          note(
            `rxdb, ${batch} a batch`,
            await cleanly(() => call(page, 'peers', 'rxFirst', rx.url, `rx-${name}`, batch, fields)),
          );
          note(
            `pouchdb, ${batch} a batch`,
            await cleanly(() => call(page, 'peers', 'pouchFirst', pouch.url, `p-${name}`, batch)),
          );
        }
      }
      const best = (peer: string) =>
        Math.min(...BATCHES.map((batch) => median(first[`${peer}, ${batch} a batch`] ?? [Number.POSITIVE_INFINITY])));
      const ours = median(first.ours ?? []);
      const spent = () => [cpuMs([rig.pids.server]) ?? Number.NaN, cpuMs([rig.pids.postgres]) ?? Number.NaN] as const;
      const before = spent();
      const push = {
        ours: await cleanly(() => call(page, 'bench', 'push', 'tablet-0', CHANGES)),
        rxdb: await cleanly(() => call(page, 'peers', 'rxPush', rx.url, `rx-${BATCHES[0]}-0`, CHANGES, fields)),
        pouchdb: await cleanly(() => call(page, 'peers', 'pouchPush', pouch.url, `p-${BATCHES[0]}-0`, CHANGES)),
      };
      const after = spent();
      say(`push of ${CHANGES}: ${JSON.stringify(push)}`);
      const spread = (times: readonly number[]) => ({ median: short(median(times)), p95: short(quantile(times, 0.95)) });
      const live = spread(await call(page, 'bench', 'live', ['tablet-0', 'tablet-live'], LIVE));
      return {
        bench: 'peers',
        patients: PATIENTS,
        first_sync_ms: { ours: short(ours), rxdb: short(best('rxdb')), pouchdb: short(best('pouchdb')) },
        first_sync_times_faster: { than_rxdb: short(best('rxdb') / ours), than_pouchdb: short(best('pouchdb') / ours) },
        push_ms: { changes: CHANGES, ...push },
        /** Of our push, for each group. */
        push_cpu_ms: { server: short((after[0] - before[0]) / CHANGES), postgres: short((after[1] - before[1]) / CHANGES) },
        push_times_faster: { than_rxdb: short(push.rxdb / push.ours), than_pouchdb: short(push.pouchdb / push.ours) },
        /** Of ours only. */
        device_to_device_ms: live,
        first,
      };
    });
  } finally {
    for (const server of servers) await server.close();
    await rig.close();
  }
}
