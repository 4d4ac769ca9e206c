import type pg from 'pg';
import type { ExternalDatabase } from './config.ts';
import { type Reach, SteeredClient } from './db/reach.ts';
import { SERVER_ROLE } from './embedded/cluster.ts';
import { databaseFailure, errorCode, StartFailure } from './start-failure.ts';

/** Wrong password, no password yet, or a role that may not sign in. */
const REFUSED = new Set(['28P01', '28000']);

/** Whether row-level security binds whoever is signed in, and its grants reach. */
const BOUND = `select r.rolname as name, pg_has_role('${SERVER_ROLE}', 'usage') as member,
    not r.rolsuper and not r.rolbypassrls and not exists (select from pg_class c where pg_has_role(c.relowner, 'usage')
      and c.relnamespace = 'public'::regnamespace) as bound
  from pg_roles r where r.rolname = current_user`;

async function withClient<T>(config: Reach, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new SteeredClient(config);
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The same database for another role. */
function as(owner: Reach, user: string, password: string): Reach {
  const url = new URL(owner.connectionString ?? '');
  url.username = user;
  url.password = password;
  return { ...owner, connectionString: url.href };
}

/** Signs in and looks who that is. Throws StartFailure when it would see more than one facility, or nothing. */
async function check(config: Reach): Promise<void> {
  const [who] = await withClient(config, async (client) => {
    const { rows } = await client.query<{ name: string; member: boolean; bound: boolean }>(BOUND);
    return rows;
  });
  if (who?.member && who.bound) return;
  throw new StartFailure(
    `DATABASE_SERVER_URL names ${who?.name}, ${who?.bound ? 'which has no rights here' : 'which may see more than one hospital'}; name the role ${SERVER_ROLE}.`,
  );
}

/**
 * How the server signs in to the PostgreSQL of DATABASE_URL, as the role that owns nothing: as DATABASE_SERVER_URL says, else with a
 * password of ours, the first of which the owner gives the role when none opens it. Throws StartFailure.
 */
export async function serverLogin(database: ExternalDatabase, passwords: readonly string[]): Promise<Reach> {
  const { client: owner, server } = database;
  const [password = '', ...earlier] = passwords;
  const wanted = server?.client ?? as(owner, SERVER_ROLE, password);
  try {
    for (const client of server ? [wanted] : [wanted, ...earlier.map((one) => as(owner, SERVER_ROLE, one))]) {
      const opened = await check(client).then(
        () => true,
        (error: unknown) => {
          if (server || !REFUSED.has(errorCode(error) ?? '')) throw error;
          return false;
        },
      );
      // A secret was changed: other processes still work with the password of the one before, so it stays.
      if (opened) return client;
    }
    await withClient(owner, (client) => client.query(`alter role ${SERVER_ROLE} login password '${password}'`));
    await check(wanted);
    return wanted;
  } catch (error) {
    if (error instanceof StartFailure) throw error;
    if (errorCode(error) === '42501') {
      throw new StartFailure(
        `The user of DATABASE_URL may not give ${SERVER_ROLE} a password; let a superuser run "alter role ${SERVER_ROLE} login password '…'" with one of your choice, and set DATABASE_SERVER_URL to sign in with it.`,
        error,
      );
    }
    const failure = databaseFailure(error, (server ?? database).shown);
    throw new StartFailure(`${SERVER_ROLE}: ${failure.message}`, error);
  }
}

/**
 * How the server listens for notices: as itself, and past a pooler, which would forget who listens, to the machines of DATABASE_URL.
 * @param login as `serverLogin` found it
 */
export function listenLogin(database: ExternalDatabase | null, login: Reach): Reach {
  if (!database || !login.pooled) return login;
  const { username, password } = new URL(login.connectionString ?? '');
  return as(database.client, decodeURIComponent(username), decodeURIComponent(password));
}
