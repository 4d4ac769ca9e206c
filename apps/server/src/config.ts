import { readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { type BackupSettings, readBackupSettings } from './backup/settings.ts';
import { type Host, type Reach, Steering } from './db/reach.ts';
import type { AppConfig } from './routes/services.ts';
import { errorCode, StartFailure } from './start-failure.ts';
import { readTraceSettings } from './trace-settings.ts';
import type { TraceSettings } from './watch/traces.ts';

/** The project: three folders above this file, both as source (`apps/server/src`) and bundled (`apps/server/dist`). */
export const PROJECT_DIR = fileURLToPath(new URL('../../..', import.meta.url)).replace(/[/\\]$/, '');

/** The PostgreSQL of DATABASE_URL. */
export interface ExternalDatabase {
  client: Reach;
  /** `host:port/database`, to be shown: without user and password. */
  shown: string;
  /** How the server signs in, when DATABASE_SERVER_URL says. */
  server?: { client: Reach; shown: string };
  /** A replica to read from, as the server's role, when DATABASE_READ_URL says. */
  read?: { client: Reach; shown: string };
}

export interface Config {
  host: string;
  /** 0: any free one. */
  port: number;
  /** Absolute. */
  dataDir: string;
  /** The built web app. */
  webDir: string;
  /** Null: the embedded PostgreSQL in the data folder. */
  database: ExternalDatabase | null;
  /** Where backups go; null: nowhere. */
  backup: BackupSettings | null;
  /** Where Prometheus asks; null: nowhere. */
  metrics: { host: string; port: number; token?: string } | null;
  /** Where OpenTelemetry's spans go; null: nowhere. */
  traces: TraceSettings | null;
  /** What the app takes from the settings as it is. */
  app: Pick<AppConfig, 'trustProxy' | 'logLevel' | 'loginsPerMinute' | 'registrationsPerHour'>;
}

const count = z
  .string()
  .regex(/^[1-9]\d{0,5}$/)
  .transform(Number);

const environment = z.object({
  PORT: z
    .string()
    .regex(/^\d{1,5}$/)
    .transform(Number)
    .pipe(z.number().max(65_535))
    .default(3001),
  HOST: z
    .string()
    .regex(/^[A-Za-z0-9._:-]+$/)
    .default('127.0.0.1'),
  DATA_DIR: z.string().default('data'),
  DATABASE_URL: z.string().optional(),
  DATABASE_SERVER_URL: z.string().optional(),
  DATABASE_CA_CERT: z.string().optional(),
  DATABASE_READ_URL: z.string().optional(),
  DATABASE_POOLER: z.enum(['none', 'transaction']).default('none'),
  TRUST_PROXY: z.string().optional(),
  LOG_LEVEL: z.enum(['info', 'warn', 'error']).optional(),
  LOGINS_PER_MINUTE: count.optional(),
  REGISTRATIONS_PER_HOUR: count.optional(),
  METRICS_PORT: z
    .string()
    .regex(/^\d{1,5}$/)
    .transform(Number)
    .pipe(z.number().max(65_535))
    .optional(),
  METRICS_HOST: z
    .string()
    .regex(/^[A-Za-z0-9._:-]+$/)
    .default('127.0.0.1'),
  METRICS_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]{16,200}$/)
    .optional(),
});

const EXPECTED: Record<keyof z.infer<typeof environment>, string> = {
  PORT: 'a number from 1 to 65535, such as PORT=3001',
  HOST: 'an address of this machine, such as HOST=127.0.0.1',
  DATA_DIR: 'a folder, such as DATA_DIR=/srv/psa',
  DATABASE_URL: 'postgres://user:password@host:5432/database',
  DATABASE_SERVER_URL: 'postgres://psa_server:password@host:5432/database',
  DATABASE_READ_URL: 'postgres://psa_server:password@replica:5432/database',
  DATABASE_POOLER: 'transaction, when DATABASE_SERVER_URL leads to a pooler in that mode, or none',
  DATABASE_CA_CERT: "the file of your authority's certificate",
  TRUST_PROXY: 'the address of your proxy, such as TRUST_PROXY=10.0.0.1, or the number of proxies',
  LOG_LEVEL: 'info, warn or error',
  LOGINS_PER_MINUTE: 'how often one address may try to sign in, such as LOGINS_PER_MINUTE=60',
  REGISTRATIONS_PER_HOUR: 'how often one address may ask for an account, such as REGISTRATIONS_PER_HOUR=20',
  METRICS_PORT: 'a number from 1 to 65535, such as METRICS_PORT=9464',
  METRICS_HOST: 'an address of this machine, such as METRICS_HOST=127.0.0.1',
  METRICS_TOKEN: '16 characters or more, without spaces',
};

