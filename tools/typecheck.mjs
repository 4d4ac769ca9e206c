// Type-checks every workspace by its own tsconfig.json (that is what holds the pure rooms pure: no DOM, no Node types) and
// the rest (tests, tools) by the one at the top. Prints the diagnostics of each; exit code 1 when any has one.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const workspaces = ['packages', 'apps'].flatMap((dir) => readdirSync(join(root, dir)).map((name) => join(dir, name)));
const projects = ['.', ...workspaces].filter((dir) => existsSync(join(root, dir, 'tsconfig.json')));
const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');

/** Resolves to the exit code of tsc over one project. */
function check(project) {
  return new Promise((done) => {
    const child = spawn(process.execPath, [tsc, '-p', project, '--pretty', 'false'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let out = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.on('close', (code) => {
      process.stdout.write(`${project}: ${code === 0 ? 'ok' : 'does not type-check'}\n${out}`);
      done(code ?? 1);
    });
  });
}

let failed = 0;
for (const project of projects) failed += (await check(project)) === 0 ? 0 : 1;
process.exit(failed === 0 ? 0 : 1);
