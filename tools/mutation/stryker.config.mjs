/** Also what a module computes once, when it is loaded: each of these changes loads the rules anew. */
const loaded = process.env.MUTATE_LOADED === '1';

export default {
  testRunner: 'in-process',
  plugins: ['./runner.mjs'],
  mutate: ['src/clinical/**/*.ts', '!src/clinical/**/*.test.ts', '!src/clinical/testing/**', '!src/clinical/vectors/**'],
  coverageAnalysis: 'perTest',
  ignoreStatic: !loaded,
  concurrency: 1,
  // A busy machine is no change noticed: endless loops are found by counting, not by the clock.
  timeoutMS: 300_000,
  mutator: { excludedMutations: ['StringLiteral'] },
  disableTypeChecks: false,
  tempDirName: '.tmp',
  reporters: ['json'],
  jsonReporter: { fileName: 'reports/mutation.json' },
  incremental: true,
  incrementalFile: 'reports/incremental.json',
  warnings: { slow: false },
};
