import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { PROJECT_DIR } from '../../apps/server/src/config.ts';
import { freePort } from '../../apps/server/src/embedded/postmaster.ts';
import { blocksOf } from '../deployment-doc.ts';
import type { Rehearsal, Stage } from './rehearsal.ts';

const UP_MS_MAX = 180_000;
const POLL_MS = 200;
const REQUESTS = 200;

const found = (program: string): boolean => {
  try {
    execFileSync('which', [program], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/**
 * Walks through docs/deployment.md on this machine: the blocks marked `run`, as they stand, with the built command; then the server behind a
 * real Caddy and a real nginx with certificates of an authority made for the occasion, where these are installed.
 */
const rehearse: Rehearsal = async (stage) => {
  execFileSync(process.execPath, [join(PROJECT_DIR, 'tools/start.mjs'), '--build-only'], { stdio: 'inherit' });
  const bin = join(stage.folder, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'psa'), `#!/bin/sh\nexec "${process.execPath}" "${PROJECT_DIR}/apps/server/bin/psa.mjs" "$@"\n`, {
    mode: 0o755,
  });
  const port = await freePort(0);
  const place = join(stage.folder, 'place');
  mkdirSync(place, { mode: 0o711 });
  const env = {
    ...process.env,
    PATH: `${bin}:${process.env.PATH}`,
    PROJECT: PROJECT_DIR,
    DATA_DIR: join(place, 'data'),
    PORT: String(port),
    URL: `http://127.0.0.1:${port}`,
    TRUST_PROXY: '127.0.0.1',
    BACKUP_TO: '',
    DATABASE_URL: '',
    // The words of these commands mean the scratch folder, not where npm was called.
    INIT_CWD: place,
  };
  const blocks = blocksOf(readFileSync(join(PROJECT_DIR, 'docs/deployment.md'), 'utf8')).filter(({ marks }) =>
    marks.includes('run'),
  );
  let done = 0;
  for (const late of [false, true]) {
    if (late) await startServer(stage, env);
    for (const { marks, text, line } of blocks.filter((block) => block.marks.includes('server') === late)) {
      stage.signal.throwIfAborted();
      const needs = marks.find((mark) => mark.startsWith('needs='))?.slice('needs='.length);
      if (needs !== undefined && !found(needs)) {
        stage.say(`line ${line} is left out: ${needs} is not installed here`);
        continue;
      }
      const { code, output } = await shell(text, place, env);
      done += 1;
      stage.check(
        `docs/deployment.md, line ${line}: ${text.split('\n')[0]}`,
        code === 0,
        code === 0 ? undefined : output.slice(-1500),
      );
    }
  }
  stage.figure('blocks executed', done);
  makeAuthority(stage.folder);
  if (found('caddy')) await behind(stage, 'caddy', await caddy(stage, port));
  else stage.say('Caddy is not installed here: left out');
  if (found('nginx')) await behind(stage, 'nginx', await nginx(stage, port));
  else stage.say('nginx is not installed here: left out');
};

async function shell(text: string, cwd: string, env: NodeJS.ProcessEnv): Promise<{ code: number | null; output: string }> {
  const child = spawn('sh', ['-e'], { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  child.stdin.end(text);
  const [code] = await once(child, 'close');
  return { code: typeof code === 'number' ? code : null, output };
}

/** Waits until something holds, or throws after UP_MS_MAX. */
async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + UP_MS_MAX;
  while (!(await holds().catch(() => false))) {
    if (Date.now() > deadline) throw new Error(`${what} did not come up.`);
    await delay(POLL_MS);
  }
}

function keep(stage: Stage, child: ChildProcess): void {
  stage.after(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'close');
  });
}

async function startServer(stage: Stage, env: NodeJS.ProcessEnv): Promise<void> {
  keep(stage, spawn('psa', ['start'], { env, cwd: stage.folder, stdio: 'ignore' }));
  const began = performance.now();
  await until('The server', async () => (await fetch(`${env.URL}/api/health`)).ok);
  stage.figure('start to healthy', Number(((performance.now() - began) / 1000).toFixed(1)), 's');
}

/** An authority and a certificate for localhost, for this rehearsal only. */
function makeAuthority(folder: string): void {
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  openssl(
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-days',
    '2',
    '-subj',
    '/CN=Rehearsal authority',
    '-keyout',
    'ca.key',
    '-out',
    'ca.crt',
  );
  openssl(
    'req',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-subj',
    '/CN=localhost',
    '-keyout',
    'tls.key',
    '-out',
    'tls.csr',
  );
  writeFileSync(join(folder, 'ext'), 'subjectAltName=DNS:localhost\n');
  openssl(
    'x509',
    '-req',
    '-in',
    'tls.csr',
    '-CA',
    'ca.crt',
    '-CAkey',
    'ca.key',
    '-CAcreateserial',
    '-days',
    '2',
    '-extfile',
    'ext',
    '-out',
    'tls.crt',
  );
  chmodSync(join(folder, 'tls.key'), 0o644);
}

async function caddy(stage: Stage, upstream: number): Promise<number> {
  const port = await freePort(0);
  const text = readFileSync(join(PROJECT_DIR, 'deploy/caddy/Caddyfile'), 'utf8');
  const file = join(stage.folder, 'Caddyfile');
  // The file as it stands, with a port and a certificate of the rehearsal.
  writeFileSync(
    file,
    `{\n\tadmin off\n\tauto_https disable_redirects\n}\n${text.replace(/\{\n/, `{\n\ttls ${stage.folder}/tls.crt ${stage.folder}/tls.key\n`)}`,
  );
  const env = {
    ...process.env,
    PSA_SITE: `https://localhost:${port}`,
    PSA_UPSTREAMS: `127.0.0.1:${upstream}`,
    HOME: stage.folder,
    XDG_DATA_HOME: stage.folder,
    XDG_CONFIG_HOME: stage.folder,
  };
  keep(stage, spawn('caddy', ['run', '--adapter', 'caddyfile', '--config', file], { env, stdio: 'ignore' }));
  return port;
}

async function nginx(stage: Stage, upstream: number): Promise<number> {
  const [port, plain] = [await freePort(0), await freePort(0)];
  const site = readFileSync(join(PROJECT_DIR, 'deploy/nginx/psa.conf'), 'utf8')
    .replace(/^.*listen \[::\].*\n/gm, '')
    .replace('listen 80;', `listen 127.0.0.1:${plain};`)
    .replace('listen 443 ssl', `listen 127.0.0.1:${port} ssl`)
    .replaceAll('/etc/psa/tls', join(stage.folder, 'tls'))
    .replace('server 127.0.0.1:3001', `server 127.0.0.1:${upstream}`)
    .replaceAll('psa.example.org', 'localhost');
  const file = join(stage.folder, 'nginx.conf');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${stage.folder}/${name};`)
    .join('\n');
  writeFileSync(join(stage.folder, 'site.conf'), site);
  writeFileSync(
    file,
    `daemon off;\npid ${stage.folder}/nginx.pid;\nerror_log ${stage.folder}/nginx.log;\nevents {}\nhttp {\naccess_log off;\n${temporary}\ninclude ${stage.folder}/site.conf;\n}\n`,
  );
  if (existsSync('/etc/nginx/mime.types')) copyFileSync('/etc/nginx/mime.types', join(stage.folder, 'mime.types'));
  keep(stage, spawn('nginx', ['-c', file, '-e', join(stage.folder, 'nginx.log')], { stdio: 'ignore' }));
  return port;
}

interface Answer {
  status: number;
  headers: NodeJS.Dict<string | string[]>;
  /** Milliseconds until its first byte. */
  firstMs: number;
  body: string;
}

/** One request over TLS, checked against the authority of the rehearsal. */
function ask(
  stage: Stage,
  port: number,
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string; firstOnly?: boolean } = {},
): Promise<Answer> {
  const began = performance.now();
  const { method = 'GET', headers = {}, body, firstOnly = false } = options;
  return new Promise((done, failed) => {
    const going = request(
      {
        host: '127.0.0.1',
        servername: 'localhost',
        port,
        path,
        method,
        headers: { host: `localhost:${port}`, ...headers },
        ca: readFileSync(join(stage.folder, 'ca.crt')),
      },
      (answer) => {
        let text = '';
        let firstMs = 0;
        const end = () => done({ status: answer.statusCode ?? 0, headers: answer.headers, firstMs, body: text });
        answer.on('data', (chunk: Buffer) => {
          firstMs ||= performance.now() - began;
          text += chunk.toString('utf8');
          if (firstOnly) {
            end();
            going.destroy();
          }
        });
        answer.on('end', end);
      },
    );
    going.on('error', failed);
    going.setTimeout(20_000, () => going.destroy(new Error('no answer')));
    going.end(body);
  });
}

async function behind(stage: Stage, proxy: string, port: number): Promise<void> {
  await until(proxy, async () => (await ask(stage, port, '/api/health')).status === 200);
  stage.check(`${proxy}: the health check over verified TLS`, true);
  const page = await ask(stage, port, '/');
  stage.check(
    `${proxy}: the app and its content policy come through`,
    page.status === 200 && page.headers['content-security-policy'] !== undefined,
  );
  const wrong = await ask(stage, port, '/api/login', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'nobody@example.org', password: 'wrong' }),
  });
  stage.check(`${proxy}: a wrong sign-in is refused in our own words`, wrong.status === 401 && wrong.body.includes('"code"'));
  const began = performance.now();
  let failed = 0;
  for (let i = 0; i < REQUESTS; i += 10) {
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask(stage, port, '/api/health').catch(() => null)));
    failed += answers.filter((answer) => answer?.status !== 200).length;
  }
  stage.check(
    `${proxy}: ${REQUESTS} requests, ten at a time, all answered`,
    failed === 0,
    failed === 0 ? undefined : `${failed} failed`,
  );
  stage.figure(`${proxy}, requests over TLS`, Math.round(REQUESTS / ((performance.now() - began) / 1000)), '/s');
}

export default rehearse;
