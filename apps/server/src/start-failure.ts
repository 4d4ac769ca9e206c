/** A start that cannot succeed. The message is the one sentence a person reads: what is wrong and what to do. */
export class StartFailure extends Error {
  constructor(say: string, cause?: unknown) {
    super(say, { cause });
    this.name = 'StartFailure';
  }
}

/** The code of a Node or PostgreSQL error (`EACCES`, `28P01`), or null. */
export function errorCode(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}

/** What an unknown error says of itself, in one line. */
export function errorLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (text.split('\n')[0] ?? '').trim() || errorCode(error) || 'unknown error';
}

/** Codes that the check of a certificate ends with. */
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_|SIGNATURE|ERR_TLS/;

/** Why the PostgreSQL of DATABASE_URL cannot be used, as a sentence. `shown` is `host:port/database`. */
export function databaseFailure(error: unknown, shown: string): StartFailure {
  const [address = '', database = ''] = shown.split(/\/(?=[^/]*$)/);
  const code = errorCode(error) ?? '';
  const line = errorLine(error);
  const say = (text: string): StartFailure => new StartFailure(text, error);
  if (code === 'ECONNREFUSED' || code === 'ENOENT')
    return say(`No PostgreSQL answers at ${address}; start it, or correct DATABASE_URL.`);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return say(`The host of ${address} is not known here; correct DATABASE_URL, or look at the network.`);
  if (/^E(TIMEDOUT|HOSTUNREACH|NETUNREACH|CONNRESET)$/.test(code) || /timeout|timed out|terminated/i.test(line)) {
    return say(`PostgreSQL at ${address} cannot be reached; look at the network and its firewall, or correct DATABASE_URL.`);
  }
  if (code === '28P01' || code === '28000') {
    return say(`PostgreSQL at ${address} refuses the user or the password (${line}); correct DATABASE_URL.`);
  }
  if (code === '3D000')
    return say(`PostgreSQL at ${address} has no database "${database}"; create it, or correct DATABASE_URL.`);
  // Roles belong to the whole cluster: owning the database is not enough to make one (0001_sync.sql).
  if (code === '42501' && line.includes('The role psa_server is missing'))
    return say(`${line} Let a superuser of ${address} run "create role psa_server login", and start again.`);
  if (code === '42501')
    return say(
      `The user of DATABASE_URL may not do what is needed in "${database}" (${line}); make it the owner of the database.`,
    );
  if (code === '53300') return say(`PostgreSQL at ${address} has no connection free; raise its max_connections.`);
  if (code === '57P03') return say(`PostgreSQL at ${address} is starting or stopping; try again in a moment.`);
  if (/does not support SSL/.test(line)) {
    return say(
      `PostgreSQL at ${address} offers no encryption; turn on TLS there, as patients' data is never sent unencrypted to another machine.`,
    );
  }
  if (CERTIFICATE.test(code)) {
    return say(
      `The certificate of PostgreSQL at ${address} cannot be trusted (${code}); set DATABASE_CA_CERT to the file of its authority's certificate.`,
    );
  }
  return say(`PostgreSQL at ${address} cannot be used (${line}); correct DATABASE_URL.`);
}
