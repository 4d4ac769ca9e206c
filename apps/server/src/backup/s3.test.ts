import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { S3Shelf } from './s3.ts';

/** A store over HTTP that, like a real one, believes nobody: it computes every signature itself (AWS signature version 4). */
const SECRET = 'a secret that only the two know';
const kept = new Map<string, Buffer>();
const PAGE = 2;
let server: Server;
let endpoint: string;

const hex = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex');
const mac = (key: Buffer | string, text: string) => createHmac('sha256', key).update(text).digest();
const strict = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

function isSigned(request: IncomingMessage, url: URL, body: Buffer): boolean {
  const [, key, day, region, names, signature] =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      request.headers.authorization ?? '',
    ) ?? [];
  if (!key || !day || !region || !names || request.headers['x-amz-content-sha256'] !== hex(body)) return false;
  const query = [...url.searchParams]
    .map(([k, v]) => `${strict(k)}=${strict(v)}`)
    .sort()
    .join('&');
  const headers = names
    .split(';')
    .map((name) => `${name}:${String(request.headers[name]).trim()}\n`)
    .join('');
  const canonical = [request.method, url.pathname, query, headers, names, hex(body)].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', request.headers['x-amz-date'], scope, hex(canonical)].join('\n');
  const signing = [day, region, 's3', 'aws4_request'].reduce<Buffer | string>((k, part) => mac(k, part), `AWS4${SECRET}`);
  return mac(signing, text).toString('hex') === signature;
}

const xml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

beforeAll(async () => {
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const url = new URL(request.url ?? '', endpoint);
    if (!isSigned(request, url, body)) return response.writeHead(403).end('<Error><Code>SignatureDoesNotMatch</Code></Error>');
    const key = decodeURIComponent(url.pathname).slice('/bucket/'.length);
    if (request.method === 'PUT') kept.set(key, body);
    else if (request.method === 'DELETE') kept.delete(key);
    else if (url.searchParams.get('list-type') === '2') {
      const all = [...kept.keys()].filter((name) => name.startsWith(url.searchParams.get('prefix') ?? '')).sort();
      const from = Number(url.searchParams.get('continuation-token')?.slice(1) ?? 0);
      const more = from + PAGE < all.length ? `<NextContinuationToken>=${from + PAGE}</NextContinuationToken>` : '';
      const keys = all.slice(from, from + PAGE).map((name) => `<Contents><Key>${xml(name)}</Key></Contents>`);
      return response.end(`<ListBucketResult>${keys.join('')}${more}</ListBucketResult>`);
    } else if (!kept.has(key)) return response.writeHead(404).end('<Error><Code>NoSuchKey</Code></Error>');
    else return response.end(kept.get(key));
    response.writeHead(request.method === 'DELETE' ? 204 : 200).end();
  };
  server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  endpoint = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
});
afterAll(() => new Promise((done) => server.close(done)));

const shelf = (secretKey = SECRET) =>
  new S3Shelf({ endpoint, region: 'fra1', bucket: 'bucket', prefix: 'psa/', accessKey: 'key', secretKey });

test('pieces are put, listed over several answers, read and removed, each request signed', async () => {
  const names = ['sets/a/00001', 'sets/a/00002', 'sets/a/manifest.json', 'sets/b/00001', 'wal/7/0001.gz.age'];
  for (const name of names) await shelf().put(name, Buffer.from(`content of ${name}`));
  expect(await shelf().list('sets/')).toEqual(names.slice(0, 4));
  expect(Buffer.from((await shelf().get('sets/b/00001')) ?? []).toString()).toBe('content of sets/b/00001');
  await shelf().remove('sets/b/00001');
  await shelf().remove('sets/b/00001');
  expect(await shelf().get('sets/b/00001')).toBeNull();
  expect([...kept.keys()].every((key) => key.startsWith('psa/'))).toBe(true);
});

test('a wrong key, and a store that is not there, are told in a sentence', async () => {
  await expect(shelf('wrong').put('sets/x', Buffer.from('x'))).rejects.toThrow(
    /^The store s3:\/\/bucket\/psa\/ at .+\(403 SignatureDoesNotMatch\); look at/,
  );
  const nowhere = new S3Shelf({
    endpoint: 'http://127.0.0.1:1',
    region: 'x',
    bucket: 'bucket',
    prefix: '',
    accessKey: 'k',
    secretKey: 's',
  });
  await expect(nowhere.get('x')).rejects.toThrow(/refuses or does not answer/);
});
