// npm run mutate [-- [--loaded] burns check.ts]: changes the clinical rules one operator at a time and sees whether a test notices; all of them,
// or those folders and files; with --loaded also declarations, which take longer. What was judged before and has not changed is not tried again. The tool has its own package (tools/mutation), so that
// nobody needs it to build or to test; it is installed on first use. Exit code 1 when a change went unnoticed that is not known to be none.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('./mutation/', import.meta.url));
const domain = fileURLToPath(new URL('../packages/domain/src/', import.meta.url));
const RULES = 'src/clinical';

const asked = process.argv.slice(2);
const loaded = asked.includes('--loaded');
const parts = asked.filter((one) => one !== '--loaded');
const env = { ...process.env, ...(loaded ? { MUTATE_LOADED: '1' } : {}) };

/** @returns how the command ended; what it prints is shown. */
const run = (command, args) => spawnSync(command, args, { cwd: here, env, stdio: 'inherit' }).status ?? 1;

/** The rules themselves in that folder or file, without tests and what helps them. */
function rulesIn(part) {
  const from = `${RULES}/${part}`;
  const names = statSync(`${here}${from}`).isDirectory()
    ? readdirSync(`${here}${from}`).map((name) => `${from}/${name}`)
    : [from];
  return names.filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
}

const unknown = parts.filter((part) => !existsSync(`${domain}clinical/${part}`));
if (unknown.length > 0) {
  process.stderr.write(`No such part of packages/domain/src/clinical: ${unknown.join(', ')}\n`);
  process.exit(1);
}
let status = existsSync(`${here}node_modules/@stryker-mutator`) ? 0 : run('npm', ['ci', '--no-audit', '--no-fund']);
if (status === 0) {
  rmSync(`${here}src`, { recursive: true, force: true });
  cpSync(domain, `${here}src`, { recursive: true });
  const only = parts.length > 0 ? ['--mutate', parts.flatMap(rulesIn).join(',')] : [];
  status = run('npx', ['stryker', 'run', 'stryker.config.mjs', ...only]);
  rmSync(`${here}src`, { recursive: true, force: true });
  if (status === 0) status = run('node', ['report.mjs', ...(parts.length === 0 ? ['--whole'] : [])]);
}
process.exitCode = status;
