// A test runner for Stryker that keeps rules and tests loaded in one process, and calls only the tests that reach what was changed.
// The usual runner starts a worker for each change: half a second each; this one takes milliseconds. What a module computes once, when it is
// loaded, is loaded anew for its change, the tests of its own folder first.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { declareFactoryPlugin, PluginKind } from '@stryker-mutator/api/plugin';
import { determineHitLimitReached, toMutantRunResult } from '@stryker-mutator/api/test-runner';
import fc from 'fast-check';
import { createServer, createServerModuleRunner } from 'vite';

const STAND_IN = fileURLToPath(new URL('./tests.mjs', import.meta.url));
const RULES = 'src/clinical';
globalThis.__stryker__ ??= {};
const stryker = globalThis.__stryker__;

// A change is noticed or not, the same each time: one seed. How small the failing example could be is of no interest here.
fc.configureGlobal({ seed: 20_251_130, endOnFailure: true });

const filesOfTests = () =>
  readdirSync(RULES, { recursive: true })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => `${RULES}/${name}`)
    .sort();

/** The tests beside the file first, then the vectors: they notice most. */
function nearest(file) {
  const folder = path.relative(process.cwd(), path.dirname(file));
  const distance = (test) => (path.dirname(test) === folder ? 0 : test.startsWith(`${RULES}/vectors`) ? 1 : 2);
  return filesOfTests().sort((a, b) => distance(a) - distance(b));
}

/** Calls a test. @returns what Stryker is told of it (0: passed, 1: failed) */
function call({ id, file, name, run }) {
  const start = performance.now();
  const known = () => ({ id, name, fileName: path.resolve(file), timeSpentMs: performance.now() - start });
  stryker.currentTestId = id;
  try {
    run();
    return { ...known(), status: 0 };
  } catch (error) {
    return { ...known(), status: 1, failureMessage: error instanceof Error ? error.message : String(error) };
  } finally {
    stryker.currentTestId = undefined;
  }
}

/** Calls tests, no further than the first that fails. */
function callUntilOneFails(tests, results) {
  for (const one of tests) {
    results.push(call(one));
    if (results.at(-1).status === 1) return true;
  }
  return false;
}

class InProcess {
  capabilities = () => ({ reloadEnvironment: true });

  async init() {
    this.server = await createServer({
      configFile: false,
      logLevel: 'error',
      appType: 'custom',
      server: { middlewareMode: true, ws: false, watch: null },
      resolve: { alias: { vitest: STAND_IN } },
    });
    this.modules = createServerModuleRunner(this.server.environments.ssr, { hmr: false, sourcemapInterceptor: false });
    await this.loadAll();
  }

  async forget() {
    this.modules.evaluatedModules.clear();
    this.standIn = await this.modules.import(STAND_IN);
  }

  /** @returns the tests of that file */
  async load(file) {
    this.standIn.declareIn(file);
    await this.modules.import(`/${file}`);
    return this.standIn.TESTS.filter((test) => test.file === file);
  }

  async loadAll() {
    await this.forget();
    for (const file of filesOfTests()) await this.load(file);
    this.tests = this.standIn.TESTS;
  }

  dryRun() {
    stryker.activeMutant = undefined;
    const tests = this.tests.map(call);
    return { status: 'complete', tests, mutantCoverage: stryker.mutantCoverage };
  }

  async mutantRun({ activeMutant, testFilter, hitLimit, mutantActivation, reloadEnvironment, sandboxFileName }) {
    if (reloadEnvironment && mutantActivation === 'runtime') await this.loadAll();
    stryker.hitCount = 0;
    stryker.hitLimit = hitLimit;
    stryker.activeMutant = activeMutant.id;
    const tests = [];
    try {
      if (mutantActivation === 'static') await this.callLoading(nearest(sandboxFileName), tests);
      else callUntilOneFails(testFilter ? this.tests.filter(({ id }) => testFilter.includes(id)) : this.tests, tests);
    } finally {
      stryker.activeMutant = undefined;
    }
    const tooLong = determineHitLimitReached(stryker.hitCount, hitLimit);
    return toMutantRunResult(tooLong ?? { status: 'complete', tests });
  }

  /** Loads each file anew, with the change in it, and calls its tests. A module that cannot be loaded so was noticed, too. */
  async callLoading(files, results) {
    await this.forget();
    for (const file of files) {
      let tests;
      try {
        tests = await this.load(file);
      } catch (error) {
        tests = [
          {
            id: `${file}#is loaded`,
            file,
            name: 'is loaded',
            run: () => {
              throw error;
            },
          },
        ];
      }
      if (callUntilOneFails(tests, results)) return;
    }
  }

  async dispose() {
    await this.modules?.close();
    await this.server?.close();
  }
}

const create = () => new InProcess();

export const strykerPlugins = [declareFactoryPlugin(PluginKind.TestRunner, 'in-process', create)];
