import { readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ClientConfig } from 'pg';
import { z } from 'zod';
import type { AppConfig } from './routes/services.ts';
import { errorCode, StartFailure } from './start-failure.ts';

/** The project: three folders above this file, both as source (`apps/server/src`) and bundled (`apps/server/dist`). */
export const PROJECT_DIR = fileURLToPath(new URL('../../..', import.meta.url)).replace(/[/\\]$/, '');

/** The PostgreSQL of DATABASE_URL. */
export interface ExternalDatabase {
  client: ClientConfig;
  /** `host:port/database`, to be shown: without user and password. */
  shown: string;
  /** How the server signs in, when DATABASE_SERVER_URL says. */
  server?: { client: ClientConfig; shown: string };
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
  TRUST_PROXY: z.string().optional(),
  LOG_LEVEL: z.enum(['info', 'warn', 'error']).optional(),
  LOGINS_PER_MINUTE: count.optional(),
  REGISTRATIONS_PER_HOUR: count.optional(),
});

const EXPECTED: Record<keyof z.infer<typeof environment>, string> = {
  PORT: 'a number from 1 to 65535, such as PORT=3001',
  HOST: 'an address of this machine, such as HOST=127.0.0.1',
  DATA_DIR: 'a folder, such as DATA_DIR=/srv/psa',
  DATABASE_URL: 'postgres://user:password@host:5432/database',
  DATABASE_SERVER_URL: 'postgres://psa_server:password@host:5432/database',
  DATABASE_CA_CERT: "the file of your authority's certificate",
  TRUST_PROXY: 'the address of your proxy, such as TRUST_PROXY=10.0.0.1, or the number of proxies',
  LOG_LEVEL: 'info, warn or error',
  LOGINS_PER_MINUTE: 'how often one address may try to sign in, such as LOGINS_PER_MINUTE=60',
  REGISTRATIONS_PER_HOUR: 'how often one address may ask for an account, such as REGISTRATIONS_PER_HOUR=20',
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

/**
 * Reads DATABASE_URL or DATABASE_SERVER_URL. To another machine the line is always encrypted and its certificate checked, whatever `sslmode` asks
 * for; `sslmode=disable` and `no-verify` are refused there. Throws StartFailure, never showing the password.
 * @param caCert PEM text or the path of a PEM file. @param name of the setting, for the sentence.
 */
export function readDatabaseUrl(text: string, caCert: string | undefined, name = 'DATABASE_URL'): ExternalDatabase {
  let url: URL;
  try {
    url = new URL(text);
    if (!/^postgres(ql)?:$/.test(url.protocol)) throw new TypeError('another protocol');
  } catch {
    throw new StartFailure(
      `${name} cannot be read; it should look like postgres://user:password@host:5432/database, with special characters in the password percent-encoded.`,
    );
  }
  // `?host=/run/postgresql` names the folder of a Unix socket.
  const host = url.searchParams.get('host') ?? decodeURIComponent(url.hostname);
  if (host === '' || url.pathname.length < 2) {
    throw new StartFailure(
      `${name} names no host or no database; it should look like postgres://user:password@host:5432/database.`,
    );
  }
  const here = isLoopback(host) || isAbsolute(host);
  const mode = url.searchParams.get('sslmode');
  if (mode === 'no-verify' || (mode === 'disable' && !here)) {
    throw new StartFailure(
      `${name} asks for sslmode=${mode}, which would let others read or change patients' data on the way to ${host}; remove it, and set DATABASE_CA_CERT if the server has a certificate of your own authority.`,
    );
  }
  // The driver would read these by its own rules, some of which accept any certificate.
  for (const key of [...url.searchParams.keys()]) if (/^(ssl|uselibpqcompat)/.test(key)) url.searchParams.delete(key);
  const encrypted = !here || mode === 'require' || mode === 'verify-ca' || mode === 'verify-full';
  const ca = caCert === undefined ? undefined : readCertificate(caCert);
  return {
    client: {
      connectionString: url.href,
      ssl: encrypted ? { rejectUnauthorized: true, ...(ca === undefined ? {} : { ca }) } : false,
      connectionTimeoutMillis: 10_000,
    },
    shown: `${host}:${url.port || 5432}${decodeURIComponent(url.pathname)}`,
  };
}

/** The PostgreSQL of DATABASE_URL, and how the server signs in there. Throws StartFailure. */
function readDatabase(owner: string | undefined, server: string | undefined, caCert: string | undefined): Config['database'] {
  if (owner === undefined) {
    if (server === undefined) return null;
    throw new StartFailure('DATABASE_SERVER_URL is for the PostgreSQL of DATABASE_URL; set that too, or neither.');
  }
  const database = readDatabaseUrl(owner, caCert);
  if (server === undefined) return database;
  return { ...database, server: readDatabaseUrl(server, caCert, 'DATABASE_SERVER_URL') };
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
    DATABASE_URL,
    DATABASE_SERVER_URL,
    DATABASE_CA_CERT,
    TRUST_PROXY,
    LOG_LEVEL,
    LOGINS_PER_MINUTE,
    REGISTRATIONS_PER_HOUR,
  } = read.data;
  return {
    host: HOST,
    port: PORT,
    dataDir: isAbsolute(DATA_DIR) ? DATA_DIR : join(PROJECT_DIR, DATA_DIR),
    webDir: join(PROJECT_DIR, 'apps/web/dist'),
    database: readDatabase(DATABASE_URL, DATABASE_SERVER_URL, DATABASE_CA_CERT),
    app: {
      trustProxy: readTrustProxy(TRUST_PROXY),
      logLevel: LOG_LEVEL,
      loginsPerMinute: LOGINS_PER_MINUTE,
      registrationsPerHour: REGISTRATIONS_PER_HOUR,
    },
  };
}
