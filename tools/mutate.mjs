// npm run mutate [-- --mutate src/clinical/burns/*.ts]: changes the clinical rules one operator at a time and sees whether a test notices.
// The mutation tool has its own package (tools/mutation), so that nobody needs it to build or to test; it is installed on first use.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('./mutation/', import.meta.url));
const domain = fileURLToPath(new URL('../packages/domain/src/', import.meta.url));

/** @returns how the command ended; what it prints is shown. */
const run = (command, args) => spawnSync(command, args, { cwd: here, stdio: 'inherit' }).status ?? 1;

let status = existsSync(`${here}node_modules/@stryker-mutator`) ? 0 : run('npm', ['ci', '--no-audit', '--no-fund']);
if (status === 0) {
  rmSync(`${here}src`, { recursive: true, force: true });
  cpSync(domain, `${here}src`, { recursive: true });
  status = run('npx', ['stryker', 'run', 'stryker.config.json', ...process.argv.slice(2)]);
  rmSync(`${here}src`, { recursive: true, force: true });
}
process.exitCode = status;
