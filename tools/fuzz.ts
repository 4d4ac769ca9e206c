import { parseArgs } from 'node:util';
import { cloneTemplate, startTestCluster, type TestCluster } from '../apps/server/src/testing/cluster.ts';
import { openFuzzRig } from '../apps/server/src/testing/fuzz/rig.ts';
import { type FuzzResult, report, runFuzz } from '../apps/server/src/testing/fuzz/run.ts';

/**
 * `npm run fuzz -- --n 200000 --seed 1`: spoilt requests over loopback only, against several servers at once (`--at-once 3`), each with a
 * database and a seed of its own: while one waits for PostgreSQL, another asks. `--minutes 8` ends it earlier, and Ctrl-C, with what was
 * found so far. Exit code 1 when something was, or when it ended before it had sent them all.
 */
const AT_ONCE_MAX = 16;
const { values } = parseArgs({
  options: {
    n: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    'at-once': { type: 'string', default: '3' },
    minutes: { type: 'string', default: '0' },
  },
});
const [n, seed, atOnce, minutes] = [Number(values.n), Number(values.seed), Number(values['at-once']), Number(values.minutes)];
if (!Number.isSafeInteger(n) || n < 1 || !Number.isSafeInteger(seed) || !(minutes >= 0)) {
  process.stderr.write('Give whole numbers: npm run fuzz -- --n 200000 --seed 1 --minutes 30\n');
  process.exit(1);
}
if (!Number.isSafeInteger(atOnce) || atOnce < 1 || atOnce > AT_ONCE_MAX) {
  process.stderr.write(`--at-once takes 1 to ${AT_ONCE_MAX}.\n`);
  process.exit(1);
}

let going = true;
process.once('SIGINT', () => {
  going = false;
});
const begun = performance.now();
const seconds = () => (performance.now() - begun) / 1000;
const done = new Map<number, number>();

async function lane(cluster: TestCluster, own: number, requests: number): Promise<FuzzResult> {
  const database = await cloneTemplate(cluster);
  try {
    const rig = await openFuzzRig(database, own);
    try {
      return await runFuzz(rig, {
        n: requests,
        seed: own,
        progress: (sent, found) => {
          done.set(own, sent);
          const all = [...done.values()].reduce((a, b) => a + b, 0);
          process.stderr.write(
            `  seed ${own}: ${sent} of ${requests}, ${found} findings; together ${all}, ${seconds().toFixed(0)} s\n`,
          );
          return going && (minutes === 0 || seconds() < minutes * 60);
        },
      });
    } finally {
      await rig.close();
    }
  } finally {
    await database.drop();
  }
}

const cluster = await startTestCluster();
try {
  const shares = Array.from({ length: atOnce }, (_, i) => Math.floor(n / atOnce) + (i < n % atOnce ? 1 : 0));
  const results = await Promise.all(shares.map((share, i) => lane(cluster, seed + i, share)));
  const requests = results.reduce((sum, result) => sum + result.requests, 0);
  const findings = results.reduce((sum, result) => sum + result.findings.length, 0);
  results.forEach((result, i) => {
    const { answered, routes } = result;
    process.stdout.write(
      `${JSON.stringify({ seed: seed + i, requests: result.requests, answered, routes, findings: result.findings.length })}\n`,
    );
    if (result.findings.length > 0) process.stdout.write(`\n${report(result)}\n`);
  });
  process.stdout.write(`${JSON.stringify({ requests, of: n, findings, seconds: Math.round(seconds()) })}\n`);
  process.exitCode = findings > 0 || requests < n ? 1 : 0;
} finally {
  await cluster.stop();
}
