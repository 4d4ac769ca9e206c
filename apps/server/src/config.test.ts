import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { isLoopback, readConfig, readDatabaseUrl } from './config.ts';
import { StartFailure } from './start-failure.ts';

const sslOf = (url: string, ca?: string) => readDatabaseUrl(url, ca).client.ssl;
const PEM = '-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n';

test('without settings, the server is on loopback with its own database', () => {
  const config = readConfig({ PORT: '', DATABASE_URL: ' ' });
  expect(config).toMatchObject({ host: '127.0.0.1', port: 3001, database: null });
  expect(config.dataDir).toMatch(/[/\\]data$/);
});

test.each([
  ['PORT', '70000'],
  ['PORT', 'http'],
  ['HOST', 'a b'],
  ['LOG_LEVEL', 'loud'],
  ['METRICS_PORT', 'many'],
  ['METRICS_TOKEN', 'short'],
])('%s=%s is refused by name', (name, value) => {
  expect(() => readConfig({ [name]: value })).toThrow(new RegExp(`^${name} is not right; it should be .+\\.$`));
});

test('metrics are told nowhere unless asked, and beyond this machine only to whoever has the token', () => {
  expect(readConfig({}).metrics).toBeNull();
  expect(readConfig({ METRICS_PORT: '9464' }).metrics).toEqual({ host: '127.0.0.1', port: 9464 });
  const beyond = { METRICS_PORT: '9464', METRICS_HOST: '10.0.0.5' };
  expect(() => readConfig(beyond)).toThrow(/METRICS_TOKEN/);
  expect(readConfig({ ...beyond, METRICS_TOKEN: 'sixteen-or-more-of-them' }).metrics).toMatchObject({ host: '10.0.0.5' });
});

test.each([
  '',
  '?sslmode=require',
  '?sslmode=prefer',
  '?sslmode=verify-full',
  '?ssl=0',
  '?sslmode=require&uselibpqcompat=true',
])('to another machine the certificate is always checked (%s)', (query) => {
  expect(sslOf(`postgres://u:p@db.example.org/psa${query}`)).toEqual({ rejectUnauthorized: true });
  expect(sslOf(`postgres://u:p@db.example.org/psa${query}`, PEM)).toEqual({ rejectUnauthorized: true, ca: PEM });
  expect(readDatabaseUrl(`postgres://u:p@db.example.org/psa${query}`, undefined).client.connectionString).not.toMatch(/ssl/);
});

test('sslmode=disable is honoured on this machine only, no-verify nowhere', () => {
  expect(sslOf('postgres://u:p@127.0.0.1/psa?sslmode=disable')).toBe(false);
  expect(sslOf('postgres://u:p@localhost/psa')).toBe(false);
  expect(sslOf('postgres://u:p@[::1]/psa')).toBe(false);
  expect(sslOf('postgres:///psa?host=/run/postgresql')).toBe(false);
  expect(sslOf('postgres://u:p@localhost/psa?sslmode=verify-full')).toEqual({ rejectUnauthorized: true });
  expect(() => sslOf('postgres://u:p@db.example.org/psa?sslmode=disable')).toThrow(StartFailure);
  expect(() => sslOf('postgres://u:p@127.0.0.1.example.org/psa?sslmode=disable')).toThrow(StartFailure);
  expect(() => sslOf('postgres://u:p@127.0.0.1/psa?sslmode=no-verify')).toThrow(StartFailure);
});

test('a host given as a parameter decides, not the one it hides', () => {
  expect(sslOf('postgres://u:p@127.0.0.1/psa?host=db.example.org')).toEqual({ rejectUnauthorized: true });
  expect(() => sslOf('postgres://u:p@127.0.0.1/psa?host=db.example.org&sslmode=disable')).toThrow(StartFailure);
});

test.each(['nonsense', 'mysql://u:p@127.0.0.1/psa', 'postgres://u:p@127.0.0.1', 'postgres://u:se/cr?et@h/psa'])(
  'a DATABASE_URL that is none is answered with its form, without what it holds (%s)',
  (url) => {
    expect(() => readDatabaseUrl(url, undefined)).toThrow(/^DATABASE_URL .*postgres:\/\/user:password@host:5432\/database/);
    expect(() => readDatabaseUrl(url, undefined)).not.toThrow(/se\/cr/);
  },
);

test('what is shown of a database holds no password', () => {
  expect(readDatabaseUrl('postgres://unit:word@db.example.org:6432/psa', undefined).shown).toBe('db.example.org:6432/psa');
});

test('a certificate file that is missing or is none is named', () => {
  expect(() => sslOf('postgres://u:p@db.example.org/psa', '/nowhere/ca.pem')).toThrow(
    /DATABASE_CA_CERT names \/nowhere\/ca.pem/,
  );
  expect(() => sslOf('postgres://u:p@db.example.org/psa', fileURLToPath(new URL('steps.ts', import.meta.url)))).toThrow(
    /holds no certificate/,
  );
});

test('loopback is this machine and nothing else', () => {
  expect(['localhost', '127.0.0.1', '127.9.9.9', '::1', '[::1]'].filter((host) => !isLoopback(host))).toEqual([]);
  expect(['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.example.org', 'localhost.example.org'].filter(isLoopback)).toEqual([]);
});
