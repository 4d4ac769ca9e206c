// Builds what has changed and runs the server in this terminal: `npm start`.
//   npm start                   on http://localhost:3001
//   npm start -- --demo         with a demonstration ward
//   node tools/start.mjs --build-only
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const cache = join(root, '.cache', 'build');
const NODE_LEAST = [20, 19];
/** Smaller files gain nothing from compression. */
const COMPRESS_BYTES_LEAST = 1_000;

const began = performance.now();
const say = (line) => process.stdout.write(`${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s  ${line}\n`);

class Failure extends Error {}

/** Throws when this machine lacks what a start needs. */
function checkMachine() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < NODE_LEAST[0] || (major === NODE_LEAST[0] && minor < NODE_LEAST[1])) {
    throw new Failure(`Node ${process.versions.node} is too old; install Node ${NODE_LEAST.join('.')} or newer.`);
  }
  if (!existsSync(join(root, 'node_modules', '@psa', 'server'))) {
    throw new Failure('The libraries are not installed; run "npm ci" first.');
  }
}

/** Source files below these paths, without tests and without what is built or installed. */
function filesBelow(paths) {
  const found = [];
  const walk = (path) => {
    for (const entry of readdirSync(join(root, path), { withFileTypes: true })) {
      const below = `${path}/${entry.name}`;
      if (entry.isDirectory()) {
        if (entry.name !== 'node_modules' && entry.name !== 'dist' && entry.name !== 'testing') walk(below);
      } else if (!/\.test\.tsx?$|\.e2e\.ts$/.test(entry.name)) found.push(below);
    }
  };
  for (const path of paths) walk(path);
  return found.sort();
}

/** A fingerprint of everything that a build depends on. */
function fingerprint(paths) {
  const hash = createHash('sha256').update(process.versions.node.split('.')[0]);
  for (const file of [...filesBelow(paths), 'package-lock.json', 'tsconfig.base.json', 'tools/start.mjs']) {
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(join(root, file)))
      .update('\0');
  }
  return hash.digest('hex');
}

const noteOf = ({ name }) => join(cache, `${name}.sha256`);

/** Whether `target` is there and was built from the sources as they are now. */
function isBuilt(plan) {
  if (!existsSync(join(root, plan.target)) || !existsSync(noteOf(plan))) return false;
  return readFileSync(noteOf(plan), 'utf8') === fingerprint(plan.sources);
}

/** Builds one target. The note of what it was built from is written last: a killed build is done again. */
async function build(plan) {
  say(`Building the ${plan.title}`);
  const sources = fingerprint(plan.sources);
  rmSync(noteOf(plan), { force: true });
  const fresh = join(cache, `${plan.name}-${process.pid}`);
  try {
    await plan.build(fresh);
    rmSync(join(root, plan.target), { recursive: true, force: true });
    renameSync(fresh, join(root, plan.target));
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    throw new Failure(`The ${plan.title} could not be built; the reason is above.`);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  writeFileSync(noteOf(plan), sources);
}

/** Writes `.br` and `.gz` beside the text files, so that the server need not compress while it serves. */
async function compress(folder) {
  const { brotliCompressSync, constants, gzipSync } = await import('node:zlib');
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile() || !/\.(js|css|html|svg|json|webmanifest)$/.test(entry.name)) continue;
    const file = join(entry.parentPath, entry.name);
    const text = readFileSync(file);
    if (text.length < COMPRESS_BYTES_LEAST) continue;
    // 9 of 11: the last two steps save 5 % more for ten times the time.
    writeFileSync(`${file}.br`, brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }));
    writeFileSync(`${file}.gz`, gzipSync(text, { level: 9 }));
  }
}

async function buildWeb(outDir) {
  const args = [
    join(root, 'node_modules/vite/bin/vite.js'),
    'build',
    '--outDir',
    outDir,
    '--emptyOutDir',
    '--logLevel',
    'warn',
  ];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: join(root, 'apps/web'), encoding: 'utf8' });
  // Its plugins chatter about every file: only a failure is worth showing.
  if (status !== 0) throw new Error(`${stdout}${stderr}`);
  await compress(outDir);
}

async function buildServer(outDir) {
  const { build } = await import('esbuild');
  const libraries = {
    name: 'libraries stay outside',
    setup: (plan) =>
      plan.onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
        kind === 'entry-point' || path.startsWith('@psa/') ? undefined : { path, external: true },
      ),
  };
  await build({
    entryPoints: [join(root, 'apps/server/src/main.ts'), join(root, 'apps/server/src/cli.ts')],
    outdir: outDir,
    // What both need is written once, beside them: code finds the project's folder from where it lies.
    splitting: true,
    chunkNames: '[name]-[hash]',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: true,
    logLevel: 'silent',
    plugins: [libraries],
  });
}

const rooms = ['packages/domain', 'packages/sync'];
const plans = [
  {
    name: 'server',
    title: 'server',
    sources: ['apps/server/src', ...rooms],
    target: 'apps/server/dist',
    build: buildServer,
  },
  { name: 'web', title: 'web app', sources: ['apps/web', 'docs/guide', ...rooms], target: 'apps/web/dist', build: buildWeb },
];

/** Name and parent of a process, or null where they cannot be read. */
function lookUp(pid) {
  try {
    if (process.platform === 'linux') {
      const [, name, parent] = readFileSync(`/proc/${pid}/stat`, 'utf8').match(/\((.*)\) \w (\d+)/s);
      return { name, parent: Number(parent) };
    }
    const [parent, ...name] = execFileSync('ps', ['-o', 'ppid=,comm=', '-p', String(pid)], { encoding: 'utf8' })
      .trim()
      .split(/\s+/);
    return { name: name.join(' '), parent: Number(parent) };
  } catch {
    return null;
  }
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code !== 'ESRCH';
  }
}

/**
 * When npm is killed, its child lives on and would keep the port: then this process ends as if asked to. Between the two
 * there may be the shell that npm runs scripts with.
 */
function endWithNpm() {
  if (process.env.npm_lifecycle_event !== 'start' || process.platform === 'win32') return;
  const parent = process.ppid;
  const shell = lookUp(parent);
  const npm = shell && /(^|[-/])(sh|dash|bash|zsh|ash)$/.test(shell.name) ? shell.parent : parent;
  setInterval(() => {
    if (process.ppid !== parent || !isAlive(npm)) process.kill(process.pid, 'SIGTERM');
  }, 250).unref();
}

async function main() {
  checkMachine();
  endWithNpm();
  mkdirSync(cache, { recursive: true });
  const stale = plans.filter((plan) => !isBuilt(plan));
  if (process.argv.includes('--build-only')) {
    for (const plan of stale) await build(plan);
    say(stale.length === 0 ? 'Nothing to build' : 'Built');
    return;
  }
  if (stale.length > 0) {
    say('Building what is new: the first time takes half a minute');
    // In a process of its own: the server need not carry the builders' memory.
    const { status } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), '--build-only'], {
      cwd: root,
      stdio: 'inherit',
    });
    if (status !== 0) {
      process.exitCode = 1;
      return;
    }
  }
  await import(pathToFileURL(join(root, 'apps/server/dist/main.mjs')).href);
}

main().catch((error) => {
  process.stderr.write(`${error instanceof Failure ? error.message : `The start failed: ${error.message}`}\n`);
  process.exitCode = 1;
});
