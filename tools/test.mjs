// Every check of the repository, one after the other, whatever fails before: `npm test`.
//   npm test                    all steps
//   npm test -- lint vitest     only these
//   npm test -- build thorough  what takes too long for every run
// Ends with one line, `N passed, N failed`: each test counts one, each of the other steps counts one. What did not run (a
// skipped test, a file that could not be loaded, a step that found nothing to do) counts as failed.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const results = join(root, '.cache', 'test');
const bin = (name, path) => [process.execPath, join(root, 'node_modules', name, path)];

/** A step that hangs is stopped: the longest takes some ten minutes on two cores that do nothing else. */
const STEP_MINUTES_MAX = 30;

const browser = (...projects) => [
  ...bin('@playwright/test', 'cli.js'),
  'test',
  '--config',
  'e2e/playwright.config.ts',
  ...projects.map((project) => `--project=${project}`),
];

const STEPS = [
  { name: 'typecheck', title: 'Types', runs: [[process.execPath, 'tools/typecheck.mjs']] },
  {
    name: 'lint',
    title: 'Lint and format',
    runs: [
      [...bin('@biomejs/biome', 'bin/biome'), 'ci', '--error-on-warnings', ...(process.stdout.isTTY ? [] : ['--colors=off'])],
      [...bin('oxlint', 'bin/oxlint'), '--type-aware'],
    ],
  },
  { name: 'deadcode', title: 'Dead code', runs: [[...bin('knip', 'bin/knip.js'), '--no-config-hints']] },
  {
    name: 'vitest',
    title: 'Unit tests, PostgreSQL tests and simulation',
    runs: [
      [
        ...bin('vitest', 'vitest.mjs'),
        'run',
        '--reporter=default',
        '--reporter=json',
        `--outputFile.json=${join(results, 'vitest.json')}`,
      ],
    ],
    count: countVitest,
  },
  {
    name: 'supply',
    title: 'Licences, secrets, known faults of packages',
    runs: [[...bin('tsx', 'dist/cli.mjs'), 'tools/supply.ts']],
  },
  { name: 'build', title: 'Build', runs: [[process.execPath, 'tools/start.mjs', '--build-only']] },
  {
    name: 'browser',
    title: 'Browser tests',
    needs: 'build',
    runs: [browser('torture', 'screens')],
    count: countPlaywright,
  },
  {
    name: 'thorough',
    title: 'Further browser tests',
    needs: 'build',
    asked: true,
    runs: [browser('thorough')],
    count: countPlaywright,
  },
];

/** Counts of a vitest JSON report. Files that failed before their first test count as one failure. */
function countVitest() {
  const report = JSON.parse(readFileSync(join(results, 'vitest.json'), 'utf8'));
  const broken = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((t) => t.status === 'failed'),
  );
  return { passed: report.numPassedTests, failed: report.numTotalTests - report.numPassedTests + broken.length };
}

/** Counts of a Playwright JSON report; a test that passed only on a second try did not pass. */
function countPlaywright() {
  const { stats, errors } = JSON.parse(readFileSync(join(results, 'playwright.json'), 'utf8'));
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky + stats.skipped + errors.length };
}

/** A log file is read without colours; some tools would colour it all the same because CI is set. */
const plain = process.stdout.isTTY || process.env.FORCE_COLOR ? {} : { NO_COLOR: '1' };

let running;

/** Runs one command with its output shown; resolves to its exit code. */
function run(command) {
  return new Promise((done) => {
    const [file, ...args] = command;
    const child = spawn(file, args, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      // A group of its own, so that a step that hangs is stopped with everything it started.
      detached: process.platform !== 'win32',
      env: { ...process.env, ...plain, CI: 'true', PSA_TEST_RESULTS: results },
    });
    running = child;
    const tooLong = setTimeout(() => {
      say(`stopped after ${STEP_MINUTES_MAX} minutes`);
      stop('SIGKILL');
    }, STEP_MINUTES_MAX * 60_000);
    child.on('error', (error) => say(error.message));
    child.on('close', (code) => {
      clearTimeout(tooLong);
      running = undefined;
      done(code ?? 1);
    });
  });
}

/** Stops the command that runs, with its children. */
function stop(signal) {
  if (running?.pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? running.pid : -running.pid, signal);
  } catch {
    // It ended by itself meanwhile.
  }
}

const say = (line) => process.stdout.write(`${line}\n`);
const seconds = (sinceMs) => `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`;

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    stop(signal);
    process.exitCode = 130;
  });
}

/** Runs one step; resolves to what passed and failed in it. */
async function runStep(step) {
  let code = 0;
  for (const command of step.runs) code = (await run(command)) || code;
  if (!step.count) return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  try {
    const { passed, failed } = step.count();
    // Nothing ran, or it ended badly although every test passed (an unhandled error, a clean-up that failed).
    return { passed, failed: failed === 0 && (code !== 0 || passed === 0) ? 1 : failed };
  } catch (error) {
    say(`No result to read: ${error.message}`);
    return { passed: 0, failed: 1 };
  }
}

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !STEPS.some((step) => step.name === name));
if (unknown.length > 0) {
  say(`There is no step ${unknown.join(', ')}; there are ${STEPS.map(({ name }) => name).join(', ')}.`);
  process.exit(1);
}
/** `asked`: run only when it is named. */
const steps = STEPS.filter((step) => (asked.length === 0 ? !step.asked : asked.includes(step.name)));

rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });
if (!existsSync(join(root, 'node_modules'))) {
  say('The packages are not installed. Run `npm ci` first.');
  process.exit(1);
}

const begun = performance.now();
const outcome = new Map();
for (const [i, step] of steps.entries()) {
  say(`\n[${i + 1}/${steps.length}] ${step.title}`);
  const since = performance.now();
  const blocked = step.needs !== undefined && outcome.get(step.needs)?.failed > 0;
  const done = blocked || process.exitCode === 130 ? { passed: 0, failed: 1, blocked: true } : await runStep(step);
  outcome.set(step.name, { ...done, took: seconds(since) });
  say(
    `[${i + 1}/${steps.length}] ${step.title}: ${done.blocked ? 'not run' : done.failed === 0 ? 'passed' : 'FAILED'} (${seconds(since)})`,
  );
}

say('');
for (const step of steps) {
  const { passed, failed, took } = outcome.get(step.name);
  say(`${failed === 0 ? 'ok    ' : 'FAILED'} ${step.title}: ${passed} passed, ${failed} failed, ${took}`);
}
const sum = (key) => [...outcome.values()].reduce((all, one) => all + one[key], 0);
if (sum('failed') > 0 || sum('passed') === 0) process.exitCode ||= 1;
say(`In ${seconds(begun)}`);
say(`${sum('passed')} passed, ${sum('failed')} failed`);
