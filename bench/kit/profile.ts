import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What V8 writes with `--cpu-prof`: a tree of calls, which of them was seen when, and how many µs lie between two looks. */
interface CpuProfile {
  nodes: readonly { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[];
  startTime: number;
  samples: readonly number[];
  timeDeltas: readonly number[];
}

/** Parts of the server by where the code stands; the first that fits. */
const PARTS: readonly (readonly [part: string, where: RegExp])[] = [
  ['PostgreSQL: wire', /node_modules\/pg(-|\/)|apps\/server\/src\/db\/(pool|reach)\./],
  ['validation (zod)', /node_modules\/zod\//],
  ['validation, rights (domain)', /^packages\/domain\//],
  ['judging (sync)', /^packages\/sync\//],
  ['statements, sharing of commits', /^apps\/server\/src\/db\//],
  ['sign-in check', /^apps\/server\/src\/auth\/|node_modules\/jose\/|node:internal\/crypto/],
  ['routes', /^apps\/server\//],
  ['HTTP and streams (Node)', /^node:/],
  ['HTTP (Fastify and its parts)', /node_modules\//],
];

/** The module that each line of a bundle came from, as esbuild notes it. */
async function modulesOf(file: string): Promise<string[]> {
  let module = '';
  return (await readFile(file, 'utf8')).split('\n').map((line) => {
    const noted = /^(?:\/\/|\s+\/\/) ((?:apps|packages|node_modules|\.\.)\/\S+\.[cm]?[jt]s)$/.exec(line)?.[1];
    if (noted !== undefined) module = noted.replace(/^(\.\.\/)+/, '');
    return module;
  });
}

/**
 * CPU time of the server by part between two moments of the monotonic clock.
 * @param folder where its profile is. @returns µs by part, most first. What V8 built in (JSON, text) counts for who calls it.
 */
export async function serverParts(folder: string, fromUs: number, untilUs: number): Promise<[part: string, us: number][]> {
  const [name] = (await readdir(folder)).filter((file) => file.endsWith('.cpuprofile'));
  if (name === undefined) throw new Error('The server left no profile.');
  const profile = JSON.parse(await readFile(join(folder, name), 'utf8')) as CpuProfile;
  const bundles = new Map<string, string[]>();
  for (const { callFrame } of profile.nodes) {
    const { url } = callFrame;
    if (url.includes('/apps/server/dist/') && !bundles.has(url)) bundles.set(url, await modulesOf(fileURLToPath(url)));
  }
  const partOf = new Map<number, string>();
  for (const { id, callFrame } of profile.nodes) {
    const { url, functionName, lineNumber } = callFrame;
    const where = bundles.get(url)?.[lineNumber] ?? (url === '' ? functionName : url);
    const fits = PARTS.find(([, pattern]) => pattern.test(where))?.[0];
    partOf.set(
      id,
      functionName === '(garbage collector)' ? 'garbage collection' : (fits ?? 'built in: sockets, JSON, text, hashes'),
    );
    if (functionName === '(idle)') partOf.set(id, '(idle)');
  }
  const spent = new Map<string, number>();
  let at = profile.startTime;
  profile.samples.forEach((id, i) => {
    const delta = profile.timeDeltas[i] ?? 0;
    at += delta;
    const part = partOf.get(id) ?? '';
    if (at >= fromUs && at <= untilUs && part !== '(idle)') spent.set(part, (spent.get(part) ?? 0) + delta);
  });
  return [...spent].sort(([, a], [, b]) => b - a);
}
