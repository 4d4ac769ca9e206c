import { parseArgs } from 'node:util';
import { cloneTemplate, startTestCluster } from '../apps/server/src/testing/cluster.ts';
import { openFuzzRig } from '../apps/server/src/testing/fuzz/rig.ts';
import { report, runFuzz } from '../apps/server/src/testing/fuzz/run.ts';

/**
 * `npm run fuzz -- --n 200000 --seed 1`: spoilt requests against a server and a PostgreSQL of its own, over loopback only. Ctrl-C ends it with what
 * was found so far; exit code 1 when something was.
 */
const { values } = parseArgs({ options: { n: { type: 'string', default: '20000' }, seed: { type: 'string', default: '1' } } });
const [n, seed] = [Number(values.n), Number(values.seed)];
if (!Number.isSafeInteger(n) || n < 1 || !Number.isSafeInteger(seed)) {
  process.stderr.write('Give whole numbers: npm run fuzz -- --n 200000 --seed 1\n');
  process.exit(1);
}

let going = true;
process.once('SIGINT', () => {
  going = false;
});
const cluster = await startTestCluster();
const database = await cloneTemplate(cluster);
const rig = await openFuzzRig(database, seed);
try {
  const begun = performance.now();
  const result = await runFuzz(rig, {
    n,
    seed,
    progress: (done, found) => {
      const seconds = (performance.now() - begun) / 1000;
      process.stderr.write(`  ${done} of ${n} requests, ${found} findings, ${seconds.toFixed(0)} s\n`);
      return going;
    },
  });
  const { requests, answered, routes, findings } = result;
  process.stdout.write(`${JSON.stringify({ seed, requests, answered, routes, findings: findings.length })}\n`);
  if (findings.length > 0) process.stdout.write(`\n${report(result)}\n`);
  process.exitCode = findings.length > 0 ? 1 : 0;
} finally {
  await rig.close();
  await database.drop();
  await cluster.stop();
}
