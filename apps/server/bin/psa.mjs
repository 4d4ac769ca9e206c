#!/usr/bin/env node
// The installed command: the bundle, so that production needs no compiler.
import { existsSync } from 'node:fs';

const built = new URL('../dist/cli.mjs', import.meta.url);
if (existsSync(built)) await import(built.href);
else {
  process.stderr.write('The server is not built yet; run "node tools/start.mjs --build-only" in the project\'s folder.\n');
  process.exitCode = 1;
}
