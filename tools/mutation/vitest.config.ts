import { defineConfig } from 'vitest/config';

// Only what is mutated: the copy that tools/mutate.mjs makes beside this file.
export default defineConfig({ test: { include: ['src/clinical/**/*.test.ts'] } });