/** Whether a host name or address reaches only this machine. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase();
  return bare === 'localhost' || bare === '::1' || /^127(\.\d{1,3}){3}$/.test(bare);
}

/** The certificate itself, or the content of the file that is named. Throws StartFailure. */
function readCertificate(value: string): string {
  if (value.includes('-----BEGIN CERTIFICATE-----')) return value.replaceAll('\\n', '\n');
  let text: string;
  try {
    text = readFileSync(value, 'utf8');
  } catch (cause) {
    throw new StartFailure(
      `DATABASE_CA_CERT names ${value}, which cannot be read (${errorCode(cause)}); correct the path.`,
      cause,
    );
  }
  if (!text.includes('-----BEGIN CERTIFICATE-----')) {
    throw new StartFailure(`DATABASE_CA_CERT names ${value}, which holds no certificate in PEM form; name the right file.`);
  }
  return text;
}

/** Scheme with user and password; hosts; the rest. */
const AUTHORITY = /^(postgres(?:ql)?:\/\/(?:[^@/?]*@)?)([^/?]*)(.*)$/;

/** The hosts of an address that names several (`a:5432,b:5432`); undefined for any other. */
function hostsOf(text: string): (Host & { name: string })[] | undefined {
  const named = AUTHORITY.exec(text)?.[2]?.split(',') ?? [];
  if (named.length < 2) return undefined;
  return named.map((name) => {
    const [, host = '', port = '5432'] = /^(\[[0-9a-f:]+\]|[^:]*)(?::(\d{1,5}))?$/i.exec(name) ?? [];
    return { name, host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
  });
}

/**
 * Reads DATABASE_URL, DATABASE_SERVER_URL or DATABASE_READ_URL. Several hosts, separated by commas, are a primary and its replicas: the one that
 * takes writes is looked for whenever a connection is made. To another machine the line is always encrypted and its certificate checked, whatever `sslmode` asks
 * for; `sslmode=disable` and `no-verify` are refused there. Throws StartFailure, never showing the password.
 * @param caCert PEM text or the path of a PEM file. @param name of the setting, for the sentence.
 */
export function readDatabaseUrl(text: string, caCert: string | undefined, name = 'DATABASE_URL'): ExternalDatabase {
  const several = hostsOf(text);
  let url: URL;
  try {
    url = new URL(several ? text.replace(AUTHORITY, `$1${several[0]?.name}$3`) : text);
    if (!/^postgres(ql)?:$/.test(url.protocol)) throw new TypeError('another protocol');
  } catch {
    throw new StartFailure(
      `${name} cannot be read; it should look like postgres://user:password@host:5432/database, with special characters in the password percent-encoded.`,
    );
  }
  // `?host=/run/postgresql` names the folder of a Unix socket.
  const host = url.searchParams.get('host') ?? decodeURIComponent(url.hostname);
  if ((several ?? [{ host }]).some((one) => one.host === '') || url.pathname.length < 2) {
    throw new StartFailure(
      `${name} names no host or no database; it should look like postgres://user:password@host:5432/database.`,
    );
  }
  const here = (several ?? [{ host }]).every((one) => isLoopback(one.host) || isAbsolute(one.host));
  const mode = url.searchParams.get('sslmode');
  if (mode === 'no-verify' || (mode === 'disable' && !here)) {
    throw new StartFailure(
      `${name} asks for sslmode=${mode}, which would let others read or change patients' data on the way to ${host}; remove it, and set DATABASE_CA_CERT if the server has a certificate of your own authority.`,
    );
  }
  const wanted = url.searchParams.get('target_session_attrs') ?? (several ? 'read-write' : 'any');
  if (!/^(any|read-write|primary)$/.test(wanted)) {
    throw new StartFailure(
      `${name} asks for target_session_attrs=${wanted}; only read-write (or any, with one host) is known here.`,
    );
  }
  url.searchParams.delete('target_session_attrs');
  const hosts = several ?? [{ host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || 5432) }];
  // The driver would read these by its own rules, some of which accept any certificate.
  for (const key of [...url.searchParams.keys()]) if (/^(ssl|uselibpqcompat)/.test(key)) url.searchParams.delete(key);
  const encrypted = !here || mode === 'require' || mode === 'verify-ca' || mode === 'verify-full';
  const ca = caCert === undefined ? undefined : readCertificate(caCert);
  return {
    client: {
      connectionString: url.href,
      ssl: encrypted ? { rejectUnauthorized: true, ...(ca === undefined ? {} : { ca }) } : false,
      connectionTimeoutMillis: 10_000,
      ...(wanted === 'any' ? {} : { steer: new Steering(hosts.map((one) => ({ host: one.host, port: one.port }))) }),
    },
    shown: `${several ? several.map((one) => `${one.host}:${one.port}`).join(',') : `${host}:${url.port || 5432}`}${decodeURIComponent(url.pathname)}`,
  };
}

type DatabaseSettings = Pick<
  z.infer<typeof environment>,
  'DATABASE_URL' | 'DATABASE_SERVER_URL' | 'DATABASE_READ_URL' | 'DATABASE_CA_CERT' | 'DATABASE_POOLER'
>;

/** The PostgreSQL of DATABASE_URL, and how the server signs in there. Throws StartFailure. */
function readDatabase(given: DatabaseSettings): Config['database'] {
  const { DATABASE_URL: owner, DATABASE_SERVER_URL: server, DATABASE_READ_URL: read, DATABASE_CA_CERT: ca } = given;
  const pooled = given.DATABASE_POOLER === 'transaction';
  if (owner === undefined) {
    const alone =
      server !== undefined
        ? 'DATABASE_SERVER_URL'
        : read !== undefined
          ? 'DATABASE_READ_URL'
          : pooled
            ? 'DATABASE_POOLER'
            : null;
    if (alone === null) return null;
    throw new StartFailure(`${alone} is for the PostgreSQL of DATABASE_URL; set that too, or neither.`);
  }
  if (pooled && server === undefined) {
    throw new StartFailure(
      'DATABASE_POOLER=transaction needs DATABASE_SERVER_URL, which leads to the pooler; DATABASE_URL leads to PostgreSQL itself.',
    );
  }
  const database = readDatabaseUrl(owner, ca);
  if (server !== undefined) {
    database.server = readDatabaseUrl(server, ca, 'DATABASE_SERVER_URL');
    if (pooled) database.server.client.pooled = true;
  }
  if (read !== undefined) database.read = readDatabaseUrl(read, ca, 'DATABASE_READ_URL');
  return database;
}

/** Where metrics are told. Beyond this machine only to whoever has the token. Throws StartFailure. */
function readMetrics(host: string, port: number | undefined, token: string | undefined): Config['metrics'] {
  if (port === undefined) return null;
  if (!isLoopback(host) && token === undefined) {
    throw new StartFailure(
      `METRICS_HOST=${host} would tell anybody how this server is; set METRICS_TOKEN too, or leave METRICS_HOST out.`,
    );
  }
  return { host, port, ...(token === undefined ? {} : { token }) };
}

/** `TRUST_PROXY` as Fastify wants it: a number of proxies, addresses, or everybody. */
function readTrustProxy(text: string | undefined): AppConfig['trustProxy'] {
  if (text === undefined) return undefined;
  if (text === 'true' || text === 'false') return text === 'true';
  return /^\d+$/.test(text) ? Number(text) : text;
}

/** Reads the settings. An empty variable counts as absent. Throws StartFailure with the name and what is expected. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ''));
  const read = environment.safeParse(given);
  if (!read.success) {
    const name = String(read.error.issues[0]?.path[0]) as keyof typeof EXPECTED;
    throw new StartFailure(`${name} is not right; it should be ${EXPECTED[name]}.`);
  }
  const {
    PORT,
    HOST,
    DATA_DIR,
    TRUST_PROXY,
    LOG_LEVEL,
    LOGINS_PER_MINUTE,
    REGISTRATIONS_PER_HOUR,
    METRICS_PORT,
    METRICS_HOST,
    METRICS_TOKEN,
  } = read.data;
  return {
    host: HOST,
    port: PORT,
    dataDir: isAbsolute(DATA_DIR) ? DATA_DIR : join(PROJECT_DIR, DATA_DIR),
    webDir: join(PROJECT_DIR, 'apps/web/dist'),
    database: readDatabase(read.data),
    metrics: readMetrics(METRICS_HOST, METRICS_PORT, METRICS_TOKEN),
    traces: readTraceSettings(given),
    backup: readBackupSettings(given),
    app: {
      trustProxy: readTrustProxy(TRUST_PROXY),
      logLevel: LOG_LEVEL,
      loginsPerMinute: LOGINS_PER_MINUTE,
      registrationsPerHour: REGISTRATIONS_PER_HOUR,
    },
  };
}
